"""Explanations over a radiograph, as a person sees them: colours, a legend, whose they are, and what they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import cv2
import numpy as np
import numpy.typing as npt

from domain.finding import Box, ImageReading
from inference.evidence import to_bytes
from inference.explain.lime_map import LimeMap
from reporting import wording
from reporting.canvas import Caption, Colour, Pixels, Sheet, draw_sheet

Map = npt.NDArray[np.float32]

#: Apart for the colour-blind too (Okabe and Ito 2008): orange speaks for a fracture, blue against it.
FOR: Colour = (230, 159, 0)
AGAINST: Colour = (86, 180, 233)
REGION: Colour = (240, 228, 66)
#: Largest share of colour in a pixel: the bone stays to be seen.
_OPACITY = 0.6
_PRODUCT = "Osteonode"
#: Weights of parts below this share of the largest are not worth a number.
_TOLD_SHARE = 0.25


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
    picture = to_bytes(display)
    colours = _tint(picture, _shrink(heat, picture), FOR)
    if box is not None:
        _outline(colours, box, display.shape)
    return _frame(picture, colours, words, legend)


def draw_lime(display: Map, lime: LimeMap, models: Sequence[str]) -> Pixels:
    """Return the radiograph with the weight of each part and the largest of them in numbers, (r, c, 3) uint8 RGB."""
    words = Words(
        "What each part adds",
        f"LIME, {lime.samples} samples, R2 {lime.r2:.2f}",
        f"{wording.describe_probability(lime.probability)}; numbers are the percentage points that a part adds",
        ", ".join(models),
    )
    legend = (("speaks for a fracture", FOR, False), ("speaks against", AGAINST, False))
    picture = to_bytes(display)
    weights = _shrink(lime.weights, picture) / max(float(np.abs(lime.by_segment).max()), 1e-6)
    colours = _tint(picture, np.maximum(weights, 0), FOR)
    colours = _tint(colours, np.maximum(-weights, 0), AGAINST)
    _number_parts(colours, lime)
    return _frame(picture, colours, words, legend)


def _say(reading: ImageReading) -> tuple[str, str]:
    """Return the certainty and the statement that the heat map belongs to."""
    if reading.fracture is None:
        return "", wording.NOT_ANALYSED
    statement = wording.STATEMENTS[reading.fracture.state]
    return wording.describe_probability(reading.fracture.probability), f"{statement}; colour: evidence of each place"


def _shrink(values: Map, picture: Pixels) -> Map:
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _tint(picture: Pixels, share: Map, colour: Colour) -> Pixels:
    """Mix a colour into a grey (r, c) or coloured (r, c, 3) picture by a share (r, c) of 0..1."""
    base = (cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture).astype(np.float32)
    mixed = base + (np.array(colour, dtype=np.float32) - base) * (np.clip(share, 0, 1) * _OPACITY)[:, :, None]
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def _outline(colours: Pixels, box: Box, shape: tuple[int, ...]) -> None:
    """Draw corners around the region of interest; its inside stays free."""
    down, across = colours.shape[0] / shape[0], colours.shape[1] / shape[1]
    stroke = max(2, round(max(colours.shape[:2]) / 550))
    low = (round(box.x_min_px * across) - stroke, round(box.y_min_px * down) - stroke)
    high = (round(box.x_max_px * across) + stroke - 1, round(box.y_max_px * down) + stroke - 1)
    cv2.rectangle(colours, low, high, REGION, stroke)


def _number_parts(colours: Pixels, lime: LimeMap) -> None:
    """Write the weight of the parts that matter into their middle, in percentage points."""
    across, down = colours.shape[1] / lime.weights.shape[1], colours.shape[0] / lime.weights.shape[0]
    size = max(colours.shape[:2]) / 1400
    largest = max(abs(weight) for weight in lime.by_segment)
    for part, weight in enumerate(lime.by_segment):
        if part == lime.outside or abs(weight) < max(_TOLD_SHARE * largest, 0.005):
            continue
        rows, columns = np.nonzero(lime.segments == part)
        text = f"{100 * weight:+.0f}"
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 2)
        at = (round(columns.mean() * across - width / 2), round(rows.mean() * down + height / 2))
        cv2.putText(colours, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 5, cv2.LINE_AA)
        cv2.putText(colours, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 2, cv2.LINE_AA)


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
