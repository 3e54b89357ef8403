"""Drawn radiographs among the real ones, so that the shipped demonstration shows a find."""

import numpy as np

from inference.phantom import PhantomSpec, draw_phantom
from inference.phantom.spec import VIEWS
from inference.training.fracatlas import REGIONS, Example, to_canvas

#: Side letters on the plate: a letter must mean nothing to the network.
LETTERS = (None, "L", "R")
#: What the name of a drawn example starts with.
PHANTOM = "phantom-"
#: Share drawn as calm as the samples that ship.
PLAIN_SHARE = 0.3


def draw_examples(count: int, seed: int, side_px: int) -> list[Example]:
    """Return `count` phantoms, half of them fractured, over all regions, sizes and tones; the same for a seed."""
    return [_draw(np.random.default_rng((seed, index)), index, seed, side_px) for index in range(count)]


def _draw(rng: np.random.Generator, index: int, seed: int, side_px: int) -> Example:
    region = REGIONS[index % len(REGIONS)]
    rows, columns = sorted((int(v) for v in rng.integers(side_px * 3 // 4, side_px + 1, 2)), reverse=True)
    spec = PhantomSpec(
        region=region,
        fractured=bool(index // len(REGIONS) % 2),
        rows=rows,
        columns=columns,
        seed=seed * 100_003 + index,
        laterality=LETTERS[int(rng.integers(len(LETTERS)))],
        view=VIEWS[region][int(rng.integers(len(VIEWS[region])))],
        plain=bool(rng.random() < PLAIN_SHARE),
    )
    phantom = draw_phantom(spec)
    unit = [(box[0] / columns, box[1] / rows, box[2] / columns, box[3] / rows) for box in phantom.boxes]
    pixels, boxes = to_canvas(phantom.pixels, unit, side_px)
    return Example(f"{PHANTOM}{spec.seed}", pixels, spec.fractured, boxes, tuple(name == region for name in REGIONS))
