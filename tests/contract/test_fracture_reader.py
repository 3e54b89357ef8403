"""What the pipeline may rely on, of the readers in child processes and of the light one of the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Reading
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.reading_parts import WarmReader
from domain.finding import ReadingStatus
from tests.fakes.light_reader import LightReader
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.fakes.stand_in_bundle import write_bundle


@pytest.fixture(params=[pytest.param("pool", marks=pytest.mark.slow), "light"], scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmReader]:
    bundle = write_bundle(tmp_path_factory.mktemp("bundle"))
    pool = ReaderPool.of_settings(Reading(bundle=bundle, threads=1))
    reader: WarmReader = pool if request.param == "pool" else LightReader()
    reader.warm_up()
    yield reader
    reader.close()


def test_a_reading_speaks_of_the_image_it_was_asked_for(reader: WarmReader, tmp_path: Path) -> None:
    ds = make_radiograph(3, rows=128, columns=96)
    read = reader.read(save_radiograph(ds, tmp_path / "image.dcm"), evidence_folder=tmp_path)
    assert read.reading.sop_instance_uid == ds.SOPInstanceUID
    assert (read.reading.rows, read.reading.columns) == (128, 96)


def test_a_reading_is_of_the_set_of_models_that_the_reader_names(reader: WarmReader, tmp_path: Path) -> None:
    path = save_radiograph(make_radiograph(3, rows=128, columns=96), tmp_path / "image.dcm")
    assert reader.read(path, evidence_folder=tmp_path).reading.model_set == reader.model_set


def test_the_display_is_a_picture_in_the_evidence_folder(reader: WarmReader, tmp_path: Path) -> None:
    path = save_radiograph(make_radiograph(3, rows=128, columns=96), tmp_path / "image.dcm")
    display = reader.read(path, evidence_folder=tmp_path).display_path
    assert display is not None
    assert display.is_relative_to(tmp_path)
    assert display.read_bytes().startswith(b"\x89PNG")


def test_what_is_not_read_says_why(reader: WarmReader, tmp_path: Path) -> None:
    path = save_radiograph(make_radiograph(3, rows=128, columns=96), tmp_path / "image.dcm")
    reading = reader.read(path, evidence_folder=tmp_path).reading
    assert (reading.reason is None) == (reading.status is ReadingStatus.READ)
