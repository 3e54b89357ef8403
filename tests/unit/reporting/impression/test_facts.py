"""From headers and readings to the facts of an impression: nothing lost, nothing made up."""

from dataclasses import replace

import pytest

from domain.finding import FractureState, Labelled, Reason
from domain.impression import Naming, Place, Side
from domain.tier import Tier
from reporting.impression.facts import list_facts
from reporting.statement import state
from tests.fakes.report_sources import (
    draft_image,
    draft_images,
    find,
    make_context,
    make_evidence,
    make_header,
    read_image,
    refuse_image,
)

PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT


def facts_of(state: FractureState = PRESENT, **header: object):
    return list_facts(draft_image(make_header(**header), state))


def test_an_image_is_told_with_its_numbers_side_place_and_certainty() -> None:
    facts = facts_of(SeriesNumber="2", InstanceNumber="7", BodyPartExamined="WRIST", Laterality="L")
    (image,) = facts.images
    assert (image.series, image.instance) == ("2", "7")
    assert (image.side, image.place) == (Side.LEFT, Place(Naming.HEADER, "wrist"))
    assert (facts.state, image.state, facts.percent, image.percent) == (PRESENT, PRESENT, "93%", "93%")
    assert image.marked == 1


@pytest.mark.parametrize(("value", "side"), [("L", Side.LEFT), ("R", Side.RIGHT)])
def test_the_side_is_the_headers(value: str, side: Side) -> None:
    assert facts_of(Laterality=value).images[0].side is side


def test_a_header_without_a_side_has_none() -> None:
    assert list_facts(draft_image(make_header(drop=["Laterality"]))).images[0].side is Side.UNSTATED


def test_a_header_that_names_two_sides_contradicts_itself() -> None:
    assert facts_of(Laterality="L", ImageLaterality="R").images[0].side is Side.CONTRADICTORY


def test_without_a_body_part_the_models_name_the_place() -> None:
    place = list_facts(draft_image(make_header(drop=["BodyPartExamined"]))).images[0].place
    assert place == Place(Naming.MODELS, "hand, wrist or forearm")


def test_another_body_part_than_the_models_see_is_a_contradiction_with_both_names() -> None:
    place = facts_of(BodyPartExamined="KNEE").images[0].place
    assert place == Place(Naming.CONTRADICTORY, "knee", "hand, wrist or forearm")


@pytest.mark.parametrize("text", ["SOMETHING", "NO FRACTURE"])
def test_free_text_as_body_part_has_no_words_in_an_impression(text: str) -> None:
    assert facts_of(BodyPartExamined=text) is None


def test_an_image_that_was_not_analysed_has_its_reason_and_no_certainty() -> None:
    header, other = make_header(), make_header(number=2)
    facts = list_facts(draft_images((header, read_image(header, ABSENT)), (other, refuse_image(other))))
    assert (len(facts.images), facts.read) == (2, 1)
    assert (facts.images[1].state, facts.images[1].percent) == (None, "")
    assert facts.images[1].reason


def test_a_reason_that_somebody_brought_has_no_words_in_an_impression() -> None:
    header = make_header()
    reading = replace(refuse_image(header), reason=Reason("of-another-version", "it is a long story"))
    assert list_facts(draft_images((header, reading))) is None


def test_the_type_is_told_where_one_is_more_probable_than_not() -> None:
    header = make_header()
    for said, probability, kind in ((PRESENT, 0.6, "spiral fracture"), (PRESENT, 0.4, ""), (ABSENT, 0.6, "")):
        types = (Labelled("spiral fracture", probability),)
        reading = replace(read_image(header, said), types=types)
        assert list_facts(draft_images((header, reading))).images[0].kind == kind


@pytest.mark.parametrize(("state", "marked"), [(PRESENT, 1), (DOUBT, 1), (ABSENT, None)])
def test_as_many_places_are_told_as_are_marked(state: FractureState, marked: int) -> None:
    assert facts_of(state).images[0].marked == marked


@pytest.mark.parametrize(
    ("tier", "marked", "kind"), [(Tier.FULL, 1, True), (Tier.TYPES, None, True), (Tier.CLASSIFICATION, None, False)]
)
def test_a_tier_that_leaves_something_out_leaves_it_out_of_the_facts(
    tier: Tier, marked: int | None, kind: bool
) -> None:
    header = make_header()
    reading = replace(read_image(header), types=(Labelled("spiral fracture", 0.6),))
    context = replace(make_context(), tier=tier)
    (image,) = list_facts(state(context, find(reading), make_evidence(header))).images
    assert (image.marked, image.kind != "", image.kind_percent != "") == (marked, kind, kind)
