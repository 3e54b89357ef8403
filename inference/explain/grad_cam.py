"""Grad-CAM in closed form, for a head that averages the last activations over the image and weighs the averages.

There the gradient of the score with respect to every cell of channel k is w_k / cells, so Grad-CAM (Selvaraju et al.
2017, arXiv:1610.02391, eq. 1 and 2) is class activation mapping (Zhou et al. 2016, arXiv:1512.04150) but for a factor:
no gradient, one inference. `cam_graph` puts the same sum into a model's graph; other heads need `gradient_cam`.
"""

import numpy as np
import numpy.typing as npt

from inference.explain.class_activation import Frame, Map, spread_cells


def grad_cam(
    activations: npt.NDArray[np.floating], weights: npt.NDArray[np.floating], probability: float | None = None
) -> Map:
    """Return the Grad-CAM (h, w) float32 of one class, none below 0.

    Args:
        activations: of the last convolution, (C, h, w).
        weights: of the head for the class, (C,).
        probability: of the class where a sigmoid ends the head: the map then explains it, and not its logit.

    Raises:
        ValueError: there is not one weight for each channel.
    """
    if activations.ndim != 3 or weights.shape != activations.shape[:1]:
        raise ValueError(f"weights {weights.shape} do not weigh the channels of activations {activations.shape}")
    summed = np.tensordot(weights.astype(np.float64), activations.astype(np.float64), axes=1)
    slope = 1.0 if probability is None else probability * (1.0 - probability)
    return np.asarray(np.maximum(summed, 0.0) * slope / summed.size, dtype=np.float32)


def rectify(logits: Map, bias: float) -> Map:
    """Return the Grad-CAM (h, w) of a map of logits that `cam_graph.attach_cam` made, with the bias of its head."""
    return np.asarray(np.maximum(logits - np.float32(bias), 0.0) / logits.size, dtype=np.float32)


def relative_heat(cells: Map, frame: Frame) -> Map:
    """Return a Grad-CAM as a heat map (rows, columns) of the stored image, 0..1, its peak on the image 1.

    Args:
        cells: (h, w), not negative.
        frame: how the cells lie on the stored image. What lies on the black around the image is left out.
    """
    on_image = np.where(frame.covers(cells.shape[:2]), cells, np.float32(0))
    spread = np.maximum(spread_cells(on_image, frame), 0.0)
    peak = float(spread.max())
    return np.asarray(spread / max(peak, np.finfo(np.float32).tiny), dtype=np.float32)
