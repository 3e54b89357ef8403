"""What every DICOM object of ours has in common: its UIDs and numbers, its times, its equipment, its bytes."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from struct import Struct
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataelem import DataElement
from pydicom.uid import UID, ExplicitVRLittleEndian

from domain.document import Document, DocumentKind
from domain.errors import DocumentError
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from reporting import codes, equipment, wording
from reporting.conformance.text import find_lost_text
from reporting.source import Source
from reporting.statement import StudyStatement

#: One series per kind of object, for a series has one modality and one equipment (PS3.3 C.7.3.1).
#: The captures come first, for their first is the summary, which a viewer that goes by numbers opens first.
SERIES_NUMBERS = {
    "SC": 9101,
    "SR": 9102,
    "PR": 9103,
    "LIME": 9104,
    "DOC": 9105,
    "KO": 9106,
    "CAM": 9107,
    "HEAT": 9108,
    "REJECTION": 9109,
}
#: A later version has its own series, numbered this much higher.
VERSION_STEP = 10

#: Dates and times of writing, as prefixes of their keywords; a presentation state has one of its own for its content.
_WRITTEN = ("InstanceCreation", "Series")
_CONTENT, _PRESENTATION = "Content", "PresentationCreation"


Pixels = NDArray[np.uint8]
#: Pixel Data (7FE0,0010), OB, two reserved bytes and the length (PS3.5 7.1.2); no standard element comes after it.
_PIXEL_DATA: Final = Struct("<HH2s2xL")


@dataclass(frozen=True)
class Slot:
    """The place of one object among the results: its series and its number in it.

    Attributes:
        modality: a key of SERIES_NUMBERS: the kind of series (the Modality value of a capture is OT).
        key: what sets this object apart within its series.
    """

    kind: DocumentKind
    modality: str
    key: str
    number: int

    def sop_instance_uid(self, statement: StudyStatement) -> str:
        """The object's SOP Instance UID: the same for the same study, version and models."""
        return statement.derive_uid(self.kind.value, self.key)

    def series_instance_uid(self, statement: StudyStatement) -> str:
        """The Series Instance UID of its series: one for each kind of series and version."""
        return statement.derive_uid("series", self.modality)

    def arguments(self, statement: StudyStatement) -> dict[str, Any]:
        """What highdicom's constructors ask of every object."""
        study = statement.study
        return {
            "series_instance_uid": self.series_instance_uid(statement),
            "series_number": SERIES_NUMBERS[self.modality] + VERSION_STEP * (study.version - 1),
            "series_description": wording.describe_series(
                self.modality, study.version, study.replaces, retracts=study.retraction is not None
            ),
            "sop_instance_uid": self.sop_instance_uid(statement),
            "instance_number": self.number,
            "manufacturer": study.reporting.manufacturer,
            "manufacturer_model_name": equipment.MODEL_NAME,
            "software_versions": equipment.software_version(study),
            "content_qualification": "RESEARCH",
        }


def finish(ds: Dataset, statement: StudyStatement, source: Source) -> None:
    """Give an object the source's identity, our times and equipment; nothing depends on the hour it is written."""
    source.restore(ds)
    written_at = source.local_time(statement.study.composed_at)
    for prefix in (*_WRITTEN, _PRESENTATION if ds.Modality == "PR" else _CONTENT):
        ds.add(DataElement(f"{prefix}Date", "DA", written_at.strftime("%Y%m%d")))
        ds.add(DataElement(f"{prefix}Time", "TM", written_at.strftime("%H%M%S")))
    ds.TimezoneOffsetFromUTC = written_at.strftime("%z")[:5]
    ds.StationName = statement.study.reporting.station_name
    ds.ContributingEquipmentSequence = equipment.contribute(statement.study, _without_zone(written_at))
    ds.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    ds.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME


def _without_zone(moment: datetime) -> datetime:
    """A DT without offset means the object's own zone, which Timezone Offset From UTC states."""
    return moment.replace(tzinfo=None, microsecond=0)


def name_predecessors(ds: Dataset, statement: StudyStatement) -> None:
    """Predecessor Documents (PS3.3 C.17.2, C.24.2): those of the same class in the version that this one supersedes."""
    predecessors = [item for item in statement.study.predecessors if item.sop_class_uid == ds.SOPClassUID]
    if "PredecessorDocumentsSequence" in ds:
        del ds.PredecessorDocumentsSequence
    if not predecessors:
        return
    study = Dataset()
    study.StudyInstanceUID = statement.study_instance_uid
    study.ReferencedSeriesSequence = []
    for predecessor in predecessors:
        reference, series = Dataset(), Dataset()
        reference.ReferencedSOPClassUID = predecessor.sop_class_uid
        reference.ReferencedSOPInstanceUID = predecessor.sop_instance_uid
        series.SeriesInstanceUID = predecessor.series_instance_uid
        series.ReferencedSOPSequence = [reference]
        study.ReferencedSeriesSequence.append(series)
    ds.PredecessorDocumentsSequence = [study]


def copy_region(ds: Dataset, source: Source) -> None:
    """Copy body part and side; Laterality (2C) is empty unless the part is unpaired or the side known."""
    if source.body_part:
        ds.BodyPartExamined = source.body_part
    if source.side.value in ("L", "R"):
        ds.Laterality = source.side.value
    elif codes.may_be_paired(source.body_part):
        ds.Laterality = ""


def write(ds: Dataset, slot: Slot, statement: StudyStatement, pixels: Pixels | None = None) -> Document:
    """Serialise an object as a Part 10 file, Explicit VR Little Endian.

    Args:
        ds: all of it but what `pixels` has.
        slot: its place.
        statement: what it is part of.
        pixels: uint8, of the rows, columns and samples that `ds` states. They go straight into the file: through the
            data set they would be copied three times, 12 MB each for a capture.

    Raises:
        DocumentError: its character set cannot carry a text; what is written in its place would look whole.
    """
    if lost := find_lost_text(ds):
        raise DocumentError(f"{slot.kind.value}: {'; '.join(lost)}", subject=str(ds.SOPInstanceUID))
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    with BytesIO() as file:
        pydicom.dcmwrite(file, ds, enforce_file_format=True)
        content = file.getvalue() if pixels is None else _append_pixels(file.getvalue(), pixels)
    return Document(
        kind=slot.kind,
        identifier=str(ds.SOPInstanceUID),
        study_instance_uid=statement.study_instance_uid,
        version=statement.study.version,
        sop_class_uid=str(ds.SOPClassUID),
        content=content,
    )


def _append_pixels(header: bytes, pixels: Pixels) -> bytes:
    """Return a file with its pixel data, of even length (PS3.5 7.1.1)."""
    length = pixels.nbytes + pixels.nbytes % 2
    element = _PIXEL_DATA.pack(0x7FE0, 0x0010, b"OB", length)
    return b"".join((header, element, np.ascontiguousarray(pixels).data, b"\0" * (length - pixels.nbytes)))
