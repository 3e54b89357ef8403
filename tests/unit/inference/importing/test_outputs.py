import pytest

from domain.errors import ModelError
from inference.importing.outputs import Meaning, RawOutput, Step, plan_heads

FOUR = ("hand", "leg", "hip", "shoulder")


def plan(task, classes, *outputs, scores="probability"):
    return {head.name: head for head in plan_heads(outputs, Meaning(task, tuple(classes), scores))}


@pytest.mark.parametrize(
    ("task", "scores", "name", "steps"),
    [
        ("region", "probability", "region", ()),
        ("region", "logit", "region", (Step("softmax"),)),
        ("types", "logit", "type", (Step("softmax"),)),
        ("multilabel", "logit", "labels", (Step("sigmoid"),)),
        ("multilabel", "probability", "labels", ()),
    ],
)
def test_an_output_with_a_column_for_each_class_becomes_probabilities(task, scores, name, steps) -> None:
    heads = plan(task, FOUR, RawOutput("dense", (None, 4)), scores=scores)
    assert {each: head.steps for each, head in heads.items()} == {name: steps}


@pytest.mark.parametrize(
    ("classes", "scores", "name", "steps"),
    [
        (["fracture"], "probability", "fracture_probability", ()),
        (["normal", "fracture"], "probability", "fracture_probability", ()),
        (["fracture", "normal"], "probability", "fracture_probability", (Step("complement"),)),
        (["fracture"], "logit", "fracture_logit", ()),
        (["fracture", "normal"], "logit", "fracture_logit", (Step("negate"),)),
    ],
)
def test_one_column_is_read_the_right_way_round(classes, scores, name, steps) -> None:
    heads = plan("fracture", classes, RawOutput("dense", (None, 1)), scores=scores)
    assert {each: head.steps for each, head in heads.items()} == {name: steps}


def test_of_two_columns_the_one_of_fractures_is_taken_after_the_softmax() -> None:
    heads = plan("fracture", ["fracture", "normal"], RawOutput("dense", (None, 2)), scores="logit")
    assert heads["fracture_probability"].steps == (Step("softmax"), Step("column", 0))


def test_an_output_without_columns_gets_one() -> None:
    assert plan("fracture", ["fracture"], RawOutput("dense", (None,)))["fracture_probability"].steps == (
        Step("as_column"),
    )


def test_a_map_with_its_channel_last_is_turned() -> None:
    heads = plan("fracture", ["fracture"], RawOutput("map", (None, 7, 7, 1)), RawOutput("p", (None, 1)))
    assert (heads["fracture_map"].raw, heads["fracture_map"].steps) == ("map", (Step("channels_first"),))


def test_order_says_nothing() -> None:
    map_, p = RawOutput("a", (None, 1, 7, 7)), RawOutput("b", (None, 1))
    assert plan("fracture", ["fracture"], map_, p) == plan("fracture", ["fracture"], p, map_)


def test_a_detector_says_its_boxes_in_either_of_two_ways() -> None:
    assert set(plan("detector", ["a", "b"], RawOutput("out", (None, 6, 8400)))) == {"yolo"}
    cells = RawOutput("c", (None, 1, 14, 14)), RawOutput("d", (None, 4, 14, 14))
    assert set(plan("detector", ["fracture"], *cells)) == {"centres", "distances"}


def test_a_name_decides_between_two_of_one_shape() -> None:
    centres = RawOutput("centres", (None, 1, 1, 1)), RawOutput("distances", (None, 4, 1, 1))
    assert {head.raw for head in plan("detector", ["fracture"], *centres).values()} == {"centres", "distances"}


@pytest.mark.parametrize(
    ("task", "classes", "outputs", "says"),
    [
        ("region", FOUR, [RawOutput("a", (None, 4)), RawOutput("b", (None, 4))], "which output is 'region'"),
        ("region", FOUR, [RawOutput("a", (None, 3))], r"an output \(N, 4\).*this one has a \(N, 3\)"),
        ("fracture", ["fracture"], [RawOutput("map", (None, 1, 7, 7))], r"an output \(N, 1\)"),
        ("fracture", ["fracture"], [RawOutput("p", (None, 1)), RawOutput("gap", (None, 99))], "gap .* with the others"),
        ("detector", ["fracture"], [RawOutput("c", (None, 1, 7, 7))], "centres .* and distances"),
        ("detector", ["a", "b"], [RawOutput("nms", (None, 300, 6))], "as YOLO has"),
    ],
)
def test_outputs_that_are_not_those_of_a_task_are_refused(task, classes, outputs, says) -> None:
    with pytest.raises(ModelError, match=says):
        plan(task, classes, *outputs)
