"""The rejection note: the right title, and nothing named but what it was given."""

from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from domain.correction import Superseded
from domain.document import HL7_KINDS, Document
from reporting.conformance import gate
from reporting.context import Predecessor
from reporting.rejection_note import Rejection, name_note, write_rejection_note
from reporting.statement import StudyStatement, state
from tests.fakes.report_sources import (
    MODEL_SET,
    STUDY_INSTANCE_UID,
    compose_image,
    find,
    make_context,
    make_evidence,
    make_header,
    read_image,
)

HEADER = make_header()


@cache
def sent() -> tuple[Predecessor, ...]:
    """Return what a first answer left in the archive."""
    return tuple(Predecessor.of(each) for each in compose_image(HEADER).documents if each.kind not in HL7_KINDS)


def draft() -> StudyStatement:
    context = replace(make_context(2), superseded=Superseded(1, find(read_image(HEADER))))
    return state(context, find(read_image(HEADER)), make_evidence(HEADER))


def write(*, for_safety: bool = False, destination: str = "pacs") -> Document:
    return write_rejection_note(draft(), Rejection(destination, sent(), for_safety))


def open_note(document: Document) -> Dataset:
    return dcmread(BytesIO(document.content))


@pytest.mark.parametrize(("for_safety", "title"), [(False, "113001"), (True, "113037")])
def test_the_title_says_why(for_safety: bool, title: str) -> None:
    note = open_note(write(for_safety=for_safety))
    assert note.ConceptNameCodeSequence[0].CodeValue == title
    assert (note.Modality, note.ContentTemplateSequence[0].TemplateIdentifier) == ("KO", "2010")


def test_it_names_the_objects_it_was_given_and_never_the_radiograph() -> None:
    note = open_note(write())
    (study,) = note.CurrentRequestedProcedureEvidenceSequence
    named = {
        (series.SeriesInstanceUID, item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID)
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    }
    assert study.StudyInstanceUID == STUDY_INSTANCE_UID
    assert named == {(each.series_instance_uid, each.sop_class_uid, each.sop_instance_uid) for each in sent()}
    assert HEADER.SOPInstanceUID not in str(note.CurrentRequestedProcedureEvidenceSequence)


def test_captures_are_named_as_images_and_reports_as_composites() -> None:
    content = [item for item in open_note(write()).ContentSequence if "ReferencedSOPSequence" in item]
    kinds = {item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID: item.ValueType for item in content}
    assert kinds == {each.sop_instance_uid: "IMAGE" if each.is_image else "COMPOSITE" for each in sent()}


def test_it_is_fit_to_leave_and_names_patient_and_study_as_the_source() -> None:
    document = write()
    gate.check(document, draft())
    note = open_note(document)
    assert (note.PatientID, note.AccessionNumber) == (HEADER.PatientID, HEADER.AccessionNumber)


def test_each_destination_has_a_note_of_its_own_and_always_the_same() -> None:
    first, again, other = write(), write(), write(destination="archive")
    assert first.content == again.content
    assert first.identifier == name_note(STUDY_INSTANCE_UID, 2, MODEL_SET, "pacs") != other.identifier


def test_a_note_names_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Rejection("pacs", (), for_safety=True)
