"""Negatives by the dozen: kinds in fixed shares, each drawn from its own random stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from inference.training.fracatlas import REGIONS, Example, to_canvas
from inference.training.negatives import bodies, composites, noise, pages, patterns, scenes, slices
from inference.training.negatives.canvas import Canvas

Draw = Callable[[np.random.Generator, tuple[int, int]], Canvas]
#: Short side as a share of the long one.
SHORTEST_SIDE = 0.55


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to be no radiograph of a limb.

    Attributes:
        weight: how often it is drawn, relative to the others.
        draw: (random stream, (rows, columns)) to pixels in 0..1.
    """

    name: str
    weight: float
    draw: Draw


KINDS: tuple[Kind, ...] = (
    Kind("noise", 3, noise.draw_noise),
    Kind("noise-on-gradient", 1, noise.draw_noisy_gradient),
    Kind("text", 3, pages.draw_text),
    Kind("form", 2, pages.draw_form),
    Kind("report", 1, pages.draw_report),
    Kind("plot", 1, pages.draw_plot),
    Kind("test-pattern", 2, patterns.draw_test_pattern),
    Kind("empty-plate", 2, patterns.draw_empty_plate),
    Kind("objects", 1.5, patterns.draw_objects),
    Kind("landscape", 3, scenes.draw_landscape),
    Kind("clutter", 3, scenes.draw_clutter),
    Kind("still-life", 3, scenes.draw_still_life),
    Kind("texture", 2, scenes.draw_texture),
    Kind("chest", 5, bodies.draw_chest),
    Kind("abdomen", 2, bodies.draw_abdomen),
    Kind("spine", 2, bodies.draw_spine),
    Kind("skull", 3, bodies.draw_skull),
    Kind("mammogram", 1.5, bodies.draw_mammogram),
    Kind("tomogram", 2.5, slices.draw_tomogram),
    Kind("ultrasound", 1.5, slices.draw_ultrasound),
)


def draw_negatives(
    count: int, seed: int, side_px: int, *, radiographs: Sequence[Example] = (), composite_share: float = 0.25
) -> list[Example]:
    """Return `count` negatives, labelled as none of the regions; the same for the same arguments.

    Args:
        side_px: side of the canvas, as of `Example.pixels`.
        radiographs: training examples from which chests and ruined pictures are put together; none are made without.
        composite_share: share of those among all, 0..1.

    Raises:
        ValueError: the share is outside 0..1.
    """
    if not 0 <= composite_share <= 1:
        raise ValueError("composite_share is within 0..1")
    sources = composites.choose_sources(radiographs)
    composed = round(count * composite_share) if sources else 0
    drawn = [_draw(seed, index, side_px) for index in range(count - composed)]
    return drawn + [_compose(seed, index, side_px, sources) for index in range(composed)]


def _draw(seed: int, index: int, side_px: int) -> Example:
    rng = np.random.default_rng((seed, 1, index))
    weights = np.array([kind.weight for kind in KINDS])
    kind = KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))]
    return _label(f"negative-{kind.name}-{seed}-{index}", kind.draw(rng, _draw_shape(rng, side_px)), side_px)


def _compose(seed: int, index: int, side_px: int, sources: composites.Sources) -> Example:
    name, pixels = composites.compose(np.random.default_rng((seed, 2, index)), sources)
    return _label(f"negative-{name}-{seed}-{index}", pixels, side_px)


def _label(name: str, pixels: Canvas, side_px: int) -> Example:
    canvas, _ = to_canvas(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8), [], side_px)
    return Example(name, canvas, False, (), (False,) * len(REGIONS))


def _draw_shape(rng: np.random.Generator, side_px: int) -> tuple[int, int]:
    short = round(side_px * rng.uniform(SHORTEST_SIDE, 1.0))
    return (side_px, short) if rng.random() < 0.5 else (short, side_px)
