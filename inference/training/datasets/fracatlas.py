"""FracAtlas (doi:10.1038/s41597-023-02432-4): hand, leg, hip and shoulder with boxes around fractures.

Two layouts: the authors' archive, and one folder of images beside a manifest with a split and normalised boxes. No
patient is named in either, so every image counts as a patient of its own.

The authors' YOLO files hold outlines rather than boxes, some of them broken; their COCO file is exact, and their
PASCAL VOC files are the same boxes in whole pixels.
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

from inference.training.datasets.image_files import measure, require_images
from inference.training.datasets.labelled import LabelledBox, LabelledImage
from inference.training.datasets.published import Published, locate
from inference.training.datasets.tables import is_set, read_table

REGIONS = ("hand", "leg", "hip", "shoulder")
FRACTURE = "fracture"
COLUMNS = ("image_id", *REGIONS, "fractured")
#: The authors split the fractured images alone.
SPLITS = ("train", "valid", "test")

FRACATLAS = Published(
    title="FracAtlas",
    needs=("dataset.csv", "images/Fractured", "images/Non_fractured", "Annotations/*"),
    layout="FracAtlas/dataset.csv (image_id, hand, leg, hip, shoulder, ..., fractured, ...)\n"
    "FracAtlas/images/Fractured/IMG0000019.jpg\n"
    "FracAtlas/images/Non_fractured/IMG0000000.jpg\n"
    "FracAtlas/Annotations/COCO JSON/COCO_fracture_masks.json, or Annotations/PASCAL VOC/IMG0000019.xml\n"
    "FracAtlas/Utilities/Fracture Split/train.csv, valid.csv, test.csv (where they are)",
    source="figshare, doi:10.6084/m9.figshare.22363012",
    licence="CC BY 4.0",
)
MANIFEST = Published(
    title="FracAtlas with a manifest",
    needs=("manifest.csv", "images"),
    layout="fracatlas/manifest.csv (image_id, split, fractured, boxes_xyxy_norm, hand, leg, hip, shoulder)\n"
    "fracatlas/images/IMG0000019.jpg",
    source=FRACATLAS.source,
    licence=FRACATLAS.licence,
)

Boxes = Mapping[str, tuple[LabelledBox, ...]]


def read_fracatlas(folder: Path) -> Sequence[LabelledImage]:
    """Read FracAtlas from its folder or the one above it, in whichever layout lies there.

    Raises:
        FileNotFoundError: the layout is another one, or an image of the table is missing.
        ValueError: a table or an annotation is not the authors'.
    """
    root, published = locate(folder, FRACATLAS, MANIFEST)
    return (_read_manifest if published is MANIFEST else _read_published)(root)


def _read_published(root: Path) -> list[LabelledImage]:
    rows = read_table(root / "dataset.csv", COLUMNS)
    paths = [
        root / "images" / ("Fractured" if is_set(row["fractured"]) else "Non_fractured") / row["image_id"]
        for row in rows
    ]
    require_images(paths, root / "dataset.csv")
    boxes = _read_boxes(root / "Annotations")
    splits = _read_splits(root / "Utilities" / "Fracture Split")
    return [
        _image(path, row, splits.get(path.name), boxes.get(path.name, ()))
        for path, row in zip(paths, rows, strict=True)
    ]


def _image(path: Path, row: dict[str, str], split: str | None, boxes: tuple[LabelledBox, ...]) -> LabelledImage:
    return LabelledImage(
        path=path,
        patient=path.stem,
        study=path.stem,
        split=split,
        regions=tuple(region for region in REGIONS if is_set(row[region])),
        abnormal=is_set(row["fractured"]),
        boxes=boxes,
    )


def _read_boxes(annotations: Path) -> Boxes:
    coco, voc = annotations / "COCO JSON" / "COCO_fracture_masks.json", annotations / "PASCAL VOC"
    if coco.is_file():
        return _read_coco(coco)
    if voc.is_dir():
        return _read_voc(voc)
    raise FileNotFoundError(f"there are no boxes in {annotations}: neither {coco.name} nor the folder {voc.name}")


def _read_coco(path: Path) -> Boxes:
    content = json.loads(path.read_text())
    names = {image["id"]: image["file_name"] for image in content["images"]}
    boxes: dict[str, tuple[LabelledBox, ...]] = {}
    for annotation in content["annotations"]:
        x_min, y_min, width, height = annotation["bbox"]
        name = names[annotation["image_id"]]
        box = LabelledBox(FRACTURE, x_min, y_min, x_min + width, y_min + height)
        boxes[name] = (*boxes.get(name, ()), box)
    return boxes


def _read_voc(folder: Path) -> Boxes:
    trees = (ET.parse(path).getroot() for path in sorted(folder.glob("[!.]*.xml")))
    return {root.findtext("filename", ""): tuple(map(_voc_box, root.iter("bndbox"))) for root in trees}


def _voc_box(element: ET.Element) -> LabelledBox:
    x_min, y_min, x_max, y_max = (float(element.findtext(name, "nan")) for name in ("xmin", "ymin", "xmax", "ymax"))
    return LabelledBox(FRACTURE, x_min, y_min, x_max, y_max)


def _read_splits(folder: Path) -> dict[str, str]:
    return {
        row["image_id"]: split
        for split in SPLITS
        if (folder / f"{split}.csv").is_file()
        for row in read_table(folder / f"{split}.csv", ("image_id",))
    }


def _read_manifest(root: Path) -> list[LabelledImage]:
    rows = read_table(root / "manifest.csv", (*COLUMNS, "split", "boxes_xyxy_norm"))
    paths = [root / "images" / row["image_id"] for row in rows]
    require_images(paths, root / "manifest.csv")
    return [
        _image(path, row, row["split"], _pixel_boxes(path, json.loads(row["boxes_xyxy_norm"] or "[]")))
        for path, row in zip(paths, rows, strict=True)
    ]


def _pixel_boxes(path: Path, boxes: list[list[float]]) -> tuple[LabelledBox, ...]:
    if not boxes:
        return ()
    rows, columns = measure(path)
    return tuple(
        LabelledBox(FRACTURE, x_min * columns, y_min * rows, x_max * columns, y_max * rows)
        for x_min, y_min, x_max, y_max in boxes
    )
