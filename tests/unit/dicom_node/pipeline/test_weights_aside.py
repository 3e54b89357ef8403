"""Weights on disk instead of in memory: what they must not change, what they save, and where there is no room."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from mmap import mmap
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from tempfile import TemporaryDirectory

import pytest

from dicom_node.doctor.data_folder import find_kind
from dicom_node.log_events import EVENTS
from dicom_node.pipeline.weights_aside import WeightsAside
from domain.finding import ImageReading
from inference.backends.installed import open_backends
from inference.backends.openvino import OpenVinoBackend, PutAside
from inference.backends.processor import has_precision
from inference.phantom import draw_phantom
from inference.phantom.dicom import make_dataset
from inference.phantom.samples import SAMPLE_STUDIES
from inference.reader import Reader
from inference.zoo import Precision, load_manifest, load_model
from tests.fakes.stand_in_bundle import write_bundle

WEIGHTS = bytes(range(256)) * 4096
IN_MEMORY = Path("/dev/shm")
needs_bf16 = pytest.mark.skipif(not has_precision("int8"), reason="needs a processor with bfloat16")


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    if find_kind(tmp_path, Path("/proc/mounts")) == "tmpfs":
        pytest.skip("the temporary folder is in memory")
    return tmp_path


@contextmanager
def _room_for(size_bytes: int) -> Iterator[None]:
    """Let no file grow beyond a size: what is written beyond it fails as on a full disk."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))


def _find_resident_kib(folder: Path) -> list[int]:
    """Return what is resident of each file of a folder that this process has mapped."""
    maps = Path("/proc/self/smaps").read_text()
    return [int(kib) for kib in re.findall(rf" {re.escape(str(folder))}/[^\n]*\n(?:[^\n]*\n)*?Rss: +(\d+) kB", maps)]


def _read_sample(precision: Precision, put_aside: PutAside | None) -> ImageReading:
    study = SAMPLE_STUDIES[0]
    small = replace(study.images[0], rows=study.images[0].rows // 4, columns=study.images[0].columns // 4)
    reader = Reader(precision=precision, threads=1, member_seconds=300.0, openers=open_backends(1, put_aside))
    image = reader.read(make_dataset(draw_phantom(small), identity=study.identity, modality=study.modality)).image
    return replace(image, milliseconds=0, members=tuple(replace(each, milliseconds=0) for each in image.members))


def test_a_map_says_what_was_put_aside_and_no_file_has_a_name(disk: Path) -> None:
    folder = disk / "made" / "data"
    mapped = WeightsAside(folder)(WEIGHTS)
    assert mapped is not None
    assert mapped[:] == WEIGHTS
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700


@needs_bf16
@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_a_sample_is_read_the_same_and_its_weights_are_not_looked_at(precision: Precision, disk: Path) -> None:
    mapped, aside = list[mmap | None](), WeightsAside(disk)

    def put_aside(weights: bytes) -> mmap | None:
        mapped.append(aside(weights))
        return mapped[-1]

    assert _read_sample(precision, put_aside) == _read_sample(precision, None)
    assert _find_resident_kib(disk) == [0, 0, 0]
    assert all(mapped)


def test_f32_keeps_its_weights_in_memory_because_it_looks_at_them_again(tmp_path: Path) -> None:
    bundle, asked = write_bundle(tmp_path), list[bytes]()
    backend = OpenVinoBackend(1, put_aside=asked.append)  # type: ignore[arg-type]
    for entry in load_manifest(bundle).models:
        backend.compile(load_model(bundle, entry))
    assert asked == []


def test_a_disk_without_room_is_said_once_and_leaves_weights_in_memory(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    aside = WeightsAside(disk)
    with _room_for(len(WEIGHTS) // 2):
        assert aside(WEIGHTS) is None
    assert aside(WEIGHTS) is None
    assert caplog.messages == ["weights_in_memory (File too large): nothing else changes, the models take more memory"]
    assert list(disk.iterdir()) == []


def test_a_folder_that_cannot_be_made_leaves_weights_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert WeightsAside(tmp_path / "file" / "data")(WEIGHTS) is None
    (record,) = caplog.records
    assert EVENTS[record.name][str(record.msg)].name == "reading.weights_in_memory"
    assert record.getMessage().startswith("weights_in_memory (Not a directory)")


@pytest.mark.skipif(not IN_MEMORY.is_dir(), reason="needs a folder in memory")
def test_a_data_folder_in_memory_would_save_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        assert WeightsAside(Path(folder))(WEIGHTS) is None
    assert "the data folder is in memory itself" in caplog.messages[0]
