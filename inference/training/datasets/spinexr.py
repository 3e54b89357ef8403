"""VinDr-SpineXR: DICOM radiographs of the spine with boxes of seven lesions (doi:10.13026/q45h-5h59).

No patient is named; a study is kept together instead, and the authors' split is by study.
"""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from inference.training.datasets.image_files import require_images
from inference.training.datasets.labelled import LabelledBox, LabelledImage
from inference.training.datasets.published import Published, locate
from inference.training.datasets.tables import read_table

LESIONS = (
    *("Disc space narrowing", "Foraminal stenosis", "Osteophytes", "Spondylolysthesis"),
    *("Surgical implant", "Vertebral collapse", "Other lesions"),
)
NO_FINDING = "No finding"
SPLITS = ("train", "test")
COLUMNS = ("image_id", "study_id", "lesion_type", "xmin", "ymin", "xmax", "ymax")

#: The paper counts 10,468 images and the archive 10,466: so few may be named without being there.
TOLERATED_SHARE = 0.001

#: The authors drop boxes that are smaller, too.
MIN_SIDE_PX = 1e-3

SPINEXR = Published(
    title="VinDr-SpineXR",
    needs=("train_images", "test_images", "annotations/train.csv", "annotations/test.csv"),
    layout="vindr-spinexr/train_images/00073745e02e69432c002b527c565151.dicom\n"
    "vindr-spinexr/test_images/004004095d8a302b1c0815ccb044c018.dicom\n"
    f"vindr-spinexr/annotations/train.csv, test.csv ({', '.join(COLUMNS)})",
    source="PhysioNet, doi:10.13026/q45h-5h59",
    licence="restricted access: a PhysioNet account and its data use agreement",
)


def read_spinexr(folder: Path) -> Sequence[LabelledImage]:
    """Read VinDr-SpineXR from its folder or the one above it; the splits are the authors' train and test.

    Raises:
        FileNotFoundError: the layout is another one, or an image of a table is missing.
        ValueError: a table lacks a column, or names a lesion that the authors do not.
    """
    root, _ = locate(folder, SPINEXR)
    return [image for split in SPLITS for image in _read_split(root, split)]


def _read_split(root: Path, split: str) -> list[LabelledImage]:
    table = root / "annotations" / f"{split}.csv"
    rows_of: dict[str, list[dict[str, str]]] = {}
    for row in read_table(table, COLUMNS):
        rows_of.setdefault(row["image_id"], []).append(row)
    paths = {name: root / f"{split}_images" / f"{name}.dicom" for name in rows_of}
    there = require_images(paths.values(), table, tolerated_share=TOLERATED_SHARE)
    return [_read_image(paths[name], split, rows, table) for name, rows in rows_of.items() if paths[name] in there]


def _read_image(path: Path, split: str, rows: list[dict[str, str]], table: Path) -> LabelledImage:
    lesions = {row["lesion_type"] for row in rows} - {NO_FINDING}
    unknown = lesions - set(LESIONS)
    if unknown:
        raise ValueError(f"{table} names lesions that are none of the seven: {', '.join(sorted(unknown))}")
    return LabelledImage(
        path=path,
        patient=rows[0]["study_id"],
        study=rows[0]["study_id"],
        split=split,
        regions=("spine",),
        abnormal=bool(lesions),
        boxes=tuple(_boxes(rows)),
    )


def _boxes(rows: Iterable[dict[str, str]]) -> Iterable[LabelledBox]:
    for row in rows:
        if row["lesion_type"] == NO_FINDING:
            continue
        x_min, y_min, x_max, y_max = (float(row[name] or "nan") for name in ("xmin", "ymin", "xmax", "ymax"))
        # False for a corner that is not there, too.
        if math.isfinite(x_min + y_min) and x_max - x_min >= MIN_SIDE_PX and y_max - y_min >= MIN_SIDE_PX:
            yield LabelledBox(row["lesion_type"], x_min, y_min, x_max, y_max)
