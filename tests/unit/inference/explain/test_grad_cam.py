import numpy as np
import pytest

from inference.explain.class_activation import Frame
from inference.explain.grad_cam import grad_cam, rectify, relative_heat
from inference.preprocess import letterbox

ACTIVATIONS = np.array([[[1.0, 0.0, 2.0], [0.0, 0.0, 4.0]], [[3.0, 1.0, 0.0], [0.0, 1.0, 1.0]]])


def test_channels_are_summed_by_their_weights_and_what_speaks_against_is_cut() -> None:
    cam = grad_cam(ACTIVATIONS, np.array([2.0, -1.0]))
    assert cam == pytest.approx(np.array([[0.0, 0.0, 4.0], [0.0, 0.0, 7.0]]) / 6)


def test_of_a_probability_the_map_is_the_gradient_of_the_sigmoid_times_that_of_the_logit() -> None:
    weights = np.array([2.0, -1.0])
    assert grad_cam(ACTIVATIONS, weights, 0.2) == pytest.approx(0.16 * grad_cam(ACTIVATIONS, weights), abs=1e-7)


def test_a_map_of_logits_is_rectified_to_the_same() -> None:
    weights = np.array([2.0, -1.0])
    logits = np.tensordot(weights, ACTIVATIONS, axes=1) - 3.0
    assert rectify(logits.astype(np.float32), -3.0) == pytest.approx(grad_cam(ACTIVATIONS, weights))


@pytest.mark.parametrize("weights", [np.ones(3), np.ones((2, 1))])
def test_weights_that_do_not_fit_are_refused(weights: np.ndarray) -> None:
    with pytest.raises(ValueError, match="do not weigh"):
        grad_cam(ACTIVATIONS, weights)


def test_heat_on_the_black_around_the_image_sets_no_scale() -> None:
    rows, columns = 40, 80
    _, geometry = letterbox(np.zeros((rows, columns), np.float32), 80)
    cells = np.zeros((8, 8), np.float32)
    cells[0, 3], cells[3, 5] = 9.0, 1.0
    heat = relative_heat(cells, Frame(geometry, 10.0, rows, columns))
    assert heat.max() == 1.0
    assert np.unravel_index(int(heat.argmax()), heat.shape) == pytest.approx((14.5, 54.5), abs=1)


def test_a_cold_map_stays_cold() -> None:
    _, geometry = letterbox(np.zeros((30, 20), np.float32), 80)
    heat = relative_heat(np.zeros((8, 8), np.float32), Frame(geometry, 10.0, 30, 20))
    assert heat.shape == (30, 20)
    assert not heat.any()
