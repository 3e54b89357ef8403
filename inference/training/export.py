"""Trained weights to the bundle that serves: OpenVINO IR in float16, manifest with hashes, parity proved."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import torch
from torch import nn

from inference.file_hashes import hash_files
from inference.training.feature_distance import DISTANCE, FeatureDistance, load_distance
from inference.training.network import RegionNetwork
from inference.training.recipes import Recipe
from inference.training.train import build_network
from inference.zoo import MANIFESTS, Precision

#: Names of the graph's outputs, in the order the network returns them.
OUTPUTS = {
    "fracture": ("fracture_logit", "fracture_map"),
    "region": ("region", "distance"),
    "detector": ("fracture_logit", "centres", "distances"),
}
#: Largest difference of any output between the network and its graph, both in float32.
PARITY_TOLERANCE = 1e-3


class SpokenRegion(nn.Module):
    """The region network with its sigmoid, so that the graph answers in probabilities, and with the distance."""

    def __init__(self, network: RegionNetwork, distance: FeatureDistance) -> None:
        super().__init__()
        self.network = network
        self.distance = distance

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.pool(image)
        return torch.sigmoid(self.network.judge(features)), self.distance(features)


class SpokenOutputs(nn.Module):
    """The detector without the outputs that only its training needs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        output = self.network(image)
        return output.fracture_logit, output.centres, output.distances


def load_weights(recipe: Recipe, runs: Path) -> nn.Module:
    """Return the recipe's network as it ships: of its run, and of those that it is averaged with.

    Args:
        runs: folder with `<recipe>/weights.pt`; the distance of a region network lies beside that.

    Raises:
        FileNotFoundError: there are no weights of one of them, or a region network has no distance.
    """
    network = build_network(recipe)
    states = [torch.load(weights_of(name, runs), weights_only=True) for name in (recipe.name, *recipe.averaged_with)]
    network.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    network.eval()
    if isinstance(network, RegionNetwork):
        return SpokenRegion(network, load_distance(weights_of(recipe.name, runs).with_name(DISTANCE))).eval()
    return SpokenOutputs(network).eval() if recipe.task == "detector" else network


def weights_of(recipe: str, runs: Path) -> Path:
    """Return where the run of a recipe leaves its weights."""
    return runs / recipe / "weights.pt"


def export_graph(recipe: Recipe, network: nn.Module, folder: Path, images: np.ndarray) -> dict[str, str]:
    """Write `<name>.xml` and `.bin` with a dynamic batch, named input and outputs; return their sha256.

    Args:
        images: (N, 1, side, side) float32 in 0..1: real ones, since agreement on others proves nothing.

    Raises:
        ValueError: the graph does not have exactly the one input and the outputs of OUTPUTS, or it does not agree with
            the network.
    """
    example = torch.zeros(1, 1, recipe.side_px, recipe.side_px)
    graph = ov.convert_model(network, example_input=example, input=[-1, 1, recipe.side_px, recipe.side_px])
    if len(graph.inputs) != 1 or len(graph.outputs) != len(OUTPUTS[recipe.task]):
        raise ValueError(f"{recipe.name}: {len(graph.inputs)} inputs and {len(graph.outputs)} outputs after export")
    graph.inputs[0].set_names({"image"})
    for output, name in zip(graph.outputs, OUTPUTS[recipe.task], strict=True):
        output.set_names({name})
    _require_parity(recipe, network, graph, images)
    folder.mkdir(parents=True, exist_ok=True)
    # Rounding the weights to float16 moves logits by a few hundredths; calibration is fitted on the rounded graph.
    ov.save_model(graph, folder / f"{recipe.name}.xml", compress_to_fp16=True)
    return hash_files(folder / f"{recipe.name}.{suffix}" for suffix in ("xml", "bin"))


def _require_parity(recipe: Recipe, network: nn.Module, graph: ov.Model, images: np.ndarray) -> None:
    compiled = ov.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    with torch.inference_mode():
        expected = network(torch.from_numpy(images))
    tensors = expected if isinstance(expected, tuple) else (expected,)
    found = compiled({"image": images})
    for name, tensor in zip(OUTPUTS[recipe.task], tensors, strict=True):
        difference = float(np.abs(found[name] - tensor.numpy()).max())
        if not difference <= PARITY_TOLERANCE:  # so that no number is no agreement
            raise ValueError(f"{recipe.name}: output {name} of the exported graph differs by {difference:.5f}")


def write_manifest(
    folder: Path,
    bundle: str,
    models: list[dict[str, Any]],
    fusion: dict[str, Any] | None = None,
    *,
    precision: Precision = "f32",
) -> None:
    """Write the manifest of a version, stable in its order, so that a change is a readable difference."""
    content = {"schema": 2, "bundle": bundle, "models": models} | ({"fusion": fusion} if fusion else {})
    (folder / MANIFESTS[precision]).write_text(json.dumps(content, indent=2) + "\n")
