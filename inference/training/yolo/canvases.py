"""Images of a dataset as the network sees them: square canvases on disk, with their boxes moved along.

Drawn by the steps that serve, so that training and serving see the same; ultralytics then has nothing left to resize.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inference.canvases import FITS, TONES
from inference.preprocess import Letterbox
from inference.training.datasets.labelled import LabelledBox, LabelledImage
from inference.training.datasets.pixels import read_grey
from inference.training.yolo.recipe import YoloRecipe

_GEOMETRY = "letterbox"


def draw_canvases(
    images: Iterable[LabelledImage],
    recipe: YoloRecipe,
    folder: Path,
    *,
    threads: int = 1,
    on_image: Callable[[], None] = lambda: None,
) -> tuple[LabelledImage, ...]:
    """Draw each image on its canvas, a PNG of eight bits below the folder, and return it with boxes in canvas pixels.

    A canvas that an earlier run drew from the same file by the same steps is not drawn again.

    Raises:
        ValueError: an image cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    with ThreadPoolExecutor(threads) as pool:
        for image in pool.map(lambda image: _draw(image, recipe, folder), images):
            drawn.append(image)
            on_image()
    return tuple(drawn)


def _draw(image: LabelledImage, recipe: YoloRecipe, folder: Path) -> LabelledImage:
    path = folder / f"{_digest(image.path, recipe)}-{image.path.stem}.png"
    geometry = _read_geometry(path) if path.is_file() else _write_canvas(image.path, path, recipe)
    return replace(image, path=path, boxes=tuple(_move(box, geometry) for box in image.boxes))


def _digest(path: Path, recipe: YoloRecipe) -> str:
    """Return what the canvas of a file depends on: the file, and the steps."""
    stat = path.stat()
    told = [path.resolve().as_posix(), stat.st_size, stat.st_mtime_ns, recipe.side_px, recipe.preprocess]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _write_canvas(source: Path, target: Path, recipe: YoloRecipe) -> Letterbox:
    grey = read_grey(source)
    for step in recipe.preprocess[:-1]:
        grey = TONES[step](grey)
    canvas, geometry = FITS[recipe.preprocess[-1]](grey, recipe.side_px)
    info = PngInfo()
    info.add_text(_GEOMETRY, json.dumps(asdict(geometry)))
    # Whole or not at all: a run may be stopped at any moment, and goes on later.
    partial = target.with_suffix(".partial")
    Image.fromarray(np.rint(canvas * 255).astype(np.uint8)).save(partial, format="PNG", pnginfo=info, compress_level=1)
    partial.replace(target)
    return geometry


def _read_geometry(path: Path) -> Letterbox:
    with Image.open(path) as image:
        return Letterbox(**json.loads(image.info[_GEOMETRY]))


def _move(box: LabelledBox, geometry: Letterbox) -> LabelledBox:
    x_min, y_min = geometry.to_canvas(box.x_min_px, box.y_min_px)
    x_max, y_max = geometry.to_canvas(box.x_max_px, box.y_max_px)
    return LabelledBox(box.label, x_min, y_min, x_max, y_max)
