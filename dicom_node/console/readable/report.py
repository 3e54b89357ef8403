"""A structured report (PS3.3 C.17.3) as an outline: each content item with its name, its value, and those below it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pydicom
from pydicom import Dataset

#: Deeper than any report of ours; what somebody else made is cut here.
_DEEPEST: Final = 24


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One content item; a container has no value."""

    name: str
    value: str
    items: tuple["ReportItem", ...] = ()


def read_report(path: Path) -> ReportItem:
    """Return the outline of a structured report. Raises OSError or pydicom's errors where it cannot be read."""
    return _item(pydicom.dcmread(path, stop_before_pixels=True), _DEEPEST)


def _item(ds: Dataset, depth: int) -> ReportItem:
    below: Sequence[Dataset] = ds.get("ContentSequence") or () if depth else ()
    # What an item says of another one's place is a number for a program; the capture shows it.
    items = tuple(_item(each, depth - 1) for each in below)
    return ReportItem(_meaning(ds, "ConceptNameCodeSequence"), _value(ds), items)


def _value(ds: Dataset) -> str:
    write = _VALUES.get(str(ds.get("ValueType", "")))
    return write(ds) if write else ""


def _meaning(ds: Dataset, keyword: str) -> str:
    codes = ds.get(keyword) or ()
    return str(codes[0].get("CodeMeaning", "")) if codes else ""


def _number(ds: Dataset) -> str:
    measured = ds.get("MeasuredValueSequence") or ()
    if not measured:
        return ""
    value, unit = measured[0].get("NumericValue", ""), _meaning(measured[0], "MeasurementUnitsCodeSequence")
    return f"{value} {unit}".strip()


def _image(ds: Dataset) -> str:
    named = ds.get("ReferencedSOPSequence") or ()
    return str(named[0].get("ReferencedSOPInstanceUID", "")) if named else ""


def _place(ds: Dataset) -> str:
    points = ds.get("GraphicData") or ()
    return f"{str(ds.get('GraphicType', '')).lower()}: {', '.join(f'{float(each):.0f}' for each in points)}"


#: What the value of an item is, by its Value Type (PS3.3 C.17.3.2.1).
_VALUES: Final[dict[str, Callable[[Dataset], str]]] = {
    "CODE": lambda ds: _meaning(ds, "ConceptCodeSequence"),
    "TEXT": lambda ds: str(ds.get("TextValue", "")),
    "NUM": _number,
    "UIDREF": lambda ds: str(ds.get("UID", "")),
    "PNAME": lambda ds: str(ds.get("PersonName", "")),
    "DATE": lambda ds: str(ds.get("Date", "")),
    "TIME": lambda ds: str(ds.get("Time", "")),
    "DATETIME": lambda ds: str(ds.get("DateTime", "")),
    "IMAGE": _image,
    "COMPOSITE": _image,
    "SCOORD": _place,
}
