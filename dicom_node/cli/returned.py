"""What came back from the node, understood from the documents alone, as an archive or a viewer would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage, SecondaryCaptureImageStorage

from domain.finding import FractureState
from reporting import codes, wording

_REPORTS = frozenset({Comprehensive3DSRStorage, ComprehensiveSRStorage})
#: Code values of the content items of the report (PS3.16 TID 1500, 1501, CID 240, CID 6047), with what they are.
_FRACTURE, _FINDING_SITE, _LATERALITY = "72704001", "363698007", "272741003"
_TRACKING_IDENTIFIER, _CERTAINTY, _COMMENT, _SUMMARY = "112039", "111012", "121106", "111017"
_NOTHING_WAS_READ = "111245"  # DCM "No algorithms succeeded; without findings"
_WORDS = {
    FractureState.PRESENT: "fracture suspected",
    FractureState.ABSENT: "no fracture found",
    FractureState.DOUBT: "doubtful",
}
_FINDING_WORDS = {codes.PRESENCE[state].value: words for state, words in _WORDS.items()}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a report says of a whole study.

    Attributes:
        region: finding site and side, as the report writes them; empty where it names none.
        probability: 0 to 1; None where nothing was read.
        comment: the sentences for a person.
    """

    region: str
    finding: str
    probability: float | None
    comment: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Everything that came back for one study.

    Attributes:
        documents: the files in the archive.
        messages: HL7 messages as they came.
        last_arrival: of `documents`, in seconds since the epoch; 0 where there is none.
    """

    documents: tuple[Path, ...]
    messages: tuple[bytes, ...]
    statement: Statement | None
    last_arrival: float

    @property
    def is_answered(self) -> bool:
        """Whether a report reached the archive and a message the HL7 receiver."""
        return self.statement is not None and bool(self.messages)


def collect(study_instance_uid: str, files: Sequence[Path], messages: Sequence[bytes]) -> Returned:
    """Return what of the archive's files and the receiver's messages speaks of one study."""
    headers = {path: pydicom.dcmread(path, stop_before_pixels=True) for path in files}
    mine = {path: ds for path, ds in headers.items() if ds.StudyInstanceUID == study_instance_uid}
    reports = [ds for ds in mine.values() if ds.SOPClassUID in _REPORTS]
    return Returned(
        documents=tuple(mine),
        messages=tuple(message for message in messages if study_instance_uid.encode() in message),
        statement=read_statement(reports[0]) if reports else None,
        last_arrival=max((path.stat().st_mtime for path in mine), default=0.0),
    )


def is_capture(path: Path) -> bool:
    """Say whether a file is a secondary capture."""
    ds = pydicom.dcmread(path, specific_tags=["SOPClassUID"], stop_before_pixels=True)
    return bool(ds.SOPClassUID == SecondaryCaptureImageStorage)


def is_summary(ds: Dataset) -> bool:
    """Say whether an object is a page of the summary of a study."""
    return str(ds.get("DerivationDescription", "")) == wording.SUMMARY_DERIVATION


def is_heat_map(ds: Dataset) -> bool:
    """Say whether an object shows where a model looked."""
    return str(ds.get("SeriesDescription", "")).startswith((wording.SERIES["CAM"], wording.SERIES["HEAT"]))


def write_capture_as_png(path: Path, png: Path) -> None:
    """Write the pixels of a secondary capture, RGB or grey of 8 bits, as they are."""
    from PIL import Image

    Image.fromarray(pydicom.dcmread(path).pixel_array).save(png)


def read_statement(report: Dataset) -> Statement:
    """Return the study's statement of a measurement report (PS3.16 TID 1500)."""
    group = next(each for each in _walk(report) if _text_of(each, _TRACKING_IDENTIFIER) == "Study")
    site = _find(group, _FINDING_SITE)
    presence = [
        _code_of(each) for each in _items(group) if _name_of(each) == _FRACTURE and "ConceptCodeSequence" in each
    ]
    certainty = _find(group, _CERTAINTY)
    summary = _find(group, _SUMMARY)
    nothing_read = summary is not None and _code_of(summary) == _NOTHING_WAS_READ
    return Statement(
        region=_describe_site(site) if site is not None else "",
        finding="not analysed" if nothing_read else _FINDING_WORDS.get(presence[0] if presence else "", "not stated"),
        probability=float(certainty.MeasuredValueSequence[0].NumericValue) / 100 if certainty is not None else None,
        comment=_text_of(group, _COMMENT),
    )


def _describe_site(site: Dataset) -> str:
    side = _find(site, _LATERALITY)
    words = [str(each.ConceptCodeSequence[0].CodeMeaning).lower() for each in (side, site) if each is not None]
    return " ".join(words)


def _walk(item: Dataset) -> Iterator[Dataset]:
    yield item
    for child in _items(item):
        yield from _walk(child)


def _items(item: Dataset) -> Sequence[Dataset]:
    return item.get("ContentSequence") or ()


def _find(item: Dataset, name: str) -> Dataset | None:
    return next((each for each in _items(item) if _name_of(each) == name), None)


def _text_of(item: Dataset, name: str) -> str:
    found = _find(item, name)
    return str(found.TextValue) if found is not None and "TextValue" in found else ""


def _name_of(item: Dataset) -> str:
    names = item.get("ConceptNameCodeSequence")
    return str(names[0].CodeValue) if names else ""


def _code_of(item: Dataset) -> str:
    return str(item.ConceptCodeSequence[0].CodeValue)
