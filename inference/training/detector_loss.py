"""What a detector is trained on: targets from boxes, and the loss over all of its outputs."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from inference.training.detector import Detected
from inference.training.fracatlas import NormalisedBox

#: Spread of a box's centre, as a share of its side, and the least, in cells.
SPREAD, LEAST_SPREAD = 0.18, 0.6
#: Cells this close to a centre (value of the target) learn the box's edges.
NEAR_CENTRE = 0.25


def centre_targets(boxes: Sequence[NormalisedBox], cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the centre map (cells, cells) in 0..1, 1 at the centres, and distances (4, cells, cells), 0 off boxes."""
    centres = np.zeros((cells, cells), dtype=np.float32)
    distances = np.zeros((4, cells, cells), dtype=np.float32)
    places = np.arange(cells, dtype=np.float32) + 0.5
    # The largest first, so that a small box inside it keeps its cells.
    for box in sorted(boxes, key=lambda each: -(each[2] - each[0]) * (each[3] - each[1])):
        x_min, y_min, x_max, y_max = (value * cells for value in box)
        column, row = int(min((x_min + x_max) / 2, cells - 1)), int(min((y_min + y_max) / 2, cells - 1))
        across = np.exp(-(((places - places[column]) / max(SPREAD * (x_max - x_min), LEAST_SPREAD)) ** 2) / 2)
        down = np.exp(-(((places - places[row]) / max(SPREAD * (y_max - y_min), LEAST_SPREAD)) ** 2) / 2)
        blob = down[:, None] * across[None, :]
        ltrb = np.stack(np.broadcast_arrays(*_edges(places, x_min, y_min, x_max, y_max)))
        mine = (blob >= np.maximum(centres, NEAR_CENTRE)) & (ltrb > 0.05).all(0)
        distances[:, mine] = ltrb[:, mine]
        centres = np.maximum(centres, blob)
    return centres, distances


def _edges(places: np.ndarray, x_min: float, y_min: float, x_max: float, y_max: float) -> tuple[np.ndarray, ...]:
    return (
        (places - x_min)[None, :],
        (places - y_min)[:, None],
        (x_max - places)[None, :],
        (y_max - places)[:, None],
    )


def centre_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Focal loss of CornerNet (Law & Deng 2018, arXiv:1808.01244; alpha 2, beta 4), per annotated box."""
    probability = torch.sigmoid(logits)
    peak = target >= 0.999
    found = functional.logsigmoid(logits) * (1 - probability).square()
    missed = functional.logsigmoid(-logits) * probability.square() * (1 - target).pow(4)
    return -torch.where(peak, found, missed).sum() / peak.sum().clamp(min=8)


def overlap_loss(found: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """1 - generalised IoU (Rezatofighi et al. 2019, arXiv:1902.09630) of distances (M, 4), weighted mean."""
    shared = torch.minimum(found, wanted)
    hull = torch.maximum(found, wanted)
    intersection, enclosing = _area(shared), _area(hull)
    union = _area(found) + _area(wanted) - intersection
    generalised = intersection / union - (enclosing - union) / enclosing
    return ((1 - generalised) * weight).sum() / weight.sum().clamp(min=1.0)


def _area(distances: torch.Tensor) -> torch.Tensor:
    return (distances[:, 0] + distances[:, 2]) * (distances[:, 1] + distances[:, 3])


def detector_loss(
    output: Detected,
    fractured: torch.Tensor,
    regions: torch.Tensor,
    boxes: Sequence[Sequence[NormalisedBox]],
    smoothing: float,
    edge_weight: float = 1.0,
) -> torch.Tensor:
    """Return the sum of the image, region, centre and edge losses of a batch."""
    cells = output.centres.shape[-1]
    targets = [centre_targets(each, cells) for each in boxes]
    centres = torch.from_numpy(np.stack([centre for centre, _ in targets]))
    wanted = torch.from_numpy(np.stack([distance for _, distance in targets])).permute(0, 2, 3, 1)
    inside = wanted.sum(-1) > 0
    found = output.distances.float().permute(0, 2, 3, 1)[inside]
    image = functional.binary_cross_entropy_with_logits(
        output.fracture_logit.float(), fractured * (1 - 2 * smoothing) + smoothing
    )
    region = functional.binary_cross_entropy_with_logits(output.region_logits.float(), regions)
    edges = overlap_loss(found, wanted[inside], centres[inside]) if inside.any() else found.sum() * 0
    return image + 0.5 * region + centre_loss(output.centres.float()[:, 0], centres) + edge_weight * edges
