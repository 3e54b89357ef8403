"""The sample studies of the demo: drawn, sent, and what came back for each laid out in a folder of its name."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pydicom
from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    SecondaryCaptureImageStorage,
)

from dicom_node.cli.readable_answers import REPORT_NAME, write_report_as_pdf
from dicom_node.cli.returned import Returned, collect, is_heat_map, is_summary, write_capture_as_png
from inference.phantom.samples import write_samples

_KIND_WORDS = {
    Comprehensive3DSRStorage: "structured-report",
    ComprehensiveSRStorage: "structured-report",
    SecondaryCaptureImageStorage: "overlay",
    GrayscaleSoftcopyPresentationStateStorage: "presentation-state",
    EncapsulatedPDFStorage: "report",
    KeyObjectSelectionDocumentStorage: "key-objects",
}
#: Captures too, but one is of the whole study, and the other of a model.
_SUMMARY, _HEAT_MAP = "summary", "heat-map"


@dataclass(frozen=True, slots=True)
class Sample:
    """One study to send.

    Attributes:
        sent_at: when the node acknowledged its last image, in seconds since the epoch; 0 before that.
    """

    name: str
    study_instance_uid: str
    files: tuple[Path, ...]
    sent_at: float = 0.0

    def sent(self) -> "Sample":
        """Return this sample, acknowledged now."""
        return replace(self, sent_at=time.time())


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one sample, and how many files of it were written.

    Attributes:
        seconds: from the acknowledgement of the last image to the arrival of the last document; None without one.
    """

    sample: Sample
    returned: Returned
    seconds: float | None


def draw_samples(folder: Path) -> tuple[Sample, ...]:
    """Draw the samples that ship, one folder a study."""
    studies: dict[Path, list[Path]] = {}
    for path in write_samples(folder):
        studies.setdefault(path.parent, []).append(path)
    return tuple(
        Sample(study.name, str(pydicom.dcmread(files[0], stop_before_pixels=True).StudyInstanceUID), tuple(files))
        for study, files in studies.items()
    )


def write_answers(
    samples: Sequence[Sample], files: Sequence[Path], messages: Sequence[bytes], out: Path
) -> tuple[Answer, ...]:
    """Write what came back for each sample to a folder of its name in `out`."""
    answers = []
    for sample in samples:
        returned = collect(sample.study_instance_uid, files, messages)
        _write(returned, out / sample.name)
        seconds = returned.last_arrival - sample.sent_at if returned.documents else None
        answers.append(Answer(sample, returned, seconds))
    return tuple(answers)


def _write(returned: Returned, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    numbers: Counter[str] = Counter()
    for path in sorted(returned.documents, key=_in_order):
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        kind = _name_kind(ds)
        numbers[kind] += 1
        name = f"{kind}-{numbers[kind]}"
        (folder / f"{name}.dcm").write_bytes(path.read_bytes())
        if ds.SOPClassUID == SecondaryCaptureImageStorage:
            write_capture_as_png(path, folder / f"{name}.png")
        if ds.SOPClassUID == EncapsulatedPDFStorage:
            write_report_as_pdf(path.read_bytes(), folder / REPORT_NAME)
    for number, message in enumerate(returned.messages, 1):
        # Segments end with CR; a line each is what an editor shows.
        (folder / f"message-{number}.hl7").write_bytes(message.replace(b"\r", b"\n"))


def _name_kind(ds: pydicom.Dataset) -> str:
    if is_summary(ds):
        return _SUMMARY
    return _HEAT_MAP if is_heat_map(ds) else _KIND_WORDS.get(ds.SOPClassUID, "document")


def _in_order(path: Path) -> tuple[int, int, str]:
    ds = pydicom.dcmread(path, stop_before_pixels=True)
    return int(ds.get("SeriesNumber") or 0), int(ds.get("InstanceNumber") or 0), path.name
