"""From a cause in a data folder to whoever is told of it, over loopback, and over a restart."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.watching.alerts import start_alerts
from tests.fakes.hospital import wait_until
from tests.fakes.webhook import Webhook, serve_webhook


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def server() -> Iterator[Webhook]:
    with serve_webhook() as server:
        yield server


def run(settings: Settings, engine: Engine) -> ExitStack:
    stops = ExitStack()
    start_alerts(settings, engine, SystemClock(), stops, look_seconds=0.05, send_seconds=0.05)
    return stops


def make_settings(data: Path, url: str, free_disk_mib: int) -> Settings:
    channel = {"name": "hook", "kind": "webhook", "url": url, "timeout_seconds": 5}
    alerts = {"free_disk_mib": free_disk_mib, "settle_seconds": 0}
    return Settings.model_validate({"node": {"data": data}, "alert_channel": [channel], "alerts": alerts})


def test_a_cause_is_told_once_over_a_restart_and_so_is_its_end(tmp_path: Path, engine: Engine, server: Webhook) -> None:
    url = f"http://127.0.0.1:{server.port}/"
    full, empty = make_settings(tmp_path, url, 10**12), make_settings(tmp_path, url, 1)
    with run(full, engine):
        wait_until(lambda: len(server.bodies) == 1)
    with run(full, engine):
        pass
    with run(empty, engine):
        wait_until(lambda: len(server.bodies) == 2)
    told = [json.loads(body) for body in server.bodies]
    assert [(each["event"], each["cause"]) for each in told] == [("raised", "disk"), ("cleared", "disk")]
    assert told[0]["alert"] == told[1]["alert"]


def test_what_nobody_took_before_a_restart_is_told_after_it(tmp_path: Path, engine: Engine, server: Webhook) -> None:
    server.status = 503
    settings = make_settings(tmp_path, f"http://127.0.0.1:{server.port}/", 10**12)
    with run(settings, engine):
        wait_until(lambda: len(server.bodies) == 1)
    server.status = 204
    with engine.begin() as connection:  # the wait of half a minute is over
        connection.exec_driver_sql("UPDATE alert_message SET next_at = created_at")
    with run(settings, engine):
        wait_until(lambda: len(server.bodies) == 2)
    first, again = (json.loads(body) for body in server.bodies)
    assert first["id"] == again["id"]
