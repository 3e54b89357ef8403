from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.monitoring.secrets import require_channels
from dicom_node.monitoring_ports import Standing
from dicom_node.watching.alerts import Looking, open_channels
from domain.alert import AlertKind, Cause
from domain.errors import ConfigError
from tests.fakes.alert_book import FakeAlertBook
from tests.fakes.certificates import make_pki
from tests.fakes.clock import FakeClock
from tests.fakes.measured_ledger import FakeMeasuredLedger

CHANNEL = {"name": "pager", "kind": "webhook", "url": "https://pager.example/"}
MAIL = {"name": "it", "kind": "email", "host": "h", "sender": "a@b.example", "recipients": ["c@d.example"]}


def make_settings(data: Path, **tables: object) -> Settings:
    values = {"node": {"data": data}, "limits": {"free_disk_mib": 1}, "alerts": {"free_disk_mib": 1}}
    return Settings.model_validate(values | {"alert_channel": [CHANNEL]} | tables)


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    clock = FakeClock()
    return Looking(make_settings(tmp_path), FakeAlertBook(clock), FakeMeasuredLedger(), clock)


def titles(looking: Looking) -> list[str]:
    return [each.text.title for each in looking.book.due("pager")]


def test_what_the_ledger_holds_becomes_alerts(looking: Looking) -> None:
    assert looking.look() == 0
    assert isinstance(looking.ledger, FakeMeasuredLedger)
    looking.ledger.now = Standing(dead_letters={"pacs": 2})
    assert looking.look() == 1
    assert looking.look() == 0
    assert titles(looking) == ["raised dead-letter pacs"]


def test_other_sources_are_asked_too(looking: Looking) -> None:
    drifts = [Cause(AlertKind.DRIFT, "wrist", "PSI 0.3")]
    looking = replace(looking, sources=(lambda: drifts,))
    assert looking.look() == 1
    assert titles(looking) == ["raised drift wrist"]


@pytest.mark.parametrize(("days", "is_told"), [(10_000, True), (0, False)])
def test_a_certificate_near_its_end_is_told_by_the_key_that_names_it(
    looking: Looking, days: int, is_told: bool
) -> None:
    alerts = looking.settings.alerts.model_copy(update={"certificate_days": days})
    settings = looking.settings.model_copy(update={"tls": make_pki().listener(), "alerts": alerts})
    replace(looking, settings=settings).look()
    assert ("raised certificate tls.certificate_file" in titles(looking)) is is_told


@pytest.mark.parametrize(("name", "is_told"), [("crl.pem", False), ("crl-expired.pem", True)])
def test_a_revocation_list_is_told_near_its_own_end_and_not_for_lasting_days(
    looking: Looking, name: str, is_told: bool
) -> None:
    pki, clock = make_pki(), FakeClock(datetime.now(UTC))
    tls = pki.listener(revocation_files=[pki.path(name)])
    replace(looking, settings=looking.settings.model_copy(update={"tls": tls}), clock=clock).look()
    assert ("raised certificate tls.revocation_files" in titles(looking)) is is_told


def test_each_kind_of_channel_is_opened(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, alert_channel=[CHANNEL, MAIL])
    assert [each.name for each in open_channels(settings, FakeClock())] == ["pager", "it"]


def test_secrets_that_cannot_be_read_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    channels = [
        CHANNEL | {"secret_file": tmp_path / "gone"},
        MAIL | {"user": "node", "password_file": tmp_path / "empty"},
    ]
    with pytest.raises(ConfigError) as caught:
        require_channels(make_settings(tmp_path, alert_channel=channels))
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "alert_channel pager.secret_file",
        "alert_channel it.password_file",
    ]
