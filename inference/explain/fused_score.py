"""What a bundle's members together say of an image with parts of it hidden: the score that LIME explains.

Contrast and geometry are those of the whole image, and parts are hidden on each member's canvas; were the steps before
the canvas done anew, hiding a bright part would brighten all others. Flips are left out: LIME averages enough.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino

from domain.errors import ModelUnavailable
from inference.backends import Tensor
from inference.calibration import sigmoid
from inference.canvases import Canvases, to_tensor
from inference.explain.lime_map import Kept, Probabilities
from inference.explain.segments import Segments, hide
from inference.explain.throughput import Queue, Work
from inference.fusion import fuse
from inference.member import Evidence, Outputs
from inference.preprocess import Image, Letterbox
from inference.zoo import Model, Precision, load_manifest, load_model


class FusedScore:
    """The members of a bundle that speak of fractures in a region, ready to score a great many images.

    Members of other backends than OpenVINO have no say here: `names` are those that have.

    Args:
        bundle: folder with manifest.json and weights.
        region: what the region members recognised: specialists of other regions are not asked.
        threads: of the processor.
        precision: which version of the bundle.

    Raises:
        ModelError: the bundle cannot be used.
        ModelUnavailable: no member can be run in this way.
    """

    def __init__(self, bundle: Path, region: str, *, threads: int = 2, precision: Precision = "f32") -> None:
        manifest = load_manifest(bundle, precision)
        self._fusion, self._region = manifest.fusion, region
        entries = [each for each in manifest.models if _has_a_say(each, region)]
        if not entries:
            raise ModelUnavailable("no member of the bundle that speaks of fractures runs on OpenVINO")
        self._members = [_Hider(bundle, _without_flips(entry), threads) for entry in entries]

    @property
    def names(self) -> tuple[str, ...]:
        """The members that are asked."""
        return tuple(each.entry.name for each in self._members)

    @property
    def versions(self) -> tuple[str, ...]:
        """Name and version of each of them."""
        return tuple(f"{each.entry.name} {each.entry.version}" for each in self._members)

    def of(
        self, display: Image, segments: Segments, done: Callable[[int], None] = lambda _: None
    ) -> Callable[[Kept], Probabilities]:
        """Return the function from which parts are kept (N, parts) to fused probabilities (N,).

        Args:
            display: the whole radiograph (rows, columns), as a `Reading` has it.
            segments: its parts.
            done: told how many images more a member has scored: in all, N times the number of `names`.
        """
        canvases = Canvases(display)

        def score(kept: Kept) -> Probabilities:
            said = [each.score(canvases, segments, kept, done) for each in self._members]
            logits = [fuse(together, self._fusion, self._region)[1] for together in zip(*said, strict=True)]
            return np.array([sigmoid(logit) for logit in logits])

        return score


class _Hider:
    """One member, and how parts are hidden from it."""

    def __init__(self, bundle: Path, entry: Model, threads: int) -> None:
        self.entry = entry
        verified = load_model(bundle, entry)
        graph = openvino.Core().read_model(model=verified.content("xml"), weights=verified.content("bin"))
        self._queue = Queue(graph, entry.input.shape[1:], threads=threads, precision=entry.precision, name=entry.name)

    def score(self, canvases: Canvases, segments: Segments, kept: Kept, done: Callable[[int], None]) -> list[Evidence]:
        """Return what the member says of each image."""
        contract = self.entry.input
        grey = contract.model_copy(update={"range": "0..1", "channels": 1, "layout": "nchw"})
        tensor, geometry = canvases.make(grey)
        canvas, labels = tensor[0, 0], segments.on_canvas(geometry, contract.side_px)
        return self._queue.run(
            Work(
                len(kept),
                lambda which: to_tensor(hide(canvas, labels, kept[which], segments.background), contract),
                lambda outputs: self._read(outputs, geometry),
                done,
            )
        )

    def _read(self, outputs: dict[str, Tensor], geometry: Letterbox) -> list[Evidence]:
        said = {name: tensor for name, tensor in outputs.items() if name in self.entry.outputs}
        if "fracture_logit" in said:
            said = {"fracture_logit": said["fracture_logit"]}
        number = len(next(iter(said.values())))
        rows = [{name: tensor[index : index + 1] for name, tensor in said.items()} for index in range(number)]
        return [Outputs(self.entry, geometry, row, 0.0).evidence() for row in rows]


def _has_a_say(entry: Model, region: str) -> bool:
    in_region = not entry.regions or region in entry.regions
    return entry.backend == "openvino" and entry.speaks_of_fractures and in_region


def _without_flips(entry: Model) -> Model:
    return entry.model_copy(update={"input": entry.input.model_copy(update={"flips": ("none",)})})
