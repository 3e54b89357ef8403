from typing import Any

import pytest

from inference.explain.map_origins import ATTACHED, has_map, origin_of
from tests.fakes.sessions import make_entry

SAYS: list[tuple[str, dict[str, Any], str]] = [
    ("fracture", {"fracture_probability": "float32", "fracture_map": ATTACHED}, "grad-cam, closed form"),
    ("fracture", {"fracture_probability": "float32", "fracture_map": "float32"}, "the model's own map"),
    ("detector", {"centres": "float32", "distances": "float32"}, "detector centres"),
]


@pytest.mark.parametrize(("task", "outputs", "origin"), SAYS)
def test_an_entry_says_how_its_map_is_made(task: str, outputs: dict[str, Any], origin: str) -> None:
    model = make_entry("ours", task, tuple(outputs)).model_copy(update={"outputs": outputs})
    assert origin_of(model) == origin
    assert has_map(model) is (task == "fracture")
