"""MURA v1.1: studies of the upper extremity, called normal or abnormal by radiologists of Stanford (arXiv:1712.06957).

A study's label is the end of its folder's name. Abnormal is more than fractured: hardware, degenerative disease and
lesions count. A patient's number is the same in every region.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from inference.training.datasets.image_files import list_images
from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.published import Published, locate
from inference.training.datasets.tables import read_bare_table

REGIONS = ("elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist")
SPLITS = ("train", "valid")
LABELS = {"positive": True, "negative": False}

MURA = Published(
    title="MURA v1.1 (musculoskeletal radiographs of the upper extremity)",
    needs=SPLITS,
    layout="MURA-v1.1/train/XR_ELBOW/patient00011/study1_negative/image1.png\n"
    "MURA-v1.1/valid/XR_ELBOW/patient11186/study1_positive/image1.png\n"
    "MURA-v1.1/train_image_paths.csv, train_labeled_studies.csv, valid_image_paths.csv, valid_labeled_studies.csv",
    source="Stanford AIMI, MURA; doi:10.48550/arXiv.1712.06957",
    licence="Stanford research use agreement: not for commercial use, not to be passed on",
)

_STUDY = re.compile(r"study(?P<number>\d+)_(?P<label>positive|negative)")


def read_mura(folder: Path) -> Sequence[LabelledImage]:
    """Read MURA from its folder or the one above it; the splits are the authors' train and valid.

    Raises:
        FileNotFoundError: the layout is another one, or an image that the authors list is missing.
        ValueError: a folder name or the authors' table contradicts the layout.
    """
    root, _ = locate(folder, MURA)
    images = [image for split in SPLITS for image in _read_split(root, split)]
    if not images:
        raise FileNotFoundError(f"{root} has the folders of MURA v1.1, but no image in them; unpack the archive again")
    return images


def _read_split(root: Path, split: str) -> list[LabelledImage]:
    images = [
        image
        for region in REGIONS
        for study in sorted((root / split / f"XR_{region.upper()}").glob("patient*/study*"))
        for image in _read_study(study, split, region)
    ]
    _check_against_paths(root, split, images)
    _check_against_labels(root, split, images)
    return images


def _read_study(study: Path, split: str, region: str) -> list[LabelledImage]:
    name = _STUDY.fullmatch(study.name)
    if name is None:
        raise ValueError(f"{study} is not named study<number>_positive or study<number>_negative")
    patient = study.parent.name
    return [
        LabelledImage(
            path=path,
            patient=patient,
            study=f"{patient}/{region}/study{name['number']}",
            split=split,
            regions=(region,),
            abnormal=LABELS[name["label"]],
        )
        for path in list_images(study, (".png",))
    ]


def _check_against_paths(root: Path, split: str, images: list[LabelledImage]) -> None:
    """Compare with the authors' list, where it came along: half a dataset must not pass for the whole."""
    table = root / f"{split}_image_paths.csv"
    if not table.is_file():
        return
    listed = {_below_split(row[0], split) for row in read_bare_table(table, 1)}
    lacking = sorted(listed - {_below_split(image.path.as_posix(), split) for image in images})
    if lacking:
        raise FileNotFoundError(
            f"{table} names {len(lacking)} images that are not there, the first is {split}/{lacking[0]}. "
            "Unpack the archive again, or take the table away to train on what is there."
        )


def _check_against_labels(root: Path, split: str, images: list[LabelledImage]) -> None:
    table = root / f"{split}_labeled_studies.csv"
    if not table.is_file():
        return
    labels = {_below_split(row[0], split).rstrip("/"): row[1].strip() == "1" for row in read_bare_table(table, 2)}
    for image in images:
        study = _below_split(image.path.parent.as_posix(), split)
        if labels.get(study, image.abnormal) != image.abnormal:
            raise ValueError(f"{table} and the name of the folder {split}/{study} disagree on its label")


def _below_split(path: str, split: str) -> str:
    """Return a path from its region on: the tables' paths start at a folder that may have been renamed."""
    _, found, below = path.rpartition(f"/{split}/XR_")
    return f"XR_{below}" if found else path
