"""The heat map of a reading: that of the pass that answered, or one by gradient where a Keras member has none there."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import ModelError
from inference.backends.keras import KerasBackend
from inference.canvases import Canvases
from inference.explain.class_activation import Frame, Map, relative_heat
from inference.explain.gradient_cam import keras_cam
from inference.explain.map_origins import GRADIENT, has_map, origin_of
from inference.fusion import has_weight
from inference.grey_image import GreyImage
from inference.reader import Reading
from inference.zoo import Model, Precision, load_manifest, load_model
from inference.zoo.manifest import ABNORMAL


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Where one model looked.

    Attributes:
        pixels: (rows, columns) float32 of the stored image, 0..1, 1 = most suspicious; None where there is a problem.
        model: the member whose map it is.
        origin: what made it, as in `map_origins`.
        problem: why a map by gradient could not be made; empty where it could, or was not needed.
    """

    pixels: Map | None
    model: str
    origin: str
    problem: str = ""


class HeatMaps:
    """Makes the heat maps of readings; a network is loaded for its gradient when first needed.

    Args:
        bundle: that the readings were made with.
        precision: which version of it.
        threads: of the processor.

    Raises:
        ModelError: the bundle cannot be used.
    """

    def __init__(self, bundle: Path, *, precision: Precision = "f32", threads: int = 1) -> None:
        manifest = load_manifest(bundle, precision)
        self._bundle, self._threads, self._fusion = bundle, threads, manifest.fusion
        self._entries = [each for each in manifest.models if _needs_gradient(each)]
        self._networks: dict[str, Any] = {}

    def of(self, reading: Reading) -> HeatMap | None:
        """Return where the models looked in an image; None where nobody read it, or no member can show it.

        Areas are shown rather than the points of a detector, and members with weight rather than those without. A map
        by gradient has no scale of its own: its peak is given the probability that the member tells.
        """
        in_pass = _take(reading)
        entry = self._choose(reading)
        if entry is None or reading.shown is None:
            return in_pass
        try:
            pixels = self._look(entry, reading, reading.shown)
        except ModelError as error:
            problem = str(error.args[0])
            return replace(in_pass, problem=problem) if in_pass else HeatMap(None, entry.name, GRADIENT, problem)
        return HeatMap(pixels, entry.name, GRADIENT)

    def _choose(self, reading: Reading) -> Model | None:
        """Return the member to look at by gradient; None where the map of the pass serves as well."""
        said = {each.model: each.probability for each in reading.image.members}
        spoke = [each for each in self._entries if said.get(each.name) is not None]
        best = max(spoke, key=lambda each: (has_weight(self._fusion, each), said[each.name]), default=None)
        shown = reading.mapped_by
        if best is None or shown is None:
            return best
        rank = (has_weight(self._fusion, shown), has_map(shown))
        return best if (has_weight(self._fusion, best), True) > rank else None

    def _look(self, entry: Model, reading: Reading, shown: GreyImage) -> Map:
        if entry.name not in self._networks:
            self._networks[entry.name] = KerasBackend(self._threads).load(load_model(self._bundle, entry))
        batch, geometry = Canvases(shown).make(entry.input)
        output, column = _find_column(entry)
        cells = keras_cam(self._networks[entry.name], batch[:1], output=output, class_index=column)
        image = reading.image
        frame = Frame(geometry, entry.input.side_px / cells.shape[0], image.rows, image.columns)
        probability = next(each.probability for each in image.members if each.model == entry.name)
        return np.asarray(relative_heat(cells, frame) * np.float32(probability or 0.0), dtype=np.float32)


def _needs_gradient(entry: Model) -> bool:
    return entry.backend == "keras" and entry.task in ("fracture", "multilabel") and not has_map(entry)


def _find_column(entry: Model) -> tuple[str, int]:
    """Return the output that speaks of fractures, and its column."""
    column = entry.classes.index(ABNORMAL) if entry.task == "multilabel" else 0
    return next(iter(entry.outputs)), column


def _take(reading: Reading) -> HeatMap | None:
    pixels = reading.heat_map
    if pixels is None or reading.mapped_by is None or reading.image.fracture is None:
        return None
    return HeatMap(pixels, reading.mapped_by.name, origin_of(reading.mapped_by))
