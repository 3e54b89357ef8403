"""Explanations without a network: an image file in, pictures and numbers on disk out. The heat map is written first."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from dicom_node.cli.explanation_json import corners_of, describe_explanation
from dicom_node.cli.explanation_pictures import draw_heat, draw_lime
from domain.finding import Box, ImageReading
from inference.explain.class_activation import ABSOLUTE_THRESHOLD
from inference.explain.fused_score import FusedScore
from inference.explain.heat_maps import HeatMap, HeatMaps
from inference.explain.lime_map import LimeMap, explain_kept
from inference.explain.roi import find_roi
from inference.explain.segments import Segments, cut
from inference.reader import Reader, Reading
from inference.zoo import Precision
from reporting.captures.canvas import Pixels

_NOT_READ = "not read"


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What was written about one file.

    Attributes:
        region: the region of interest of the heat map, in stored-image pixels; None where there is none.
        lime: None where LIME was left out, or the image was not read.
        files: the pictures and the numbers.
    """

    path: Path
    reading: ImageReading
    region: Box | None
    lime: LimeMap | None
    files: tuple[Path, ...]
    seconds: float

    @property
    def was_read(self) -> bool:
        """Whether there was anything to explain."""
        return self.reading.fracture is not None

    def as_row(self) -> tuple[str, str, str, str, str, str]:
        """Return file, statement, probability, region of interest, R2 of LIME and seconds, in words."""
        fracture = self.reading.fracture
        reason = self.reading.reason.code if self.reading.reason else ""
        return (
            self.path.name,
            fracture.state.value if fracture else f"{_NOT_READ}: {reason}",
            f"{fracture.probability:.2f}" if fracture else "-",
            _say_box(self.region),
            f"{self.lime.r2:.2f}" if self.lime else "-",
            f"{self.seconds:.1f}",
        )


class Explainer:
    """Explains image files one after the other.

    Args:
        bundle: folder with manifest.json and weights.
        out: folder for the files; made when absent.
        samples: of LIME; 0 leaves it out.
        seed: of LIME.
        threads: of the processor.
        precision: which version of the bundle.

    Raises:
        ModelError: the bundle cannot be used.
    """

    def __init__(
        self, bundle: Path, out: Path, *, samples: int, seed: int, threads: int, precision: Precision = "f32"
    ) -> None:
        self._bundle, self._precision, self._out = bundle, precision, out
        self._samples, self._seed, self._threads = samples, seed, threads
        self._reader = Reader(bundle, precision=precision, threads=threads)
        self._heats = HeatMaps(bundle, precision=precision, threads=threads)
        self._scores: dict[str, FusedScore] = {}
        self._named: dict[str, int] = {}
        out.mkdir(parents=True, exist_ok=True)

    def explain(self, path: Path, done: Callable[[int], None] = lambda _: None) -> Explained:
        """Write the explanation of one file and return what it says; `done` is told how many samples are through.

        Raises:
            ModelUnavailable: LIME is asked for and not installed; the heat map is written first.
            OSError: a file cannot be written.
        """
        started = time.perf_counter()
        reading = self._reader.read(path)
        stem = self._name(path)
        heat = self._heats.of(reading)
        region, files = self._write_heat(reading, heat, stem)
        lime = self._write_lime(reading, stem, files, done)
        if reading.image.fracture is not None:
            files.append(self._out / f"{stem}.json")
            content = describe_explanation(path, reading.image, heat, region, lime, seed=self._seed)
            files[-1].write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return Explained(path, reading.image, region, lime, tuple(files), time.perf_counter() - started)

    def _name(self, path: Path) -> str:
        """Return the stem of a file's name, numbered where a file of another folder had it before."""
        self._named[path.stem] = self._named.get(path.stem, 0) + 1
        return path.stem if self._named[path.stem] == 1 else f"{path.stem}_{self._named[path.stem]}"

    def _write_heat(self, reading: Reading, heat: HeatMap | None, stem: str) -> tuple[Box | None, list[Path]]:
        if heat is None or heat.pixels is None or reading.image.fracture is None or reading.display is None:
            return None, []
        warm = float(heat.pixels.max()) >= ABSOLUTE_THRESHOLD
        region = find_roi(heat.pixels, reading.image.fracture.probability) if warm else None
        models = [member.model for member in reading.image.members]
        picture = draw_heat(reading.display, heat.pixels, region, reading.image, models)
        return region, [_write_png(self._out / f"{stem}-heat.png", picture)]

    def _write_lime(
        self, reading: Reading, stem: str, files: list[Path], done: Callable[[int], None]
    ) -> LimeMap | None:
        if not self._samples or reading.display is None or reading.image.region is None or not reading.image.fracture:
            done(max(self._samples, 1))
            return None
        segments = cut(reading.display, seed=self._seed)
        score = self._score(reading.image.region.label)
        lime = self._run_lime(reading, segments, score, done)
        files.append(
            _write_png(self._out / f"{stem}-lime.png", draw_lime(reading.display, lime, score.names, seed=self._seed))
        )
        return lime

    def _run_lime(
        self, reading: Reading, segments: Segments, score: FusedScore, done: Callable[[int], None]
    ) -> LimeMap:
        assert reading.display is not None
        scored = [0]

        def tell(images: int) -> None:
            before, scored[0] = scored[0] // len(score.names), scored[0] + images
            done(scored[0] // len(score.names) - before)

        hidden = score.of(reading.display, segments, tell)
        return explain_kept(segments, hidden, samples=max(self._samples, 2), seed=self._seed)

    def _score(self, region: str) -> FusedScore:
        if region not in self._scores:
            self._scores[region] = FusedScore(self._bundle, region, threads=self._threads, precision=self._precision)
        return self._scores[region]


def _write_png(path: Path, picture: Pixels) -> Path:
    done, encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not done:
        raise OSError(f"cannot encode {path.name}")
    path.write_bytes(encoded.tobytes())
    return path


def _say_box(box: Box | None) -> str:
    corners = corners_of(box)
    return "-" if corners is None else ", ".join(f"{each:.0f}" for each in corners)
