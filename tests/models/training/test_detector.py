"""A detector's targets lie where the boxes are, and its loss falls towards them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.detection import decode_boxes  # noqa: E402
from inference.training.backbones import EFFICIENTNET_LITE0  # noqa: E402
from inference.training.detector import Detected, DetectorNetwork  # noqa: E402
from inference.training.detector_loss import centre_targets, detector_loss, overlap_loss  # noqa: E402
from inference.training.network import Trunk  # noqa: E402

#: Not square, not in the middle, off the grid: mirrored or swapped it would be another box.
BOX = (0.11, 0.52, 0.31, 0.63)
CELLS = 32


def test_boxes_come_back_from_their_own_targets() -> None:
    centres, distances = centre_targets([BOX], CELLS)
    # Cells that learn no edges have no say in them.
    corners, scores = decode_boxes(centres * (distances.sum(0) > 0), distances, 0.5)
    assert scores.tolist() == [1.0]
    assert corners[0] / CELLS == pytest.approx(BOX, abs=1e-5)


def test_a_small_box_inside_a_large_one_keeps_its_cells() -> None:
    small = (0.30, 0.30, 0.40, 0.42)
    centres, distances = centre_targets([(0.05, 0.05, 0.9, 0.9), small], CELLS)
    row, column = int(0.36 * CELLS), int(0.35 * CELLS)
    assert centres[row, column] == 1.0
    assert distances[0, row, column] == pytest.approx(column + 0.5 - 0.30 * CELLS)


def test_there_is_a_cell_for_every_8_pixels_and_an_opinion_for_every_region() -> None:
    network = DetectorNetwork(Trunk(EFFICIENTNET_LITE0), 4).eval()
    with torch.inference_mode():
        output = network(torch.rand(2, 1, 64, 64))
    assert [tuple(part.shape) for part in output] == [(2, 1), (2, 4), (2, 1, 8, 8), (2, 4, 8, 8)]
    assert bool((output.distances > 0).all())


def test_the_statement_depends_on_the_region_it_is_told() -> None:
    network = DetectorNetwork(Trunk(EFFICIENTNET_LITE0), 2).eval()
    with torch.inference_mode():
        network.fracture_head.bias[1], network.fracture_head.bias[2] = 5.0, -5.0
        image = torch.rand(1, 1, 64, 64)
        one, other = (float(network(image, torch.eye(2)[i : i + 1]).fracture_logit) for i in (0, 1))
    assert one - other > 5


def _output(centres: np.ndarray, distances: np.ndarray) -> Detected:
    logits = np.where(centres >= 0.999, 8.0, -8.0)
    return Detected(
        torch.tensor([[6.0]]),
        torch.tensor([[6.0, -6.0]]),
        torch.tensor(logits, dtype=torch.float32)[None, None],
        torch.tensor(np.maximum(distances, 0.1), dtype=torch.float32)[None],
    )


def test_the_loss_is_low_for_the_right_answer_and_high_for_a_mirrored_one() -> None:
    centres, distances = centre_targets([BOX], CELLS)
    right, mirrored = _output(centres, distances), _output(centres[:, ::-1], distances[:, :, ::-1])
    losses = [
        float(detector_loss(each, torch.ones(1, 1), torch.tensor([[1.0, 0.0]]), [[BOX]], 0.0))
        for each in (right, mirrored)
    ]
    assert losses[0] < 0.1
    assert losses[1] > losses[0] + 1


def test_the_edges_of_a_box_weigh_what_the_recipe_says() -> None:
    centres, distances = centre_targets([BOX], CELLS)
    too_large = _output(centres, distances * 1.5)

    def lose(edge_weight: float) -> float:
        return float(detector_loss(too_large, torch.ones(1, 1), torch.tensor([[1.0, 0.0]]), [[BOX]], 0.0, edge_weight))

    edges = lose(1.0) - lose(0.0)
    assert edges > 0.1
    assert lose(2.0) == pytest.approx(lose(0.0) + 2 * edges, rel=1e-4)


def test_boxes_that_agree_lose_nothing_and_a_shift_loses() -> None:
    wanted = torch.tensor([[2.0, 1.0, 2.0, 1.0]])
    weight = torch.ones(1)
    assert float(overlap_loss(wanted, wanted, weight)) == pytest.approx(0.0, abs=1e-6)
    assert float(overlap_loss(torch.tensor([[3.0, 1.0, 1.0, 1.0]]), wanted, weight)) > 0.3


def test_images_without_boxes_still_teach() -> None:
    network = DetectorNetwork(Trunk(EFFICIENTNET_LITE0), 4)
    output = network(torch.rand(1, 1, 64, 64), torch.tensor([[1.0, 0, 0, 0]]))
    detector_loss(output, torch.zeros(1, 1), torch.tensor([[1.0, 0, 0, 0]]), [[]], 0.0).backward()
    assert network.centre_tower.out.weight.grad is not None
