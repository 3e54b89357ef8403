"""LERA: radiographs of ankle, foot, hip and knee of 182 patients, normal or abnormal (doi:10.1038/s42256-019-0126-0).

The authors' archive comes without a description. The layout is taken from what independent programs that read it agree
on: `labels.csv` without a header, with the patient's folder, `XR ANKLE` (FOOT, HIP, KNEE) and the label, and
`<patient>/ST-1/*.png`. How the numbers are padded, whether labels are digits or words, and whether there is more than
one `ST-` folder could not be verified, so each form is read.
"""

from collections.abc import Sequence
from pathlib import Path

from inference.training.datasets.image_files import list_images
from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.published import Published, locate
from inference.training.datasets.tables import read_bare_table

REGIONS = ("ankle", "foot", "hip", "knee")
LABELS = {"0": False, "1": True, "normal": False, "abnormal": True, "negative": False, "positive": True}

LERA = Published(
    title="LERA (lower extremity radiographs)",
    needs=("labels.csv", "*/ST-*"),
    layout="LERA/labels.csv (patient, XR ANKLE | XR FOOT | XR HIP | XR KNEE, 0 | 1)\nLERA/1/ST-1/image1.png",
    source="Stanford AIMI, LERA - Lower Extremity Radiographs; doi:10.1038/s42256-019-0126-0",
    licence="Stanford research use agreement: not for commercial use, not to be passed on",
)


def read_lera(folder: Path) -> Sequence[LabelledImage]:
    """Read LERA from its folder or the one above it; the authors publish no split.

    Raises:
        FileNotFoundError: the layout is another one, or a patient's folder is missing or empty.
        ValueError: the table names a region or label that LERA does not have.
    """
    root, _ = locate(folder, LERA)
    table = root / "labels.csv"
    rows = read_bare_table(table, 3)
    if rows and rows[0][2].strip().lower() not in LABELS:
        rows = rows[1:]  # a header line
    folders = {_key(child.name): child for child in sorted(root.iterdir()) if child.is_dir()}
    return [image for row in rows for image in _read_patient(table, row, folders)]


def _read_patient(table: Path, row: list[str], folders: dict[str, Path]) -> list[LabelledImage]:
    patient = _key(row[0])
    region, abnormal = _region(table, row[1]), _label(table, row[2])
    studies = sorted(folders[patient].glob("ST-*")) if patient in folders else []
    images = [
        LabelledImage(path, patient, f"{patient}/{study.name}", regions=(region,), abnormal=abnormal)
        for study in studies
        for path in list_images(study, (".png",))
    ]
    if not images:
        raise FileNotFoundError(
            f"{table} names {row[0].strip()}, but there is no image in {row[0].strip()}/ST-1. Unpack the archive again."
        )
    return images


def _key(name: str) -> str:
    """Return a patient's number without padding: a spreadsheet takes the zeros off, a folder keeps them."""
    return str(int(name)) if name.strip().isdecimal() else name.strip()


def _region(table: Path, text: str) -> str:
    region = text.strip().lower().removeprefix("xr").strip(" _")
    if region not in REGIONS:
        raise ValueError(f"{table} has the region {text!r}; LERA has XR ANKLE, XR FOOT, XR HIP and XR KNEE")
    return region


def _label(table: Path, text: str) -> bool:
    label = LABELS.get(text.strip().lower())
    if label is None:
        raise ValueError(f"{table} has the label {text!r}; expected one of {', '.join(LABELS)}")
    return label
