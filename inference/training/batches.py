"""Batches of random views, drawn ahead in a thread while the network trains."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from inference.training.augmentation import AugmentationRanges, augment, centre
from inference.training.fracatlas import Example, NormalisedBox


@dataclass(frozen=True, slots=True)
class Batch:
    """Images (N, 1, S, S), labels (N, 1), map targets (N, 1, S/16, S/16) in 0..1, regions (N, R), boxes of each."""

    images: torch.Tensor
    fractured: torch.Tensor
    maps: torch.Tensor
    regions: torch.Tensor
    boxes: tuple[tuple[NormalisedBox, ...], ...]


def box_map(boxes: Sequence[NormalisedBox], cells: int) -> np.ndarray:
    """Return (cells, cells) float32: the share of each cell that a box covers, at least 1 at a box's centre."""
    target = np.zeros((cells, cells), dtype=np.float32)
    edges = np.arange(cells, dtype=np.float32)
    for x_min, y_min, x_max, y_max in boxes:
        across = np.clip(np.minimum(edges + 1, x_max * cells) - np.maximum(edges, x_min * cells), 0, 1)
        down = np.clip(np.minimum(edges + 1, y_max * cells) - np.maximum(edges, y_min * cells), 0, 1)
        target = np.maximum(target, down[:, None] * across[None, :])
        centre_x, centre_y = (x_min + x_max) / 2 * cells, (y_min + y_max) / 2 * cells
        target[min(int(centre_y), cells - 1), min(int(centre_x), cells - 1)] = 1.0
    return target


def training_batches(
    examples: Sequence[Example],
    order: Sequence[int],
    *,
    side_px: int,
    size: int,
    ranges: AugmentationRanges,
    seed: int,
) -> Iterator[Batch]:
    """Yield augmented batches over `order`; each view depends on the seed and its place only."""

    def draw(place: int) -> tuple[Example, np.ndarray, tuple[NormalisedBox, ...]]:
        example = examples[order[place]]
        view, boxes = augment(example, side_px, ranges, np.random.default_rng((seed, place)))
        return example, view, boxes

    def assemble(start: int) -> Batch:
        return _batch([draw(place) for place in range(start, min(start + size, len(order)))])

    with ThreadPoolExecutor(1) as pool:
        starts = range(0, len(order), size)
        ahead = [pool.submit(assemble, start) for start in starts[:4]]
        for start in (*starts[4:], *([None] * len(ahead))):
            yield ahead.pop(0).result()
            if start is not None:
                ahead.append(pool.submit(assemble, start))


def plain_batches(examples: Sequence[Example], *, side_px: int, size: int) -> Iterator[Batch]:
    """Yield the examples as serving sees them, in order."""
    for start in range(0, len(examples), size):
        part = examples[start : start + size]
        yield _batch([(example, centre(example, side_px), example.boxes) for example in part])


def _batch(drawn: list[tuple[Example, np.ndarray, tuple[NormalisedBox, ...]]]) -> Batch:
    images = torch.from_numpy(np.stack([view for _, view, _ in drawn])[:, None])
    cells = images.shape[-1] // 16
    return Batch(
        images.contiguous(memory_format=torch.channels_last),
        torch.tensor([[float(example.fractured)] for example, _, _ in drawn]),
        torch.from_numpy(np.stack([box_map(boxes, cells) for _, _, boxes in drawn])[:, None]),
        torch.tensor([example.regions for example, _, _ in drawn], dtype=torch.float32),
        tuple(boxes for _, _, boxes in drawn),
    )
