"""The reader pool on real processes that crash, hang and are killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.settings import Reading
from dicom_node.doctor.data_folder import find_kind
from dicom_node.pipeline.reader_pool import ReaderPool
from domain.errors import ModelError, ModelUnavailable, WeightsMismatch
from domain.finding import ImageReading, ReadingStatus
from inference.backends.processor import has_precision
from inference.zoo import BUNDLED, load_manifest
from tests.fakes.fragile_reader import open_and_die, open_fragile, open_with_wrong_weights
from tests.fakes.pixel_images import SOP_INSTANCE_UID, WHOLE_WINDOW, make_image, planted, ramp, save
from tests.fakes.stand_in_bundle import write_bundle

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    pool = ReaderPool(open_fragile, model_set="fragile", deadline_seconds=2.0)
    pool.warm_up()
    yield pool
    pool.close()


def _read(pool: ReaderPool, folder: Path, name: str) -> ImageReading:
    path = save(make_image(ramp()), folder / f"{name}.dcm")
    return pool.read(path, evidence_folder=folder).reading


def _child(folder: Path) -> int:
    return int((folder / "process").read_text())


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("die", "reader-crashed"),
        ("hang", "deadline-exceeded"),
        ("memory", "out-of-memory"),
        ("stumble", "reader-failed"),
    ],
)
def test_a_lost_reading_is_one_failed_answer_and_the_next_image_is_read(
    pool: ReaderPool, tmp_path: Path, deed: str, code: str
) -> None:
    lost = _read(pool, tmp_path, deed)
    assert (lost.status, lost.sop_instance_uid, lost.model_set) == (ReadingStatus.FAILED, SOP_INSTANCE_UID, "fragile")
    assert lost.reason is not None
    assert lost.reason.code == code
    after = _read(pool, tmp_path, "good")
    assert after.reason is not None
    assert after.reason.code == "multi-frame"


def test_an_error_nobody_foresaw_is_logged_without_its_words(
    pool: ReaderPool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _read(pool, tmp_path, "stumble")
    shown = capfd.readouterr()
    assert "Sekret" not in shown.out + shown.err


def test_the_reader_works_in_another_process(pool: ReaderPool, tmp_path: Path) -> None:
    _read(pool, tmp_path, "good")
    assert _child(tmp_path) != os.getpid()


def test_a_child_that_is_killed_while_it_waits_is_replaced(pool: ReaderPool, tmp_path: Path) -> None:
    _read(pool, tmp_path, "good")
    victim = _child(tmp_path)
    os.kill(victim, signal.SIGKILL)
    # Its status is left for the pool to collect: a child whose status is gone would count as living for ever.
    os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
    reading = _read(pool, tmp_path, "good")
    assert reading.reason is not None
    assert reading.reason.code == "multi-frame"
    assert _child(tmp_path) != victim


def test_a_crash_costs_other_threads_nothing(tmp_path: Path) -> None:
    pool = ReaderPool(open_fragile, model_set="fragile", processes=2, deadline_seconds=10.0)
    answers: dict[str, ImageReading] = {}
    names = ["good0", "die", "good1", "good2", "good3"]

    def read(name: str) -> None:
        answers[name] = _read(pool, tmp_path / name, name)

    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "die.dcm").touch()
    threads = [threading.Thread(target=read, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()
    codes = {name: answer.reason.code for name, answer in answers.items() if answer.reason}
    assert codes == dict.fromkeys(names, "multi-frame") | {"die": "reader-crashed"}


def test_wrong_weights_keep_the_node_from_starting() -> None:
    pool = ReaderPool(open_with_wrong_weights, model_set="x")
    with pytest.raises(WeightsMismatch):
        pool.warm_up()
    pool.close()


def test_a_reader_that_cannot_start_is_a_model_error_and_no_endless_wait() -> None:
    pool = ReaderPool(open_and_die, model_set="x")
    with pytest.raises(ModelError):
        pool.warm_up()
    pool.close()


def test_closing_wakes_who_waits_and_answers_nothing(tmp_path: Path) -> None:
    pool = ReaderPool(open_fragile, model_set="fragile", deadline_seconds=60.0)
    pool.warm_up()
    raised: list[Exception] = []

    def read() -> None:
        try:
            _read(pool, tmp_path, "hang")
        except ModelUnavailable as error:
            raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    while not (tmp_path / "process").exists():
        thread.join(timeout=0.05)
    pool.close()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert len(raised) == 1


def test_a_closed_pool_says_so(tmp_path: Path) -> None:
    pool = ReaderPool(open_fragile, model_set="fragile")
    pool.close()
    with pytest.raises(ModelUnavailable):
        _read(pool, tmp_path, "good")


def test_a_bundle_is_read_in_a_child_and_its_pictures_lie_in_the_folder(tmp_path: Path) -> None:
    pool = ReaderPool.of_settings(Reading(bundle=write_bundle(tmp_path / "bundle"), threads=1))
    path = save(make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW), tmp_path / "image.dcm")
    read = pool.read(path, evidence_folder=tmp_path / "evidence")
    pool.close()
    assert read.reading.status is ReadingStatus.READ
    assert read.reading.model_set == pool.model_set
    assert read.display_path is not None
    assert read.display_path.exists()


@pytest.mark.skipif(not has_precision("bf16"), reason="needs a processor with bfloat16")
def test_a_reader_in_bf16_keeps_its_weights_in_the_data_folder_under_no_name(tmp_path: Path) -> None:
    if find_kind(tmp_path, Path("/proc/mounts")) == "tmpfs":
        pytest.skip("the temporary folder is in memory")
    pool = ReaderPool.of_settings(Reading(precision="bf16", threads=1), data=tmp_path / "data")
    pool.warm_up()
    maps = Path(f"/proc/{pool.pids[0]}/maps").read_text()
    pool.close()
    assert maps.count(f"{tmp_path}/data/") == len(load_manifest(BUNDLED, "bf16").models)
    assert list((tmp_path / "data").iterdir()) == []


def test_pictures_that_cannot_be_written_are_no_reading_and_the_next_image_is_read(tmp_path: Path) -> None:
    pool = ReaderPool.of_settings(Reading(bundle=write_bundle(tmp_path / "bundle"), threads=1))
    path = save(make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW), tmp_path / "image.dcm")
    with pytest.raises(OSError, match="no folder"):
        pool.read(path, evidence_folder=path / "no folder")
    assert pool.read(path, evidence_folder=tmp_path).reading.status is ReadingStatus.READ
    pool.close()


def test_the_parent_loads_no_model_library(tmp_path: Path) -> None:
    program = (
        "import sys, dicom_node.pipeline.reader_pool; print(sorted({'openvino', 'cv2', 'gdcm'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_children_end_when_the_node_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from dicom_node.pipeline.reader_pool import ReaderPool;"
        "from tests.fakes.fragile_reader import open_fragile;"
        "pool = ReaderPool(open_fragile, model_set='x');"
        "folder = Path(sys.argv[1]); pool.read(folder / 'good.dcm', evidence_folder=folder);"
        "print('ready', flush=True); sys.stdin.read()"
    )
    node = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert node.stdout is not None
    assert node.stdin is not None
    assert node.stdout.readline() == b"ready\n"
    child = psutil.Process(_child(tmp_path))
    node.send_signal(signal.SIGKILL)
    node.wait()
    node.stdout.close()
    node.stdin.close()
    assert psutil.wait_procs([child], timeout=60)[1] == []
