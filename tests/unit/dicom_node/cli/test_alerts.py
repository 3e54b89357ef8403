from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.ledger.alert_book import LedgerAlerts
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.alert import AlertKind, Cause, Terms
from tests.fakes.alert_messages import write_plainly
from tests.fakes.clock import FakeClock
from tests.fakes.webhook import serve_webhook


def write_config(folder: Path, *urls: str) -> str:
    channels = "".join(
        f'[[alert_channel]]\nname = "hook{number}"\nkind = "webhook"\nurl = "{url}"\n'
        for number, url in enumerate(urls)
    )
    (folder / "site.toml").write_text(f'[node]\ndata = "data"\n{channels}')
    return str(folder / "site.toml")


def test_every_channel_is_tried_and_says_who_took_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_webhook() as server:
        url = f"http://127.0.0.1:{server.port}/x"
        assert run(["alerts", "test", "--config", write_config(tmp_path, url, url)]) == 0
        assert len(server.bodies) == 2
    assert f"hook0: taken by {url}\nhook1: taken by {url}\n" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_a_channel_that_does_not_take_it_says_why_and_the_others_are_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_webhook() as gone, serve_webhook() as server:
        gone.status = 404
        config = write_config(tmp_path, f"http://127.0.0.1:{gone.port}/", f"http://127.0.0.1:{server.port}/")
        assert run(["alerts", "test", "--config", config]) == 1
        assert len(server.bodies) == 1
    assert "answered 404" in capsys.readouterr().err


def test_one_channel_can_be_tried_and_an_unknown_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path, "http://127.0.0.1:1/")
    assert run(["alerts", "test", "--config", config, "--channel", "pager"]) == 2
    assert "the configuration has hook0" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_node_without_alerts_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    engine = open_engine(database_url(tmp_path / "data"))
    create_tables(engine)
    engine.dispose()
    assert run(["alerts", "list", "--config", write_config(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "no alert is open" in shown
    assert "nothing is looked for" in shown


def test_what_is_not_over_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    engine = open_engine(database_url(tmp_path / "data"))
    create_tables(engine)
    book, terms = LedgerAlerts(engine, FakeClock(), write_plainly), Terms(*[FakeClock().now() - FakeClock().now()] * 2)
    book.note([Cause(AlertKind.PEER_DOWN, "pacs", "It is left alone.")], terms, {"hook0": ()})
    engine.dispose()
    assert run(["alerts", "list", "--config", write_config(tmp_path, "http://127.0.0.1:1/")]) == 0
    shown = capsys.readouterr()
    assert "peer-down" in shown.out
    assert "hook0: 1 message" in shown.err
