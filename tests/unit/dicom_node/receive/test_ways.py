"""Which ways in a configuration asks for, and what it must bring for them."""

from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.receive import ways
from domain.errors import ConfigError
from tests.fakes.clock import FakeClock
from tests.fakes.feed_ledger import FakeFeedLedger
from tests.fakes.instance_ledger import FakeInstanceLedger


def build(data: Path, **tables: object) -> list[str]:
    settings = Settings.model_validate(tables)
    found = list(ways.build(settings, FakeInstanceLedger(), FakeFeedLedger(), FakeClock(), data))
    return [type(way).__name__ for way in found]


def test_c_store_alone_is_what_a_site_gets_that_asks_for_nothing(tmp_path: Path) -> None:
    assert build(tmp_path) == []


def test_each_table_opens_its_way(tmp_path: Path) -> None:
    tables = {
        "http": {"port": 0},
        "folder": [{"name": "a", "path": tmp_path}, {"name": "b", "path": tmp_path}],
        "orthanc": [{"name": "ward", "url": "http://ward.test:8042"}],
    }
    assert build(tmp_path, **tables) == ["StowRs", "WatchedFolder", "WatchedFolder", "OrthancSource"]


def test_what_a_crash_left_is_removed_before_the_first_file_comes(tmp_path: Path) -> None:
    (tmp_path / "incoming" / "files").mkdir(parents=True)
    (tmp_path / "incoming" / "files" / "left.part").write_bytes(b"x")
    build(tmp_path)
    assert list((tmp_path / "incoming" / "files").iterdir()) == []


def test_every_secret_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {
            "http_client": [{"name": "gateway", "token_file": tmp_path / "no-token"}],
            "orthanc": [{"name": "ward", "url": "http://ward.test", "password_file": tmp_path / "no-password"}],
        }
    )
    with pytest.raises(ConfigError) as raised:
        ways.require_secrets(settings)
    assert len(raised.value.problems) == 2
