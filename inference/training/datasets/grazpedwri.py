"""GRAZPEDWRI-DX: wrists of children with boxes of nine classes (doi:10.1038/s41597-022-01328-z).

Its classification column of AO codes speaks of the study; `fracture_visible` speaks of the image, and is what is read.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from inference.training.datasets.image_files import list_images, measure, require_images
from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.published import Published, locate
from inference.training.datasets.tables import is_set, read_table
from inference.training.datasets.yolo_lines import read_boxes

#: The nine classes in the order of the authors' meta.yaml.
CLASSES = (
    *("boneanomaly", "bonelesion", "foreignbody", "fracture", "metal"),
    *("periostealreaction", "pronatorsign", "softtissue", "text"),
)
COLUMNS = ("filestem", "patient_id", "study_number", "age", "fracture_visible")

GRAZPEDWRI = Published(
    title="GRAZPEDWRI-DX (paediatric wrist trauma)",
    needs=("dataset.csv", "images*", "folder_structure/yolov5/labels"),
    layout="GRAZPEDWRI-DX/dataset.csv (filestem, patient_id, study_number, age, fracture_visible, ...)\n"
    "GRAZPEDWRI-DX/images_part1/0001_1297860395_01_WRI-L1_M014.png (and images_part2, 3, 4)\n"
    "GRAZPEDWRI-DX/folder_structure/yolov5/labels/0001_1297860395_01_WRI-L1_M014.txt\n"
    "GRAZPEDWRI-DX/folder_structure/yolov5/meta.yaml",
    source="figshare, doi:10.6084/m9.figshare.14825193",
    licence="CC BY 4.0",
)


def read_grazpedwri(folder: Path) -> Sequence[LabelledImage]:
    """Read GRAZPEDWRI-DX from its folder or the one above it; the authors publish no split.

    Raises:
        FileNotFoundError: the layout is another one, or an image of the table is missing.
        ValueError: the table, the classes or a label file are not the authors'.
    """
    root, _ = locate(folder, GRAZPEDWRI)
    labels = root / "folder_structure" / "yolov5" / "labels"
    _check_classes(labels.parent / "meta.yaml")
    rows = read_table(root / "dataset.csv", COLUMNS)
    paths = {path.stem: path for part in sorted(root.glob("images*")) for path in list_images(part, (".png",))}
    require_images((paths.get(row["filestem"], root / f"{row['filestem']}.png") for row in rows), root / "dataset.csv")
    return [_read_image(paths[row["filestem"]], labels, row) for row in rows]


def keep_ages(images: Iterable[LabelledImage], minimum_years: float, maximum_years: float) -> list[LabelledImage]:
    """Return the images of patients from the minimum to the maximum, both included; whose age is unknown is left out.

    Raises:
        ValueError: the minimum is above the maximum.
    """
    if minimum_years > maximum_years:
        raise ValueError(f"no age is from {minimum_years} to {maximum_years} years")
    return [
        image for image in images if image.age_years is not None and minimum_years <= image.age_years <= maximum_years
    ]


def _read_image(path: Path, labels: Path, row: dict[str, str]) -> LabelledImage:
    return LabelledImage(
        path=path,
        patient=row["patient_id"],
        study=f"{row['patient_id']}/{row['study_number']}",
        regions=("wrist",),
        abnormal=is_set(row["fracture_visible"]),
        boxes=read_boxes(labels / f"{path.stem}.txt", CLASSES, *measure(path)),
        age_years=float(row["age"]) if row["age"].strip() else None,
    )


def _check_classes(meta: Path) -> None:
    """Make sure that number 3 means fracture: a label file alone does not say so."""
    if not meta.is_file():
        return
    named = tuple(word for word in re.findall(r"[a-z]+", meta.read_text()) if word in CLASSES)
    if named != CLASSES:
        raise ValueError(f"{meta} names other classes, or in another order, than {', '.join(CLASSES)}")
