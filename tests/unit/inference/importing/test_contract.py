from collections.abc import Mapping

import pytest

from domain.errors import ConfigError
from inference.importing.contract import Contract, settle
from inference.importing.outputs import RawOutput
from inference.importing.questions import Found, Question

OPTIONS = {
    "task": "fracture",
    "range": "0..255",
    "classes": "normal,fracture",
    "preprocess": "clahe,stretch",
    "present_from": "0.6",
    "doubt_from": "0.4",
}
FRACTURE = RawOutput("p", (None, 1), "sigmoid")


def look(*outputs: RawOutput, **values: str) -> Found:
    return Found("stand-in", "x", "nhwc", outputs or (FRACTURE,), {"side_px": "224", "channels": "3"} | values)


def agree(found: Found | None = None, without: str = "", **changes: str) -> Contract:
    options: Mapping[str, str] = {key: said for key, said in (OPTIONS | changes).items() if key != without}
    return settle(found or look(), options, None, subject="model.keras")


def problems(found: Found | None = None, without: str = "", **changes: str) -> str:
    with pytest.raises(ConfigError) as caught:
        agree(found, without, **changes)
    return "\n".join(caught.value.problems)


def test_the_file_answers_what_it_knows_and_an_option_the_rest() -> None:
    contract = agree()
    said = {each.question.key: each.said_by for each in contract.settled}
    assert (said["side_px"], said["range"], said["scores"], said["licence"]) == ("file", "option", "file", "default")
    assert (contract.input.side_px, contract.input.layout, contract.input.range) == (224, "nhwc", "0..255")
    assert contract.input.preprocess == ("clahe", "stretch")


@pytest.mark.parametrize("key", OPTIONS)
def test_an_answer_that_nobody_gave_is_asked_for_by_its_option(key: str) -> None:
    assert f"--{key.replace('_', '-')} is missing" in problems(without=key)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"task": "chest"}, "'chest' is none of region, fracture"),
        ({"range": "0-1"}, "'0-1' is none of 0..1"),
        ({"side_px": "299"}, "--side 299: the file has 224, and cannot take another"),
        ({"side_px": "16"}, "no whole number from 32"),
        ({"channels": "2"}, "'2' is none of 1, 3"),
        ({"classes": "broken"}, "call the class of fractures 'fracture'"),
        ({"classes": "a,b,fracture"}, "3 names for an output of 1 columns"),
        ({"preprocess": "sharpen,stretch"}, "there is no step sharpen"),
        ({"preprocess": "stretch,clahe"}, "ends with its one letterbox or stretch"),
        ({"present_from": "60"}, "'60' is no probability"),
        ({"doubt_from": "0.7"}, "--doubt-from 0.7 is above --present-from 0.6"),
        ({"weight": "-1"}, "'-1' is no number from 0 up"),
        ({"scores": "percent"}, "'percent' is none of probability, logit"),
    ],
)
def test_a_wrong_answer_is_refused_with_what_is_allowed(change: dict[str, str], says: str) -> None:
    assert says in problems(**change)


def test_all_problems_come_at_once() -> None:
    said = problems(range="wide", preprocess="none", present_from="often")
    assert [line.split(":", maxsplit=1)[0] for line in said.splitlines()] == [
        "--range",
        "--preprocess",
        "--present-from",
    ]


def test_who_knows_better_than_the_file_is_believed_and_told() -> None:
    contract = agree(look(range="0..255"), range="0..1")
    assert contract.input.range == "0..1"
    assert contract.notes == ("the file speaks for range 0..255; taken is 0..1, as the option says",)


def test_an_output_whose_end_nobody_knows_is_asked_for() -> None:
    unknown = look(RawOutput("p", (None, 1)))
    assert "--scores is missing" in problems(unknown)
    assert agree(unknown, scores="logit").meaning.scores == "logit"


def test_a_region_model_needs_no_operating_point() -> None:
    regions = look(RawOutput("r", (None, 2), "softmax"))
    contract = settle(regions, {**OPTIONS, "task": "region", "classes": "hand,leg"}, None, subject="m")
    assert (contract["present_from"], contract["minimum_probability"], contract["weight"]) == (None, 0.5, None)


def test_the_means_of_caffe_are_blue_first() -> None:
    assert agree(range="imagenet-caffe").input.channel_order == "bgr"
    assert agree(range="imagenet-caffe", channel_order="rgb").input.channel_order == "rgb"


def test_a_person_is_asked_until_the_answer_is_right() -> None:
    answers = iter(["wide", "-1..1"])
    heard = []

    def ask(question: Question, allowed: str, wrong: str) -> str:
        heard.append((question.key, wrong))
        return next(answers)

    options = {key: said for key, said in OPTIONS.items() if key != "range"}
    contract = settle(look(), options, ask, subject="m")
    assert contract["range"] == "-1..1"
    assert heard == [("range", ""), ("range", "'wide' is none of 0..1, -1..1, 0..255, imagenet-caffe, imagenet-torch")]
