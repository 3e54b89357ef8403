"""A tier's documents say what it states, say that they leave the rest out, and hold nothing of the rest."""

from dataclasses import replace
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from domain.correction import Superseded
from domain.document import HL7_KINDS, LATER_KINDS, OPTIONAL_KINDS, Document, DocumentKind
from domain.errors import DocumentError
from domain.finding import FractureState, ImageReading, Labelled
from domain.tier import Tier
from reporting import wording
from reporting.captures.secondary_capture import caption_image
from reporting.compose import Composition, compose
from reporting.conformance import gate
from reporting.evidence import ImageEvidence
from reporting.statement import state
from reporting.tier_limits import limit_evidence
from tests.fakes.report_sources import (
    find,
    make_context,
    make_evidence,
    make_header,
    make_picture,
    open_document,
    open_message,
    pick,
    read_image,
)

TYPES = (Labelled("spiral fracture", 0.8), Labelled("oblique fracture", 0.1))
LOWER = (Tier.CLASSIFICATION, Tier.TYPES)
DICOM_KINDS = (
    DocumentKind.STRUCTURED_REPORT,
    DocumentKind.STRUCTURED_REPORT_BASIC,
    DocumentKind.PRESENTATION_STATE,
    DocumentKind.SUMMARY_CAPTURE,
    DocumentKind.SECONDARY_CAPTURE,
)


def read_with_type(state: FractureState = FractureState.PRESENT) -> ImageReading:
    return replace(read_image(make_header(), state), types=TYPES)


@cache
def compose_at(tier: Tier, reading: ImageReading | None = None, **settings: object) -> Composition:
    """Compose one image with its heat map, and with every optional kind."""
    context = make_context(optional_documents=sorted(OPTIONAL_KINDS), hl7_pdf=True, **settings)
    context = replace(context, tier=tier)
    return compose(context, find(reading or read_with_type()), make_evidence(make_header()))


def contents(composition: Composition) -> list[bytes]:
    return [document.content for document in composition.documents]


def texts(document: Document) -> str:
    """Everything a document says in words."""
    if document.kind in HL7_KINDS:
        return document.content.decode()
    ds = dcmread(BytesIO(document.content), stop_before_pixels=True)
    return "\n".join(str(element.value) for element in ds.iterall() if element.VR in ("LO", "LT", "ST", "UT", "SH"))


def test_classification_alone_is_the_same_whatever_boxes_and_types_there_are() -> None:
    bare = replace(read_with_type(), boxes=(), types=())
    assert contents(compose_at(Tier.CLASSIFICATION)) == contents(compose_at(Tier.CLASSIFICATION, bare))


def test_classification_with_types_is_the_same_whatever_boxes_there_are() -> None:
    bare = replace(read_with_type(), boxes=())
    assert contents(compose_at(Tier.TYPES)) == contents(compose_at(Tier.TYPES, bare))
    assert contents(compose_at(Tier.TYPES)) != contents(compose_at(Tier.TYPES, replace(bare, types=())))


def test_the_full_tier_states_boxes_and_types() -> None:
    composition = compose_at(Tier.FULL)
    assert {document.kind for document in composition.documents} == set(DocumentKind) - LATER_KINDS
    assert contents(composition) != contents(compose_at(Tier.FULL, replace(read_with_type(), boxes=())))
    for kind in (DocumentKind.STRUCTURED_REPORT, DocumentKind.PRESENTATION_STATE, DocumentKind.HL7_ORU):
        assert "spiral fracture 80%" in texts(pick(composition, kind)[0])


@pytest.mark.parametrize(("tier", "named"), [(Tier.CLASSIFICATION, False), (Tier.TYPES, True)])
def test_a_type_stands_in_the_documents_of_its_tiers_only(tier: Tier, named: bool) -> None:
    for document in compose_at(tier).documents:
        if document.kind not in OPTIONAL_KINDS:  # a PDF has no text to search, key objects name images alone
            assert ("spiral" in texts(document)) is named, document.kind


@pytest.mark.parametrize("tier", LOWER)
@pytest.mark.parametrize("language", ["en", "ar", "fr", "es"])
def test_the_message_says_what_its_tier_leaves_out(tier: Tier, language: str) -> None:
    full = open_message(compose_at(Tier.FULL, language=language))["NTE"]
    notes = open_message(compose_at(tier, language=language))["NTE"]
    assert len(notes) == len(full) + 1
    other = open_message(compose_at(next(each for each in LOWER if each is not tier), language=language))["NTE"]
    assert notes[1] != other[1]


@pytest.mark.parametrize("tier", LOWER)
@pytest.mark.parametrize("kind", DICOM_KINDS)
def test_every_object_says_that_places_are_not_stated(tier: Tier, kind: DocumentKind) -> None:
    said = texts(pick(compose_at(tier), kind)[0])
    assert "places not stated" in said
    assert wording.describe_boxes(0) not in said


@pytest.mark.parametrize("tier", LOWER)
def test_a_lower_tier_has_no_heat_map_and_every_other_document(tier: Tier) -> None:
    kinds = {document.kind for document in compose_at(tier).documents}
    assert kinds == set(DocumentKind) - LATER_KINDS - {DocumentKind.HEAT_MAP_CAPTURE}


def test_a_type_with_a_name_in_another_script_costs_no_document() -> None:
    odd = replace(read_with_type(), types=(Labelled("اسم \\ 骨折", 0.9),))
    assert len(compose_at(Tier.FULL, odd).documents) == len(compose_at(Tier.FULL).documents)


@pytest.mark.parametrize("tier", LOWER)
def test_captures_show_the_tier_and_no_legend_of_boxes(tier: Tier) -> None:
    statement = state(replace(make_context(), tier=tier), find(read_with_type()), make_evidence(make_header()))
    caption = caption_image(statement, statement.images[0])
    assert wording.TIERS_IN_SHORT[tier] in caption.notice
    assert caption.legend == ()


@pytest.mark.parametrize("kind", [DocumentKind.SECONDARY_CAPTURE, DocumentKind.SUMMARY_CAPTURE])
def test_a_capture_of_a_lower_tier_looks_different_from_one_where_nothing_was_marked(kind: DocumentKind) -> None:
    bare = replace(read_with_type(), boxes=(), types=())
    full, lower = (open_document(compose_at(tier, bare), kind).pixel_array for tier in (Tier.FULL, Tier.CLASSIFICATION))
    assert full.shape == lower.shape
    assert not np.array_equal(full, lower)


def test_an_absence_is_stated_at_every_tier() -> None:
    for tier in Tier:
        message = open_message(compose_at(tier, read_with_type(FractureState.ABSENT)))
        assert any("Absent" in row[5] for row in message["OBX"])
        assert not any("spiral" in row[5] for row in message["OBX"])


def test_the_report_names_its_tier_as_a_parameter_of_the_algorithm() -> None:
    for tier in Tier:
        assert f"tier={tier.value}" in texts(pick(compose_at(tier), DocumentKind.STRUCTURED_REPORT)[0])


@pytest.mark.parametrize("tier", LOWER)
def test_a_heat_map_is_a_place_and_stands_in_no_document_of_a_lower_tier(tier: Tier) -> None:
    with_map = [ImageEvidence(make_header(), make_picture(), make_picture())]
    assert limit_evidence(with_map, tier)[0].heat_map is None
    assert limit_evidence(with_map, Tier.FULL)[0].heat_map is not None
    statement = state(replace(make_context(), tier=tier), find(read_with_type()), with_map)
    assert statement.images[0].evidence.heat_map is None


@pytest.mark.parametrize("kind", [DocumentKind.STRUCTURED_REPORT, DocumentKind.PRESENTATION_STATE])
def test_a_box_in_a_document_of_a_lower_tier_does_not_leave(kind: DocumentKind) -> None:
    document = pick(compose_at(Tier.FULL), kind)[0]
    lower = state(
        replace(make_context(), tier=Tier.CLASSIFICATION), find(read_with_type()), make_evidence(make_header())
    )
    with pytest.raises(DocumentError, match="GraphicData in a document of tier classification"):
        gate.check(document, lower)


def test_a_private_code_of_a_type_is_declared_with_its_scheme() -> None:
    hairline = replace(read_with_type(), types=(Labelled("hairline fracture", 0.9),))
    ds: Dataset = open_document(compose_at(Tier.FULL, hairline), DocumentKind.STRUCTURED_REPORT)
    declared = [item.CodingSchemeDesignator for item in ds.CodingSchemeIdentificationSequence]
    assert declared.count("99OSTEO") == 1
    assert "Hairline fracture" in texts(pick(compose_at(Tier.FULL, hairline), DocumentKind.STRUCTURED_REPORT)[0])


@pytest.mark.parametrize("tier", LOWER)
def test_a_correction_tells_no_more_of_the_version_before_than_the_tier_states(tier: Tier) -> None:
    earlier = replace(read_with_type(FractureState.DOUBT), types=TYPES)
    hidden = {"boxes": ()} if tier.states_types else {"boxes": (), "types": ()}
    written = []
    for before in (earlier, replace(earlier, **hidden)):
        context = replace(make_context(2), tier=tier, superseded=Superseded(1, find(before)))
        written.append(contents(compose(context, find(read_with_type()), make_evidence(make_header()))))
    assert written[0] == written[1]
