"""Explanations over a radiograph, as a person sees them: colours, a legend, whose they are, and what they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import cv2
import numpy as np
import numpy.typing as npt

from domain.finding import Box, ImageReading
from inference.evidence import bound
from inference.explain.lime_map import LimeMap
from inference.grey_image import to_bytes
from reporting import wording
from reporting.captures.canvas import Caption, Colour, Pixels, Sheet, draw_sheet
from reporting.captures.part_weights import PartWeights
from reporting.captures.parts_picture import FOR, LEGEND, draw_parts, shrink, tint

Map = npt.NDArray[np.float32]

REGION: Colour = (240, 228, 66)
_PRODUCT = "Osteonode"


@dataclass(frozen=True, slots=True)
class Words:
    """What a picture says in words: what was explained, how, and where."""

    headline: str
    detail: str
    place: str
    models: str


def draw_heat(display: Map, heat: Map, box: Box | None, reading: ImageReading, models: Sequence[str]) -> Pixels:
    """Return the radiograph with its heat map and the region of interest, (r, c, 3) uint8 RGB.

    Args:
        display: (rows, columns), 0..1.
        heat: of the same shape, 0..1.
        box: the region of interest in stored-image pixels.
        reading: what the models say of the image.
        models: their names.
    """
    words = Words("Where the models looked", *_say(reading), ", ".join(models))
    legend = (("evidence for a fracture", FOR, False), ("region of interest", REGION, False))
    picture = bound(to_bytes(display))
    colours = tint(picture, shrink(heat, picture), FOR)
    if box is not None:
        _outline(colours, box, display.shape)
    return _frame(picture, colours, words, legend)


def draw_lime(display: Map, lime: LimeMap, models: Sequence[str], *, seed: int) -> Pixels:
    """Return the radiograph with the weight of each part and the largest of them in numbers, (r, c, 3) uint8 RGB."""
    words = Words(
        wording.LIME_HEADLINE,
        wording.describe_lime(lime.samples, lime.r2),
        f"{wording.describe_probability(lime.probability)}. {wording.LIME_NUMBERS}",
        ", ".join(models),
    )
    picture = bound(to_bytes(display))
    parts = PartWeights(lime.segments, lime.by_segment, lime.outside, lime.samples, seed, lime.r2)
    return _frame(picture, draw_parts(picture, parts), words, LEGEND)


def _say(reading: ImageReading) -> tuple[str, str]:
    """Return the certainty and the statement that the heat map belongs to."""
    if reading.fracture is None:
        return "", wording.NOT_ANALYSED
    statement = wording.STATEMENTS[reading.fracture.state]
    return wording.describe_probability(reading.fracture.probability), f"{statement}; colour: evidence of each place"


def _outline(colours: Pixels, box: Box, shape: tuple[int, ...]) -> None:
    """Draw corners around the region of interest; its inside stays free."""
    down, across = colours.shape[0] / shape[0], colours.shape[1] / shape[1]
    stroke = max(2, round(max(colours.shape[:2]) / 550))
    low = (round(box.x_min_px * across) - stroke, round(box.y_min_px * down) - stroke)
    high = (round(box.x_max_px * across) + stroke - 1, round(box.y_max_px * down) + stroke - 1)
    cv2.rectangle(colours, low, high, REGION, stroke)


def _frame(picture: Pixels, colours: Pixels, words: Words, legend: tuple[tuple[str, Colour, bool], ...]) -> Pixels:
    caption = Caption(
        product=_PRODUCT,
        notice=wording.NOT_A_DIAGNOSIS,
        headline=words.headline,
        detail=words.detail,
        place=words.place,
        software=f"{_PRODUCT} {version('osteonode')}",
        models=words.models,
        review=wording.REVIEW,
        colour=FOR,
        legend=legend,
    )
    sheet: Sheet = draw_sheet(picture, (), caption)
    rows, columns = picture.shape
    top, left = sheet.picture_top, sheet.picture_left
    sheet.pixels[top : top + rows, left : left + columns] = colours
    return sheet.pixels
