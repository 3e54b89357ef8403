"""The members that read one image together, and how what they say becomes one answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.errors import ModelError
from domain.finding import Fracture, FractureState, Labelled, MemberScore
from inference.backends import Backend, Session, Tensor
from inference.calibration import calibrate, mean_points, state_of
from inference.preprocess import Image, Letterbox, darken_border, letterbox, stretch_contrast
from inference.zoo import Manifest, Model, load_model
from inference.zoo.manifest import InputContract

#: The steps of a manifest that keep an image's shape; the letterbox ends every chain.
STEPS: Mapping[str, Callable[[Image], Image]] = {"stretch_contrast": stretch_contrast, "darken_border": darken_border}


class Canvases:
    """The canvases of one image (rows, columns), each step done once however many members ask for it."""

    def __init__(self, image: Image) -> None:
        self._images: dict[tuple[str, ...], Image] = {(): image}

    def make(self, contract: InputContract) -> tuple[Image, Letterbox]:
        """Return the canvas that a model takes, and how the image lies on it."""
        return letterbox(self._after(contract.preprocess[:-1]), contract.side_px)

    def _after(self, steps: tuple[str, ...]) -> Image:
        if steps not in self._images:
            self._images[steps] = STEPS[steps[-1]](self._after(steps[:-1]))
        return self._images[steps]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one fracture member said: logits of each flip, and its map with the flips turned back and averaged."""

    entry: Model
    logits: tuple[float, ...]
    cells: npt.NDArray[np.float32]
    canvas: Letterbox

    @property
    def logit(self) -> float:
        """Mean over the flips."""
        return float(np.mean(self.logits))

    @property
    def probability(self) -> float:
        """Calibrated probability of the mean logit."""
        return calibrate(self.logit, self.entry.calibration)

    @property
    def cell_px(self) -> float:
        """Side of a map cell on the canvas."""
        return self.entry.input.side_px / int(self.cells.shape[0])


@dataclass(frozen=True, slots=True)
class Member:
    """One model, ready to run."""

    entry: Model
    session: Session

    def run(self, canvases: Canvases) -> tuple[Mapping[str, Tensor], Letterbox]:
        """Run every flip of an image as one batch; outputs by name, first axis by flip.

        Raises:
            ModelError: the runtime failed, or an output is not finite.
        """
        canvas, geometry = canvases.make(self.entry.input)
        flips = [canvas if flip == "none" else canvas[:, ::-1] for flip in self.entry.input.flips]
        outputs = self.session.run(np.stack(flips)[:, None].astype(np.float32))
        if not all(np.isfinite(output).all() for output in outputs.values()):
            raise ModelError("an output of the model is not a finite number", subject=self.entry.name)
        return outputs, geometry


class Ensemble:
    """All members of a bundle, verified, compiled and ready.

    Args:
        bundle: folder with manifest.json and weights.
        manifest: what `bundle` says of itself.
        backend: what compiles the models.

    Raises:
        WeightsMismatch: a file is not the one that the manifest names.
        ModelError: a model cannot be compiled.
    """

    def __init__(self, bundle: Path, manifest: Manifest, backend: Backend) -> None:
        self._minimum = max(entry.minimum_probability or 0.0 for entry in manifest.members("region"))
        self._region = tuple(_compile(bundle, entry, backend) for entry in manifest.members("region"))
        self._fracture = tuple(_compile(bundle, entry, backend) for entry in manifest.members("fracture"))

    def recognise(self, canvases: Canvases) -> tuple[Labelled, bool, tuple[MemberScore, ...]]:
        """Return the most probable region, whether that is probable enough to go on, and what each member took."""
        sums: dict[str, float] = {}
        scores = []
        for member in self._region:
            started = time.perf_counter()
            outputs, _ = member.run(canvases)
            means = _shaped(outputs["region"], (len(member.entry.classes),), member).mean(axis=0)
            for label, probability in zip(member.entry.classes, means, strict=True):
                sums[label] = sums.get(label, 0.0) + float(probability) / len(self._region)
            scores.append(_score(member, None, started))
        label = max(sums, key=lambda name: sums[name])
        region = Labelled(label, min(max(sums[label], 0.0), 1.0))
        return region, region.probability >= self._minimum, tuple(scores)

    def examine(self, canvases: Canvases) -> tuple[Fracture, tuple[Evidence, ...], tuple[MemberScore, ...]]:
        """Return the fused statement about a fracture, the evidence of each member, and what each member took."""
        evidence, scores = [], []
        for member in self._fracture:
            started = time.perf_counter()
            outputs, geometry = member.run(canvases)
            found = _evidence(member, outputs, geometry)
            evidence.append(found)
            scores.append(_score(member, found.probability, started))
        return fuse(evidence), tuple(evidence), tuple(scores)


def fuse(evidence: list[Evidence]) -> Fracture:
    """Return the mean of the members' probabilities, the spread over members and flips, and the state."""
    probability = sum(each.probability for each in evidence) / len(evidence)
    spread = [calibrate(logit, each.entry.calibration) for each in evidence for logit in each.logits]
    points = mean_points([each.entry.operating_points for each in evidence if each.entry.operating_points])
    interval = (min(probability, *spread), max(probability, *spread))
    return Fracture(state_of(probability, points), probability, interval)


def strongest(evidence: tuple[Evidence, ...]) -> Evidence:
    """Return the member whose map shows a find best: the most suspicious one."""
    return max(evidence, key=lambda each: each.probability)


def is_suspicious(fracture: Fracture) -> bool:
    """Return whether a statement needs a place to look at."""
    return fracture.state is FractureState.PRESENT


def _compile(bundle: Path, entry: Model, backend: Backend) -> Member:
    side = entry.input.side_px
    return Member(entry, backend.compile(load_model(bundle, entry), (len(entry.input.flips), 1, side, side)))


def _evidence(member: Member, outputs: Mapping[str, Tensor], geometry: Letterbox) -> Evidence:
    logits = _shaped(outputs["fracture_logit"], (1,), member)
    maps = outputs["fracture_map"]
    if maps.ndim != 4 or maps.shape[:2] != (len(logits), 1) or maps.shape[2] != maps.shape[3]:
        raise ModelError("the fracture map has a wrong shape", subject=member.entry.name)
    upright = [
        cells[0] if flip == "none" else cells[0, :, ::-1]
        for cells, flip in zip(maps, member.entry.input.flips, strict=True)
    ]
    cells = np.asarray(np.mean(upright, axis=0), dtype=np.float32)
    return Evidence(member.entry, tuple(float(logit) for logit in logits[:, 0]), cells, geometry)


def _shaped(output: Tensor, tail: tuple[int, ...], member: Member) -> Tensor:
    if output.shape != (len(member.entry.input.flips), *tail):
        raise ModelError("an output has a wrong shape", subject=member.entry.name)
    return output


def _score(member: Member, probability: float | None, started: float) -> MemberScore:
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    entry = member.entry
    return MemberScore(entry.name, entry.version, entry.weights_sha256, probability, milliseconds)
