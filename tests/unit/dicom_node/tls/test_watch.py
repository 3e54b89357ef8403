import logging
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import ListenerTls, Settings
from dicom_node.tls.certificates import read_certificates
from dicom_node.tls.revocation import read_revocation_lists
from dicom_node.tls.watch import (
    CERTIFICATE_EXPIRES,
    CERTIFICATE_UNREADABLE,
    CERTIFICATE_USELESS,
    watch_certificates,
)
from tests.fakes.certificates import make_pki

PKI = make_pki()
END = read_certificates(PKI.path("server.pem"))[0].not_after


def watch(caplog: pytest.LogCaptureFixture, now: datetime, tls: ListenerTls | None = None) -> list[tuple[str, int]]:
    """Return event and level of what is logged, for a certificate of the node that ends at `END`."""
    own = tls or PKI.listener(client_certificates="optional", authorities_file=None)
    watch_certificates(Settings(tls=own), now)
    return [(getattr(record, "event", ""), record.levelno) for record in caplog.records]


def test_nothing_is_said_of_a_certificate_with_thirty_days(caplog: pytest.LogCaptureFixture) -> None:
    assert watch(caplog, END - timedelta(days=30)) == []


def test_one_that_is_near_its_end_is_a_warning_with_the_days(caplog: pytest.LogCaptureFixture) -> None:
    assert watch(caplog, END - timedelta(days=29, hours=1)) == [(CERTIFICATE_EXPIRES, logging.WARNING)]
    assert "tls.certificate_file: " in caplog.text
    assert "29 days left: renew it, and put the new one in its place" in caplog.text


@pytest.mark.parametrize("now", [END + timedelta(hours=1), END - timedelta(days=3660)])
def test_one_that_is_of_no_use_is_an_error(caplog: pytest.LogCaptureFixture, now: datetime) -> None:
    assert watch(caplog, now) == [(CERTIFICATE_USELESS, logging.ERROR)]


def test_a_file_that_is_gone_since_the_start_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    gone = PKI.listener(certificate_file=PKI.path("gone.pem"))
    assert watch(caplog, datetime.now(UTC), gone) == [(CERTIFICATE_UNREADABLE, logging.ERROR)]


def test_a_revocation_list_of_a_week_is_told_of_in_its_last_days(caplog: pytest.LogCaptureFixture) -> None:
    (found,) = read_revocation_lists(PKI.path("crl.pem"))
    tls = PKI.listener(revocation_files=[PKI.path("crl.pem")])
    for days in (-3, -1, 1):
        watch(caplog, found.not_after + timedelta(days=days), tls)
    told = [record.levelno for record in caplog.records if "tls.revocation_files: " in record.getMessage()]
    assert told == [logging.WARNING, logging.ERROR]
