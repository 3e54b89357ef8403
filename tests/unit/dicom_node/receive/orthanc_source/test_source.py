"""An Orthanc that is down, and one that refuses."""

from pathlib import Path

import pytest

from config.orthanc import Orthanc
from dicom_node.receive.orthanc_source.opening import call
from domain.errors import ConfigError
from tests.fakes.orthanc import FakeOrthanc
from tests.fakes.radiographs import make_radiograph
from tests.unit.dicom_node.receive.orthanc_source.workbench import Bench


class CountingOrthanc(FakeOrthanc):
    """Counts how often somebody knocks."""

    knocks = 0

    def _serve(self, request: object) -> object:  # type: ignore[override]
        self.knocks += 1
        return super()._serve(request)


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.__dict__["event"] for record in caplog.records if "event" in record.__dict__]


def test_an_orthanc_that_is_down_is_asked_less_and_less_and_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    orthanc = CountingOrthanc()
    bench = Bench(tmp_path, orthanc, retry_cap_seconds=100.0)
    orthanc.down = True
    bench.look(300)
    assert orthanc.knocks <= 12
    assert events(caplog) == ["receive.orthanc_down"]
    assert "Connection refused" in caplog.text


def test_it_is_followed_again_from_where_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    bench = Bench(tmp_path, retry_cap_seconds=10.0)
    bench.look()
    bench.orthanc.down = True
    bench.look(5)
    bench.orthanc.receive(make_radiograph(0))
    bench.orthanc.down = False
    bench.look(11)
    assert len(bench.taken) == 1
    assert events(caplog)[-2:] == ["receive.instance_stored", "receive.orthanc_up"]


def test_a_wrong_password_is_told_with_the_keys_to_check(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(tmp_path)
    bench.orthanc.refuses = True
    bench.look()
    assert "password_file" in caplog.text


def test_a_password_file_that_cannot_be_read_keeps_the_node_from_starting(tmp_path: Path) -> None:
    settings = Orthanc(name="ward", url="http://ward.test", user="me", password_file=tmp_path / "gone")
    with pytest.raises(ConfigError, match="password_file of orthanc ward"):
        call(settings)
