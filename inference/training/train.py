"""The training loop: one recipe, resumable after each epoch, measured on the validation split."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from domain.finding import Corners
from inference.detection import decode_boxes
from inference.training.backbones import BACKBONES
from inference.training.batches import Batch, plain_batches, training_batches
from inference.training.boxes import Detection, average_precision_50
from inference.training.detector import STRIDE, Detected, DetectorNetwork
from inference.training.detector_loss import detector_loss
from inference.training.fracatlas import REGIONS, Example
from inference.training.initialisation import initialise
from inference.training.network import FractureNetwork, RegionNetwork, Trunk
from inference.training.recipes import Recipe, Task

Report = Callable[[str], None]
Network = FractureNetwork | RegionNetwork | DetectorNetwork
#: What stands on a trunk, by task.
NETWORKS: Mapping[Task, Callable[[Trunk], Network]] = {
    "fracture": FractureNetwork,
    "region": lambda trunk: RegionNetwork(trunk, len(REGIONS)),
    "detector": lambda trunk: DetectorNetwork(trunk, len(REGIONS)),
}


def build_network(recipe: Recipe) -> Network:
    """Return the recipe's network with random weights from its seed."""
    torch.manual_seed(recipe.seed)
    return NETWORKS[recipe.task](Trunk(BACKBONES[recipe.backbone]))


def train(
    recipe: Recipe,
    training: Sequence[Example],
    validation: Sequence[Example],
    *,
    imagenet: Path,
    folder: Path,
    report: Report = print,
) -> Network:
    """Train and return the averaged network; `folder/checkpoint.pt` lets the next call go on where this one ended."""
    network = build_network(recipe)
    initialise(network, imagenet, recipe.backbone)
    network.trunk.freeze(recipe.frozen_blocks)
    network.to(memory_format=torch.channels_last)
    averaged = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=_moving_average(recipe.averaging))
    optimiser = _optimiser(network, recipe)
    first_epoch = _resume(folder / "checkpoint.pt", network, averaged, optimiser)
    for epoch in range(first_epoch, recipe.epochs):
        started = time.monotonic()
        loss = _train_epoch(recipe, epoch, network, averaged, optimiser, training)
        scores = predict(averaged.module, validation, recipe)
        boxes = f" mAP50 {box_precision(averaged.module, validation, recipe):.4f}" if recipe.task == "detector" else ""
        report(
            f"epoch {epoch + 1}/{recipe.epochs} loss {loss:.4f} {_summary(recipe, scores, validation)}{boxes} "
            f"{time.monotonic() - started:.0f} s"
        )
        _save(folder / "checkpoint.pt", epoch + 1, network, averaged, optimiser)
    return averaged.module


def predict(network: nn.Module, examples: Sequence[Example], recipe: Recipe) -> np.ndarray:
    """Return logits (N, outputs) as serving computes them: averaged over the recipe's flips."""
    network.eval()
    parts = []
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for batch in plain_batches(examples, side_px=recipe.side_px, size=16):
            views = [batch.images, batch.images.flip(-1)][: len(recipe.flips)]
            parts.append(torch.stack([_image_logits(network(view)).float() for view in views]).mean(0))
    return torch.cat(parts).numpy()


def box_precision(network: nn.Module, examples: Sequence[Example], recipe: Recipe) -> float:
    """Return mAP50 over all examples, from unflipped images."""
    network.eval()
    found: list[Detection] = []
    cells = recipe.side_px // STRIDE
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start, batch in enumerate(plain_batches(examples, side_px=recipe.side_px, size=16)):
            output = network(batch.images)
            for index in range(len(batch.images)):
                scores = torch.sigmoid(output.centres[index, 0].float()).numpy()
                corners, best = decode_boxes(scores, output.distances[index].float().numpy(), 0.02)
                found += [
                    Detection(start * 16 + index, float(score), _to_corners(box / cells))
                    for box, score in zip(corners, best, strict=True)
                ]
    return average_precision_50(found, [list(example.boxes) for example in examples])


def _to_corners(box: np.ndarray) -> Corners:
    x_min, y_min, x_max, y_max = map(float, box)
    return x_min, y_min, x_max, y_max


def _image_logits(output: torch.Tensor | tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    return output[0] if isinstance(output, tuple) else output


def _train_epoch(
    recipe: Recipe,
    epoch: int,
    network: nn.Module,
    averaged: torch.optim.swa_utils.AveragedModel,
    optimiser: torch.optim.Optimizer,
    training: Sequence[Example],
) -> float:
    network.train()
    order = draw_order(training, recipe, epoch)
    steps = math.ceil(len(order) / recipe.batch)
    losses = []
    batches = training_batches(
        training, order, side_px=recipe.side_px, size=recipe.batch, ranges=recipe.ranges, seed=recipe.seed + epoch
    )
    for step, batch in enumerate(batches):
        _set_rate(optimiser, (epoch + step / steps) / recipe.epochs)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = network(batch.images, batch.regions) if recipe.task == "detector" else network(batch.images)
        loss = loss_of(output, batch, recipe)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        averaged.update_parameters(network)
        losses.append(float(loss.detach()))
    return float(np.mean(losses))


def draw_order(training: Sequence[Example], recipe: Recipe, epoch: int) -> list[int]:
    """Return the indices of one epoch: fractured images up to the recipe's share, no image left out for long."""
    rng = np.random.default_rng((recipe.seed, epoch))
    fractured = np.array([example.fractured for example in training])
    wanted = round(recipe.images_per_epoch * recipe.positives_share)
    parts = [
        _draw(rng, np.flatnonzero(fractured), wanted),
        _draw(rng, np.flatnonzero(~fractured), recipe.images_per_epoch - wanted),
    ]
    return [int(index) for index in rng.permutation(np.concatenate(parts))]


def _draw(rng: np.random.Generator, indices: np.ndarray, count: int) -> np.ndarray:
    whole, rest = divmod(count, len(indices))
    return np.concatenate([*([indices] * whole), rng.choice(indices, rest, replace=False)])


def loss_of(output: torch.Tensor | tuple[torch.Tensor, torch.Tensor], batch: Batch, recipe: Recipe) -> torch.Tensor:
    """Return the recipe's loss: cross-entropy of the image, and of the map where the network has one."""
    if isinstance(output, Detected):
        return detector_loss(
            output, batch.fractured, batch.regions, batch.boxes, recipe.label_smoothing, recipe.edge_weight
        )
    if not isinstance(output, tuple):
        return functional.binary_cross_entropy_with_logits(output.float(), batch.regions)
    logits, evidence = (part.float() for part in output)
    target = batch.fractured * (1 - 2 * recipe.label_smoothing) + recipe.label_smoothing
    image_loss = functional.binary_cross_entropy_with_logits(logits, target)
    return image_loss + recipe.map_weight * _map_loss(evidence, batch.maps)


def _map_loss(evidence: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Focal cross-entropy (Lin et al. 2017, arXiv:1708.02002, gamma 2), summed and divided by the cells in boxes."""
    entropy = functional.binary_cross_entropy_with_logits(evidence, target, reduction="none")
    distance = (torch.sigmoid(evidence) - target).abs()
    return (distance.square() * entropy).sum() / target.sum().clamp(min=8.0)


def _moving_average(decay: float) -> Callable[..., None]:
    """A moving average that follows quickly at first and slowly later."""

    def update(averaged: list[torch.Tensor], current: list[torch.Tensor], count: torch.Tensor | int) -> None:
        weight = 1 - min(decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(averaged, current, weight)

    return update


def _optimiser(network: Network, recipe: Recipe) -> torch.optim.Optimizer:
    trunk = [parameter for parameter in network.trunk.parameters() if parameter.requires_grad]
    known = {id(parameter) for parameter in network.trunk.parameters()}
    heads = [parameter for parameter in network.parameters() if id(parameter) not in known]
    groups = [{"params": trunk, "peak": recipe.trunk_rate}, {"params": heads, "peak": recipe.head_rate}]
    return torch.optim.AdamW(groups, lr=recipe.trunk_rate, weight_decay=recipe.weight_decay)


def _set_rate(optimiser: torch.optim.Optimizer, progress: float) -> None:
    rise = min(1.0, progress / 0.05)
    share = rise * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def _summary(recipe: Recipe, scores: np.ndarray, validation: Sequence[Example]) -> str:
    from sklearn.metrics import roc_auc_score

    if recipe.task != "region":
        return f"ROC-AUC {roc_auc_score([example.fractured for example in validation], scores[:, 0]):.4f}"
    single = [index for index, example in enumerate(validation) if sum(example.regions) == 1]
    right = [bool(validation[index].regions[int(scores[index].argmax())]) for index in single]
    return f"region accuracy {np.mean(right):.4f}"


def _save(path: Path, epoch: int, network: nn.Module, averaged: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "epoch": epoch,
        "network": network.state_dict(),
        "averaged": averaged.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def _resume(path: Path, network: nn.Module, averaged: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    averaged.load_state_dict(state["averaged"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["epoch"])
