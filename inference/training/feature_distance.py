"""How far an image lies from every kind of radiograph that a region network was trained on.

A class-conditional Gaussian on the pooled features of the network (Lee et al. 2018, arXiv:1807.03888), its covariance
shared by all kinds and diagonal. A kind is a set of regions that images show together: a hip is seen alone, or on one
film with a leg, and little lies between the two. Phantoms are kinds of their own, since they lie apart.

The network's own probabilities say whether an image looks like a leg rather than like any negative that was drawn for
training; the distance says whether it looks like the legs themselves, and needs no negative at all.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.training.batches import plain_batches
from inference.training.fracatlas import Example
from inference.training.network import RegionNetwork
from inference.training.phantoms import PHANTOM

#: A set of regions is a kind of its own from this share of the radiographs: the mean of a few images is none.
FEWEST_SHARE = 0.01
#: The file beside the weights that it belongs to.
DISTANCE = "distance.pt"

Features = npt.NDArray[np.float64]


class FeatureDistance(nn.Module):
    """The distance to the nearest kind, as a mean over the features: about 1 for a radiograph of the training split.

    Args:
        means: (K, C) of the features by kind, at least one.
        deviations: (C,) of the features within a kind, above 0.
    """

    def __init__(self, means: torch.Tensor, deviations: torch.Tensor) -> None:
        super().__init__()
        if means.ndim != 2 or not len(means) or deviations.shape != means.shape[1:]:
            raise ValueError(f"means (K, C) and deviations (C,), not {(*means.shape,)} and {(*deviations.shape,)}")
        if not bool((deviations > 0).all()):
            raise ValueError("a deviation is above 0")
        self.register_buffer("means", means)
        self.register_buffer("deviations", deviations)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return (N, 1), 0 and more, for features (N, C)."""
        assert isinstance(self.means, torch.Tensor)
        away = (features[:, None] - self.means) / self.deviations
        return away.square().mean(2).amin(1, keepdim=True)


def kind_of(radiograph: Example) -> tuple[bool, ...]:
    """Return whether it is drawn, and which regions it shows."""
    return radiograph.name.startswith(PHANTOM), *radiograph.regions


def fit_distance(features: Features, kinds: Sequence[tuple[bool, ...]]) -> FeatureDistance:
    """Return the distance from the kinds that these radiographs are.

    Args:
        features: (N, C), a row an image.
        kinds: of each, see `kind_of`.

    Raises:
        ValueError: there are no radiographs, or no kind has enough of them.
    """
    found, numbers, counts = np.unique(np.array(kinds, dtype=bool), axis=0, return_inverse=True, return_counts=True)
    enough = [number for number in range(len(found)) if counts[number] >= max(2.0, FEWEST_SHARE * len(kinds))]
    if not enough:
        raise ValueError("no kind of radiograph has enough images to measure a distance from")
    groups = [features[numbers.reshape(-1) == number] for number in enough]
    within = np.concatenate([group - group.mean(axis=0) for group in groups]).std(axis=0)
    # A feature that no radiograph switches on would count without end in an image that does.
    deviations = np.maximum(within, 0.01 * within.mean())
    means = np.stack([group.mean(axis=0) for group in groups])
    return FeatureDistance(torch.tensor(means, dtype=torch.float32), torch.tensor(deviations, dtype=torch.float32))


@torch.inference_mode()
def measure_features(network: RegionNetwork, radiographs: Sequence[Example], side_px: int) -> Features:
    """Return the pooled features (N, C) of radiographs as serving sees them, of each image unflipped."""
    network.eval()
    batches = plain_batches(radiographs, side_px=side_px, size=16)
    return np.concatenate([network.pool(batch.images).numpy() for batch in batches]).astype(np.float64)


def save_distance(distance: FeatureDistance, path: Path) -> None:
    """Write the distance beside the weights that it belongs to."""
    torch.save(distance.state_dict(), path)


def load_distance(path: Path) -> FeatureDistance:
    """Return the distance of a file.

    Raises:
        FileNotFoundError: there is no such file: training the recipe again, on its finished checkpoint, writes it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: train the region recipe into this folder again, which writes it")
    state = torch.load(path, weights_only=True)
    return FeatureDistance(state["means"], state["deviations"])
