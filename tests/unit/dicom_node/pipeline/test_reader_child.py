"""What a reader process keeps of an image, drawn by the documents: from planted pixels to a place on a capture."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from config.settings import Reporting
from dicom_node.cli.image_files import open_header
from dicom_node.cli.offline_documents import state_study
from dicom_node.cli.offline_reading import Answered
from dicom_node.pipeline.reader_child import ReadFile, open_bundle
from domain.evidence_map import EvidenceMap
from reporting.captures.heat_map_capture import write_heat_map_captures
from reporting.context import BundleIdentity
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted, save
from tests.fakes.stand_in_bundle import write_bundle


@pytest.fixture(scope="module")
def read_file(tmp_path_factory: pytest.TempPathFactory) -> ReadFile:
    return open_bundle(write_bundle(tmp_path_factory.mktemp("bundle")), threads=1)


def draw_heat_map(read_file: ReadFile, path: Path) -> np.ndarray:
    """Return the heat map capture of an image as (r, c, 3), the picture on it without banner and legend."""
    answered = Answered(open_header(path), read_file(path, path.parent / "evidence"))
    study = answered.image.study_instance_uid
    said = state_study(
        study, [answered], bundle=BundleIdentity("stand-in-1"), reporting=Reporting(heat_map_side_px=512)
    )
    (document,) = write_heat_map_captures(said, said.images)
    pixels = dcmread(BytesIO(document.content)).pixel_array.astype(int)
    rows, columns = _fit(answered)
    top = int(np.flatnonzero(pixels[:, 1].max(axis=1) > 100).max()) + 1
    left = (pixels.shape[1] - columns) // 2
    return np.asarray(pixels[top : top + rows, left : left + columns])


def _fit(answered: Answered) -> tuple[int, int]:
    rows, columns = answered.read.reading.rows, answered.read.reading.columns
    scale = min(1.0, 512 / max(rows, columns))
    return round(rows * scale), round(columns * scale)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(
    ("rows", "columns", "x", "y"), [(300, 700, 560, 90), (900, 400, 120, 700), (640, 640, 480, 200)]
)
def test_a_target_in_the_pixels_is_warm_at_its_place_on_the_capture(
    read_file: ReadFile, tmp_path: Path, photometric: str, rows: int, columns: int, x: int, y: int
) -> None:
    side_px = max(rows, columns) // 8
    pixels = planted(rows, columns, (x, y), side_px)
    if photometric == "MONOCHROME1":
        pixels = np.asarray(4095 - pixels, np.uint16)
    image = make_image(pixels, **WHOLE_WINDOW, PhotometricInterpretation=photometric)
    shown = draw_heat_map(read_file, save(image, tmp_path / "image.dcm"))
    warm = shown[..., 0] - shown[..., 2]
    down, across = np.nonzero(warm >= 0.8 * warm.max())
    cell_px = max(rows, columns) / 16
    assert (across.mean() + 0.5) * columns / shown.shape[1] == pytest.approx(x, abs=0.75 * cell_px)
    assert (down.mean() + 0.5) * rows / shown.shape[0] == pytest.approx(y, abs=0.75 * cell_px)
    assert np.ptp(across) * columns / shown.shape[1] <= 3.5 * cell_px


def test_what_is_kept_for_the_heat_map_is_a_few_kilobytes(read_file: ReadFile, tmp_path: Path) -> None:
    path = save(make_image(planted(900, 700, (300, 300), 90), **WHOLE_WINDOW), tmp_path / "image.dcm")
    kept = read_file(path, tmp_path / "evidence").heat_map_path
    assert kept is not None
    assert kept.stat().st_size < 3000
    evidence = EvidenceMap.decode(kept.read_bytes())
    assert (evidence.rows, evidence.columns, evidence.method) == (16, 16, "the model's own map")


def test_an_image_that_is_not_read_keeps_no_map(read_file: ReadFile, tmp_path: Path) -> None:
    path = save(make_image(np.full((90, 90), 7, np.uint16)), tmp_path / "flat.dcm")
    assert read_file(path, tmp_path / "evidence").heat_map_path is None


@pytest.mark.parametrize(("started_at", "reads_at"), [(0, 10), (15, 15)])
def test_a_reader_stands_behind_the_node_and_raises_no_priority(started_at: int, reads_at: int) -> None:
    code = (
        f"import os; os.setpriority(os.PRIO_PROCESS, 0, max({started_at}, os.getpriority(os.PRIO_PROCESS, 0)));"
        "before = os.getpriority(os.PRIO_PROCESS, 0);"
        "from dicom_node.pipeline.reader_child import stand_behind; stand_behind();"
        f"print(os.getpriority(os.PRIO_PROCESS, 0) == max({reads_at}, before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_who_reads_last_gets_what_nobody_else_wants_of_the_processor() -> None:
    """In a process of its own, because a priority cannot be raised again."""
    asked = (
        "import os; from dicom_node.pipeline.reader_child import open_last; "
        "print(open_last(lambda: (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0))))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert said.strip() in {str((19, os.SCHED_IDLE)), str((19, os.SCHED_OTHER))}  # a container may forbid the first
