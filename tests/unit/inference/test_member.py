"""What a member's tensors mean: flips turned back, names and shapes held to, boxes in canvas pixels."""

from typing import Any

import numpy as np
import pytest

from domain.errors import ModelError
from inference.canvases import Canvases
from inference.member import Member, Outputs
from tests.fakes.sessions import SaidSession, make_entry

IMAGE = np.random.default_rng(0).random((120, 80), dtype=np.float32)
FLIPPED = {"name": "image", "side_px": 64, "preprocess": ["letterbox"], "flips": ["none", "horizontal"]}
CELLS = 8


def _run(task: str, outputs: dict[str, Any], **changes: Any) -> Outputs:
    return Member(make_entry("m", task, tuple(outputs), **changes), SaidSession(outputs)).run(Canvases(IMAGE), 1.0)


def test_the_map_of_the_mirrored_flip_is_turned_back() -> None:
    upright = np.tile(np.arange(CELLS, dtype=np.float32), (CELLS, 1))
    maps = np.stack([upright, upright[:, ::-1]])[:, None]
    evidence = _run("fracture", {"fracture_logit": [[1.0], [3.0]], "fracture_map": maps}, input=FLIPPED).evidence()
    assert evidence.cells is not None
    assert np.array_equal(evidence.cells[3], np.arange(CELLS))
    assert evidence.calibrated_logit == pytest.approx(2.0)


def _planted() -> tuple[np.ndarray, np.ndarray]:
    """A box of 2.5 cells left, 0.5 right, 1 up and 2 down of the middle of the cell in row 2, column 5."""
    centres = np.full((1, 1, CELLS, CELLS), -29.0, dtype=np.float32)
    centres[0, 0, 2, 5] = 3.0
    distances = np.zeros((1, 4, CELLS, CELLS), dtype=np.float32)
    distances[0, :, 2, 5] = (2.5, 1.0, 0.5, 2.0)
    return centres, distances


def test_a_planted_box_comes_out_in_canvas_pixels() -> None:
    centres, distances = _planted()
    spots = _run("detector", {"centres": centres, "distances": distances}).evidence().spots
    assert spots is not None
    # Cells are 8 px: x = 5.5 - 2.5 .. 5.5 + 0.5 and y = 2.5 - 1 .. 2.5 + 2 cells.
    assert spots.corners.tolist() == [[24.0, 12.0, 48.0, 36.0]]
    assert spots.logits.tolist() == pytest.approx([3.0], abs=1e-4)


def test_a_mirrored_flip_swaps_left_and_right_of_a_box() -> None:
    centres, distances = _planted()
    mirrored = distances[:, [2, 1, 0, 3]][:, :, :, ::-1]
    outputs = {
        "centres": np.concatenate([centres, centres[:, :, :, ::-1]]),
        "distances": np.concatenate([distances, mirrored]),
    }
    spots = _run("detector", outputs, input=FLIPPED).evidence().spots
    assert spots is not None
    assert spots.corners.tolist() == [[24.0, 12.0, 48.0, 36.0]]


def test_a_detector_that_only_draws_boxes_speaks_by_its_surest() -> None:
    centres, distances = _planted()
    assert _run("detector", {"centres": centres, "distances": distances}).evidence().logits == pytest.approx(
        (3.0,), abs=1e-4
    )


def test_the_abnormal_class_is_found_by_its_name() -> None:
    evidence = _run("multilabel", {"labels": [[0.1, 0.8]]}, classes=["abnormal", "hand"]).evidence()
    assert evidence.probability == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize(
    ("task", "outputs"),
    [
        ("fracture", {"fracture_logit": [[np.nan]]}),
        ("fracture", {"fracture_logit": [[0.0]], "fracture_map": np.full((1, 1, 4, 4), np.inf)}),
        ("fracture", {"fracture_logit": [[0.0], [0.0]]}),
        ("fracture", {"fracture_logit": [[0.0]], "fracture_map": np.zeros((1, 1, 4, 5))}),
        ("detector", {"centres": np.zeros((1, 1, 4, 4)), "distances": np.zeros((1, 3, 4, 4))}),
        ("multilabel", {"labels": [[0.5, 0.5, 0.5]]}),
    ],
)
def test_outputs_that_break_the_contract_are_a_model_error(task: str, outputs: dict[str, Any]) -> None:
    classes = ["abnormal", "hand"] if task == "multilabel" else ["fracture"]
    with pytest.raises(ModelError):
        _run(task, outputs, classes=classes).evidence()
