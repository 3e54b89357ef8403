"""Stand-ins for the published datasets: their exact layouts, with a handful of small drawn bones.

Every writer takes the folder to make the dataset's own folder in, and returns that folder. Half of the patients have a
broken bone. The same arguments write the same bytes.
"""

import json
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np

from inference.training.datasets import bone_break, fracatlas, grazpedwri, lera, mura, spinexr
from tests.fakes.drawn_bones import DrawnBone, draw_bone, save_dicom, save_jpeg, save_png, save_png16

#: macOS leaves files like this one beside every image of an archive.
DEBRIS = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


def write_mura(
    folder: Path, *, patients: int = 6, side_px: int = 48, regions: Iterable[str] = ("elbow", "hand", "shoulder")
) -> Path:
    """MURA-v1.1 with that many patients in each region of train, and half as many in valid; two images a study."""
    root = folder / "MURA-v1.1"
    for part, (split, region) in enumerate(product(mura.SPLITS, regions)):
        for number in range(patients if split == "train" else max(2, patients // 2)):
            broken = number % 2 == 0
            study = f"patient{part * 1000 + number:05d}/study1_{'positive' if broken else 'negative'}"
            for image in (1, 2):
                bone = draw_bone(side_px, seed=part * 1000 + number * 10 + image, broken=broken, region=region)
                save_png(bone, root / split / f"XR_{region.upper()}" / study / f"image{image}.png")
    for split in mura.SPLITS:
        _write_mura_tables(root, split)
    for path in sorted(root.glob("train/*/*/*/image1.png"))[:2]:
        path.with_name("._image1.png").write_bytes(DEBRIS)
    return root


def _write_mura_tables(root: Path, split: str) -> None:
    images = sorted(root.glob(f"{split}/*/*/*/*.png"))
    studies = sorted({image.parent for image in images})
    paths = "".join(f"{image.relative_to(root.parent).as_posix()}\n" for image in images)
    labels = "".join(
        f"{study.relative_to(root.parent).as_posix()}/,{int(study.name.endswith('positive'))}\n" for study in studies
    )
    (root / f"{split}_image_paths.csv").write_text(paths)
    (root / f"{split}_labeled_studies.csv").write_text(labels)


def write_lera(folder: Path, *, patients: int = 8, side_px: int = 48) -> Path:
    """LERA with that many patients, of ankle, foot, hip and knee in turn; two images each."""
    root = folder / "LERA"
    lines = []
    for number in range(1, patients + 1):
        region, broken = lera.REGIONS[number % len(lera.REGIONS)], number % 3 == 0
        for image in (1, 2):
            bone = draw_bone(side_px, seed=5000 + number * 10 + image, broken=broken, region=region)
            save_png(bone, root / str(number) / "ST-1" / f"image{image}.png")
        lines.append(f"{number},XR {region.upper()},{int(broken)}\n")
    (root / "labels.csv").write_text("".join(lines))
    return root


def write_mura_lera(folder: Path, *, patients: int = 4, side_px: int = 48) -> Path:
    """MURA, all seven regions, and LERA side by side; returns the folder that holds both."""
    write_mura(folder, patients=patients, side_px=side_px, regions=mura.REGIONS)
    write_lera(folder, patients=2 * patients, side_px=side_px)
    return folder


def write_grazpedwri(folder: Path, *, patients: int = 8, side_px: int = 64) -> Path:
    """GRAZPEDWRI-DX with that many patients of 3 to 18 years, two projections each, sixteen bits."""
    root = folder / "GRAZPEDWRI-DX"
    labels = root / "folder_structure" / "yolov5" / "labels"
    labels.mkdir(parents=True)
    names = "".join(f"- {name}\n" for name in grazpedwri.CLASSES)
    (labels.parent / "meta.yaml").write_text(f"names:\n{names}nc: 9\ntrain: images/train\nval: images/valid\n")
    rows = [_write_wrist(root, labels, patient, view, side_px) for patient, view in product(range(patients), (1, 2))]
    header = "filestem,patient_id,study_number,timehash,gender,age,laterality,projection,initial_exam,"
    header += "ao_classification,cast,diagnosis_uncertain,osteopenia,fracture_visible,metal,pixel_spacing,"
    (root / "dataset.csv").write_text(f"{header}device_manufacturer\n{''.join(rows)}")
    return root


def _write_wrist(root: Path, labels: Path, patient: int, view: int, side_px: int) -> str:
    broken, age = patient % 2 == 0, 3 + patient * 15 // 7 % 16
    stem = f"{patient + 1:04d}_{1297860395 + patient}_01_WRI-L{view}_M{age:03d}"
    bone = draw_bone(side_px, seed=7000 + patient * 10 + view, broken=broken, region="wrist")
    save_png16(bone, root / f"images_part{patient % 4 + 1}" / f"{stem}.png")
    lines = [f"8 {0.1:.6f} {0.06:.6f} {0.12:.6f} {0.08:.6f}"]  # the lead letter: the class text
    if broken:
        lines.append(f"3 {_yolo_numbers(bone)}")
        lines += [f"5 {_yolo_numbers(bone)}"] * (patient % 4 == 0)
    (labels / f"{stem}.txt").write_text("".join(f"{line}\n" for line in lines))
    fracture_visible = "1" if broken else ""
    return f"{stem},{patient + 1},1,{patient * 7},M,{age}.5,L,{view},1,,,,,{fracture_visible},,0.144,Invented\n"


def _yolo_numbers(bone: DrawnBone) -> str:
    rows, columns = bone.pixels.shape
    x_min, y_min, x_max, y_max = bone.box_px
    numbers = (x_min + x_max) / 2 / columns, (y_min + y_max) / 2 / rows, (x_max - x_min) / columns
    return " ".join(f"{number:.6f}" for number in (*numbers, (y_max - y_min) / rows))


def write_spinexr(folder: Path, *, studies: int = 8, side_px: int = 64) -> Path:
    """VinDr-SpineXR with that many studies in train, and half as many in test; two DICOM files each, some inverted."""
    root = folder / "vindr-spinexr"
    (root / "annotations").mkdir(parents=True)
    for split, count in (("train", studies), ("test", max(2, studies // 2))):
        lines = [
            line
            for study, image in product(range(count), (1, 2))
            for line in _write_spine(root, split, study, image, side_px)
        ]
        header = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n"
        (root / "annotations" / f"{split}.csv").write_text(header + "".join(lines))
    return root


def _write_spine(root: Path, split: str, study: int, image: int, side_px: int) -> list[str]:
    name = f"{spinexr.SPLITS.index(split)}{study:07d}{image:024d}"
    bone = draw_bone(side_px, seed=study * 10 + image, broken=study % 2 == 0, region="spine")
    save_dicom(bone, root / f"{split}_images" / f"{name}.dicom", inverted=study % 3 == 0)
    start = f"{split}-study-{study},{split}-series-{study},{name},rad1"
    if study % 2:
        return [f"{start},{spinexr.NO_FINDING},,,,\n"]
    lesions = {spinexr.LESIONS[study // 2 % len(spinexr.LESIONS)], "Osteophytes"}
    box = ",".join(f"{corner:.4f}" for corner in bone.box_px)
    return [f"{start},{lesion},{box}\n" for lesion in sorted(lesions)]


def write_fracatlas(folder: Path, *, images: int = 16, side_px: int = 64, annotations: str = "COCO JSON") -> Path:
    """FracAtlas as its authors publish it; `annotations` is COCO JSON or PASCAL VOC. Every other image is fractured."""
    root = folder / "FracAtlas"
    bones = [_draw_limb(number, side_px) for number in range(images)]
    for name, bone in bones:
        save_jpeg(bone, root / "images" / ("Fractured" if bone.broken else "Non_fractured") / name)
    header = f"image_id,{','.join(fracatlas.REGIONS)},mixed,hardware,multiscan,fractured,fracture_count,"
    rows = [f"{name},{_region_flags(bone)},0,0,0,{int(bone.broken)},{int(bone.broken)},1,0,0\n" for name, bone in bones]
    (root / "dataset.csv").write_text(f"{header}frontal,lateral,oblique\n{''.join(rows)}")
    (_write_coco if annotations == "COCO JSON" else _write_voc)(root / "Annotations" / annotations, bones)
    splits = root / "Utilities" / "Fracture Split"
    splits.mkdir(parents=True)
    fractured = [name for name, bone in bones if bone.broken]
    for start, split in enumerate(fracatlas.SPLITS):
        (splits / f"{split}.csv").write_text("image_id\n" + "".join(f"{name}\n" for name in fractured[start::3]))
    return root


def write_fracatlas_manifest(folder: Path, *, images: int = 16, side_px: int = 64) -> Path:
    """FracAtlas as one folder of images beside a manifest; every fourth image is for validation."""
    root = folder / "fracatlas"
    header = f"image_id,split,fractured,boxes_xyxy_norm,{','.join(fracatlas.REGIONS)}\n"
    lines = []
    for number in range(images):
        name, bone = _draw_limb(number, side_px)
        save_jpeg(bone, root / "images" / name)
        rows, columns = bone.pixels.shape
        sides = np.array([columns, rows, columns, rows])
        boxes = json.dumps([np.round(np.array(bone.box_px) / sides, 5).tolist()]) if bone.broken else "[]"
        split = "val" if number % 8 in (3, 6) else "train"
        lines.append(f'{name},{split},{int(bone.broken)},"{boxes}",{_region_flags(bone)}\n')
    (root / "manifest.csv").write_text(header + "".join(lines))
    return root


def _draw_limb(number: int, side_px: int) -> tuple[str, DrawnBone]:
    region = fracatlas.REGIONS[number // 2 % len(fracatlas.REGIONS)]
    return f"IMG{number:07d}.jpg", draw_bone(side_px, seed=3000 + number, broken=number % 2 == 0, region=region)


def _region_flags(bone: DrawnBone) -> str:
    return ",".join(str(int(region == bone.region)) for region in fracatlas.REGIONS)


def _write_coco(folder: Path, bones: list[tuple[str, DrawnBone]]) -> None:
    folder.mkdir(parents=True)
    images, annotations = [], []
    for number, (name, bone) in enumerate((name, bone) for name, bone in bones if bone.broken):
        rows, columns = bone.pixels.shape
        x_min, y_min, x_max, y_max = bone.box_px
        images.append({"id": number, "file_name": name, "width": columns, "height": rows})
        box = [x_min, y_min, x_max - x_min, y_max - y_min]
        annotations.append({"id": number, "image_id": number, "category_id": 1, "bbox": box, "iscrowd": 0})
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "fractured"}]}
    (folder / "COCO_fracture_masks.json").write_text(json.dumps(content))


def _write_voc(folder: Path, bones: list[tuple[str, DrawnBone]]) -> None:
    folder.mkdir(parents=True)
    for name, bone in bones:
        rows, columns = bone.pixels.shape
        corners = zip(("xmin", "ymin", "xmax", "ymax"), bone.box_px, strict=True)
        box = "".join(f"<{corner}>{value:.0f}</{corner}>" for corner, value in corners)
        found = f"<object><name>fractured</name><bndbox>{box}</bndbox></object>" if bone.broken else ""
        size = f"<size><width>{columns}</width><height>{rows}</height><depth>3</depth></size>"
        text = f"<annotation><filename>{name}</filename>{size}<segmented>0</segmented>{found}</annotation>"
        (folder / name).with_suffix(".xml").write_text(text)


def write_bone_break(folder: Path, *, images: int = 3, side_px: int = 48) -> Path:
    """The ten types with that many pictures in Train, each in two copies as the annotation service makes, and one in
    Test."""
    root = folder / "Bone Break Classification"
    for kind, name in enumerate(bone_break.FOLDERS):
        for number in range(images + 1):
            bone = draw_bone(side_px, seed=9000 + kind * 100 + number, broken=True, region="limb")
            part, copies = ("Train", 2) if number < images else ("Test", 1)
            for copy in range(copies):
                save_jpeg(bone, root / name / part / f"images{number}_jpg.rf.{kind:02x}{number:02x}{copy:028x}.jpg")
    return root
