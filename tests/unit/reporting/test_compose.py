"""The one entry: every kind of document, the same bytes twice, and headers as hospitals send them."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.config import disable_value_validation

from domain.document import HL7_KINDS, LATER_KINDS, OPTIONAL_KINDS, DocumentKind
from domain.errors import DocumentError
from domain.finding import FractureState
from domain.uid import derive_uid
from reporting.compose import Composition, compose
from reporting.context import Predecessor
from reporting.source import TYPE_2, identity_keywords
from tests.fakes.report_sources import (
    MODEL_SET,
    VARIANTS,
    compose_image,
    compose_images,
    find,
    make_context,
    make_evidence,
    make_header,
    open_document,
    pick,
    read_image,
    refuse_image,
)

PROJECT = Path(__file__).resolve().parents[3]
REPORT, BASIC = DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC


def parse(composition: Composition) -> list[Dataset]:
    return [dcmread(BytesIO(one.content)) for one in composition.documents if one.kind not in HL7_KINDS]


def read_in_an_hour(header: Dataset) -> Dataset:
    """The header as it comes out of a file: elements still raw."""
    file = BytesIO()
    header.save_as(file, implicit_vr=False, little_endian=True)
    return dcmread(BytesIO(file.getvalue()), force=True)


def test_a_study_gets_every_kind_of_document() -> None:
    read, refused = make_header(), make_header(number=2)
    pairs = (read, read_image(read)), (refused, refuse_image(refused))
    composition = compose_images(*pairs, optional_documents=tuple(OPTIONAL_KINDS))
    kinds = [document.kind for document in composition.documents]
    expected = {kind: 1 for kind in DocumentKind} | {DocumentKind.SECONDARY_CAPTURE: 2} | dict.fromkeys(LATER_KINDS, 0)
    assert {kind: kinds.count(kind) for kind in DocumentKind} == expected
    assert composition.withheld == ()


def test_a_study_that_nobody_could_read_is_answered_all_the_same() -> None:
    header = make_header()
    kinds = {document.kind for document in compose_images((header, refuse_image(header))).documents}
    of_what_was_read = {DocumentKind.PRESENTATION_STATE, DocumentKind.HEAT_MAP_CAPTURE}
    assert kinds == set(DocumentKind) - LATER_KINDS - OPTIONAL_KINDS - of_what_was_read


def test_the_same_study_gives_the_same_bytes() -> None:
    headers = [make_header(), make_header(number=2)]
    first = compose_images(*((header, read_image(header)) for header in headers))
    again = compose_images(*((header, read_image(header)) for header in headers))
    assert [document.content for document in first.documents] == [document.content for document in again.documents]


def test_another_process_gives_the_same_bytes() -> None:
    script = (
        "from tests.fakes.report_sources import compose_image, make_header\n"
        "print([document.sha256 for document in compose_image(make_header()).documents])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    here = str([document.sha256 for document in compose_image(make_header()).documents])
    assert {run.strip() for run in runs} == {here}


def test_identifiers_follow_study_version_models_and_image() -> None:
    header = make_header()
    uids = {document.identifier for document in compose_image(header).documents}
    again = {document.identifier for document in compose_image(header, FractureState.DOUBT).documents}
    later = {document.identifier for document in compose_images((header, read_image(header)), version=2).documents}
    assert uids == again
    assert not uids & later
    assert len(uids) == len(set(DocumentKind) - LATER_KINDS - OPTIONAL_KINDS)


def test_another_model_set_gives_other_objects_of_another_device() -> None:
    header = make_header()
    context, findings = make_context(), find(read_image(header))
    context = replace(context, models=replace(context.models, model_set="b" * 64))
    findings = replace(findings, model_set="b" * 64)
    ours, other = parse(compose(context, findings, make_evidence(header))), parse(compose_image(header))
    assert {ds.SOPInstanceUID for ds in ours}.isdisjoint({ds.SOPInstanceUID for ds in other})
    assert {ds.SeriesInstanceUID for ds in ours}.isdisjoint({ds.SeriesInstanceUID for ds in other})
    assert ours[0].ContributingEquipmentSequence[0].DeviceUID != other[0].ContributingEquipmentSequence[0].DeviceUID


def test_a_series_has_one_modality_and_says_that_it_is_not_for_diagnosis() -> None:
    series: dict[str, set[tuple[str, int]]] = {}
    for ds in parse(compose_image(make_header())):
        series.setdefault(ds.SeriesInstanceUID, set()).add((ds.Modality, ds.SeriesNumber))
        assert "NOT FOR DIAGNOSIS" in ds.SeriesDescription
    assert sorted(one for (one,) in series.values()) == [("OT", 9101), ("OT", 9107), ("PR", 9103), ("SR", 9102)]


def test_a_later_version_stands_in_its_own_series_and_names_what_it_replaces() -> None:
    header = make_header()
    first = compose_images((header, read_image(header)))
    context = replace(make_context(2), predecessors=tuple(map(Predecessor.of, first.documents[:2])))
    second = compose(context, find(read_image(header)), make_evidence(header))
    for kind in (REPORT, BASIC):
        old, new = open_document(first, kind), open_document(second, kind)
        (study,) = new.PredecessorDocumentsSequence
        (series,) = study.ReferencedSeriesSequence
        (reference,) = series.ReferencedSOPSequence
        assert study.StudyInstanceUID == header.StudyInstanceUID
        assert (series.SeriesInstanceUID, reference.ReferencedSOPInstanceUID) == (
            old.SeriesInstanceUID,
            old.SOPInstanceUID,
        )
        assert reference.ReferencedSOPClassUID == old.SOPClassUID
        assert new.SeriesInstanceUID != old.SeriesInstanceUID
        assert (new.SeriesNumber, "REPLACES V1" in new.SeriesDescription) == (9112, True)
        assert "PredecessorDocumentsSequence" not in old


@pytest.mark.parametrize("as_read", [False, True], ids=["made", "from a file"])
@pytest.mark.parametrize("name", VARIANTS)
def test_every_object_names_patient_and_study_as_its_source(name: str, as_read: bool) -> None:
    header = VARIANTS[name]()
    with disable_value_validation():
        source = read_in_an_hour(header) if as_read else header
        composition = compose_image(source, region="hip" if name == "unpaired" else "hand")
        for ds in parse(composition):
            for keyword in (*identity_keywords(), "SpecificCharacterSet"):
                assert str(ds.get(keyword, "")) == str(header.get(keyword, "")), keyword
            assert all(keyword in ds for keyword in TYPE_2)
            assert "?" not in str(ds.PatientName)


def test_a_name_in_bytes_outside_its_character_set_keeps_its_bytes() -> None:
    raw = "Müller^Jörg".encode("latin-1")
    header = read_in_an_hour(make_header(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jörg"))
    del header.SpecificCharacterSet
    for document in compose_image(header).documents:
        if document.kind not in HL7_KINDS:
            assert raw in document.content


def test_times_are_those_of_the_composition_in_the_sources_zone() -> None:
    for zone, time in (("", "113005"), ("+0900", "193005")):
        header = make_header(TimezoneOffsetFromUTC=zone)
        report, *others = parse(compose_image(header))
        times = {ds.PresentationCreationTime if ds.Modality == "PR" else ds.ContentTime for ds in (report, *others)}
        assert times == {report.SeriesTime, report.InstanceCreationTime} == {time}
        assert report.TimezoneOffsetFromUTC == (zone or "+0100")
        assert report.StudyTime == "101112.5"


def test_images_of_two_studies_are_refused_as_a_whole() -> None:
    ours, other = make_header(), make_header(number=2, StudyInstanceUID=derive_uid("other"))
    with pytest.raises(DocumentError, match="two studies"):
        compose_images((ours, read_image(ours)), (other, read_image(other)))


def test_objects_carry_our_implementation_and_one_software() -> None:
    for ds in parse(compose_image(make_header())):
        assert ds.file_meta.ImplementationVersionName == "OSTEONODE_0_1"
        assert ds.file_meta.ImplementationClassUID.startswith("2.25.")
        assert f"limbs-1/{MODEL_SET[:12]}" in ds.SoftwareVersions


def test_the_header_that_came_in_is_left_as_it_was() -> None:
    header = make_header()
    compose_image(header)
    assert header == make_header()


def test_no_document_is_larger_in_number_than_its_identifiers() -> None:
    composition = compose_image(make_header())
    assert len({document.identifier for document in composition.documents}) == len(composition.documents)
    assert {document.study_instance_uid for document in composition.documents} == {make_header().StudyInstanceUID}
    assert pick(composition, DocumentKind.HL7_ORU)[0].sop_class_uid == ""
