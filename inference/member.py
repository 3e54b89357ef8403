"""One model of the ensemble at work on one image, and what it says there in the terms of the image."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.errors import ModelError
from domain.finding import MemberScore
from inference.backends import Session, Tensor
from inference.calibration import calibrate, logit_of
from inference.canvases import Canvases
from inference.detection import Boxes, decode_boxes
from inference.preprocess import Letterbox
from inference.zoo.manifest import ABNORMAL, FRACTURE, Flip, Model

#: Raw scores of boxes below this are not looked at.
SCORE_FLOOR = 0.01

Map = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """The boxes of a detector: corners (K, 4) in canvas pixels, logits of their scores (K,), labels (K,)."""

    corners: Boxes
    logits: npt.NDArray[np.float32]
    labels: tuple[str, ...]

    def surest(self, label: str) -> tuple[float]:
        """Return the highest logit of a label; that of the floor where there is no such box."""
        mine = [float(logit) for logit, name in zip(self.logits, self.labels, strict=True) if name == label]
        return (max(mine, default=logit_of(SCORE_FLOOR)),)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one member said of a fracture.

    Attributes:
        logits: about the whole image, one for each flip; of a detector without any, that of its surest fracture.
        cells: its map of logits with the flips turned back and averaged, if it has a map.
        spots: its boxes, if it is a detector.
    """

    entry: Model
    canvas: Letterbox
    logits: tuple[float, ...] = ()
    cells: Map | None = None
    spots: Spots | None = None

    @property
    def probability(self) -> float:
        """Calibrated probability of the mean logit."""
        return calibrate(float(np.mean(self.logits)), self.entry.calibration)

    @property
    def calibrated_logit(self) -> float:
        """Logit of `probability`, without rounding at its ends."""
        platt, mean = self.entry.calibration, float(np.mean(self.logits))
        return mean if platt is None else platt.slope * mean + platt.intercept

    @property
    def cell_px(self) -> float:
        """Side of a map cell on the canvas."""
        assert self.cells is not None
        return self.entry.input.side_px / int(self.cells.shape[0])


@dataclass(frozen=True, slots=True)
class Member:
    """One model, ready to run."""

    entry: Model
    session: Session

    def run(self, canvases: Canvases, timeout_seconds: float) -> "Outputs":
        """Run every flip of an image as one batch.

        Raises:
            ModelError: the runtime failed, or an output is not finite or has another shape than its name says.
            DeadlineExceeded: it took too long.
        """
        started = time.perf_counter()
        batch, geometry = canvases.make(self.entry.input)
        tensors = self.session.run(batch, timeout_seconds)
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
            raise ModelError("an output of the model is not a finite number", subject=self.entry.name)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        return Outputs(self.entry, geometry, tensors, milliseconds)


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """The tensors of one run, first axis by flip, and what they mean."""

    entry: Model
    canvas: Letterbox
    tensors: Mapping[str, Tensor]
    milliseconds: float

    def score(self, probability: float | None = None) -> MemberScore:
        """Return what goes into the answer about this member."""
        entry = self.entry
        return MemberScore(entry.name, entry.version, entry.weights_sha256, probability, self.milliseconds)

    def probabilities(self, output: str) -> dict[str, float]:
        """Return the mean over the flips by class, of an output (N, classes)."""
        means = self._shaped(output, (len(self.entry.classes),)).mean(axis=0)
        return {label: min(max(float(p), 0.0), 1.0) for label, p in zip(self.entry.classes, means, strict=True)}

    def distance(self) -> float:
        """Return how far the image is from what a region model was trained on, as a mean over the flips."""
        return float(self._shaped("distance", (1,)).mean())

    def evidence(self) -> Evidence:
        """Return what the member said of a fracture."""
        spots = self._spots()
        return Evidence(self.entry, self.canvas, self._logits(spots), self._cells(), spots)

    def _logits(self, spots: Spots | None) -> tuple[float, ...]:
        if "fracture_logit" in self.tensors:
            return tuple(float(value) for value in self._shaped("fracture_logit", (1,))[:, 0])
        if "fracture_probability" in self.tensors:
            return tuple(logit_of(float(value)) for value in self._shaped("fracture_probability", (1,))[:, 0])
        if self.entry.task == "multilabel":
            abnormal = self.entry.classes.index(ABNORMAL)
            said = self._shaped("labels", (len(self.entry.classes),))[:, abnormal]
            return tuple(logit_of(float(value)) for value in said)
        return () if spots is None else spots.surest(FRACTURE)

    def _cells(self) -> Map | None:
        name = next((name for name in ("fracture_map", "centres") if name in self.tensors), None)
        return None if name is None else self._upright(name, 1)[0]

    def _spots(self) -> Spots | None:
        if "centres" in self.tensors:
            return self._decode_cells()
        if "yolo" in self.tensors:
            return self._decode_yolo()
        return None

    def _decode_cells(self) -> Spots:
        centres, distances = self._upright("centres", 1)[0], self._upright("distances", 4)
        scores = 1 / (1 + np.exp(-np.clip(centres.astype(np.float64), -30, 30)))
        corners, best = decode_boxes(scores.astype(np.float32), distances, SCORE_FLOOR)
        cell_px = self.entry.input.side_px / centres.shape[0]
        labels = (self.entry.classes[0],) * len(best)
        return Spots(corners * np.float32(cell_px), _to_logits(best), labels)

    def _decode_yolo(self) -> Spots:
        from inference.yolo_boxes import decode_yolo

        if self.entry.input.flips != ("none",):
            raise ModelError("boxes of a YOLO model cannot be averaged over flips", subject=self.entry.name)
        corners, scores, classes = decode_yolo(self.tensors["yolo"][0], SCORE_FLOOR)
        return Spots(corners, _to_logits(scores), tuple(self.entry.classes[int(index)] for index in classes))

    def _upright(self, name: str, planes: int) -> Map:
        """Return (planes, cells, cells), each flip turned back, averaged; a flip swaps left and right distances."""
        maps = self.tensors[name]
        flips: tuple[Flip, ...] = self.entry.input.flips
        if maps.ndim != 4 or maps.shape[:2] != (len(flips), planes) or maps.shape[2] != maps.shape[3]:
            raise ModelError(f"the output {name} has a wrong shape", subject=self.entry.name)
        swapped = [2, 1, 0, 3] if planes == 4 else slice(None)
        turned = [
            cells if flip == "none" else cells[swapped][:, :, ::-1] for cells, flip in zip(maps, flips, strict=True)
        ]
        return np.asarray(np.mean(turned, axis=0), dtype=np.float32)

    def _shaped(self, name: str, tail: tuple[int, ...]) -> Tensor:
        output = self.tensors[name]
        if output.shape != (len(self.entry.input.flips), *tail):
            raise ModelError(f"the output {name} has a wrong shape", subject=self.entry.name)
        return output


def _to_logits(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.array([logit_of(float(score)) for score in scores], dtype=np.float32)
