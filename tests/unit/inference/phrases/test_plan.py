"""What the model is told, and that the words which it never sees come back in the right place."""

import pytest

from domain.finding import FractureState
from domain.impression import Naming, Place, Side
from inference.phrases.plan import MOST_GROUPS, join, plan_impression
from tests.fakes.impressions import draw_impression, make_facts, make_image

ABSENT = {"state": FractureState.ABSENT, "marked": None, "percent": "3%"}
UNREAD = {"state": None, "marked": None, "percent": "", "reason": "all pixels have the same value"}


def test_images_of_which_the_same_is_said_are_told_together() -> None:
    plan = plan_impression(
        make_facts(make_image(), make_image(2, percent="7%", marked=0), make_image(3, side=Side.RIGHT))
    )
    assert [group.images for group in plan.groups] == ["many", "one"]
    assert plan.slots["images1"] == "image 1 (series 1, instance 1) and image 2 (series 1, instance 2)"
    assert (plan.slots["percent1"], plan.slots["marked1"]) == ("94% and 7%", "1 and 0")
    assert plan.slots["images2"] == "image 3 (series 1, instance 3)"


def test_images_between_which_another_stands_are_told_together_all_the_same() -> None:
    plan = plan_impression(make_facts(make_image(), make_image(2, side=Side.RIGHT), make_image(3)))
    assert plan.slots["images1"].endswith("and image 3 (series 1, instance 3)")


def test_the_most_suspicious_images_come_first() -> None:
    plan = plan_impression(make_facts(make_image(**UNREAD), make_image(2, **ABSENT), make_image(3)))
    assert [group.state for group in plan.groups] == ["present", "absent", "unread"]


def test_the_model_is_told_kinds_and_no_numbers() -> None:
    assert plan_impression(make_facts(make_image(), make_image(2, **UNREAD))).source == (
        *("coverage:part", "study:present"),
        *("1:state:present", "1:images:one", "1:side:left", "1:naming:header", "1:marked:one"),
        *("2:state:unread", "2:images:one", "2:side:left", "2:naming:header"),
    )


@pytest.mark.parametrize(
    ("marks", "told"), [((0,), "none"), ((1,), "one"), ((3,), "several"), ((0, 0), "none"), ((1, 0), "listed")]
)
def test_marked_places_are_told_as_language_needs_them(marks: tuple[int, ...], told: str) -> None:
    images = (make_image(number, marked=mark) for number, mark in enumerate(marks, 1))
    assert plan_impression(make_facts(*images)).groups[0].marked == told


def test_a_contradiction_fills_both_places() -> None:
    plan = plan_impression(make_facts(make_image(place=Place(Naming.CONTRADICTORY, "wrist", "hip"))))
    assert (plan.slots["place1"], plan.slots["models1"]) == ("wrist", "hip")


def test_a_study_with_more_to_say_than_a_model_is_told_has_no_plan() -> None:
    images = [make_image(number, kind=f"type {number}", kind_percent="61%") for number in range(1, MOST_GROUPS + 2)]
    assert plan_impression(make_facts(*images[:-1])) is not None
    assert plan_impression(make_facts(*images)) is None


def test_the_same_findings_have_the_same_plan() -> None:
    assert plan_impression(draw_impression(3)[0]) == plan_impression(draw_impression(3)[0])


def test_words_are_joined_as_people_write_them() -> None:
    assert [join("a"), join("ab"), join("abc")] == ["a", "a and b", "a, b and c"]
