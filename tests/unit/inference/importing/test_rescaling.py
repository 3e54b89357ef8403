from types import SimpleNamespace
from typing import Any

import pytest

from inference.importing.rescaling import range_of_layers, range_of_mean, range_of_scale


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (1 / 255, "0..255"),
        (1 / 127.5, "0..255"),
        (1.0, "0..1"),
        (2.0, "0..1"),
        (0.1, None),
        (255.0, None),
        (-1.0, None),
    ],
)
def test_a_factor_tells_the_range_that_it_brings_to_one(scale: float, said: str | None) -> None:
    assert range_of_scale(scale) == said


@pytest.mark.parametrize(("means", "said"), [([0.485, 0.456, 0.406], "0..1"), ([123.7, 116.8, 103.9], "0..255")])
def test_means_tell_the_range_that_they_are_of(means: list[float], said: str) -> None:
    assert range_of_mean(means) == said


def layer(kind: str, **fields: Any) -> Any:
    return type(kind, (SimpleNamespace,), {})(name=kind.lower(), **fields)


def test_the_first_scaling_layer_decides() -> None:
    layers = [layer("InputLayer"), layer("Rescaling", scale=1 / 255), layer("Normalization", mean=[0.4])]
    assert range_of_layers(layers)[0] == "0..255"


def test_a_scaling_layer_behind_the_first_weights_is_part_of_the_network() -> None:
    assert range_of_layers([layer("Conv2D", weights=[1]), layer("Rescaling", scale=1 / 255)]) == (None, "")
