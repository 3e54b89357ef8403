from datetime import UTC, datetime, timedelta

import pytest

from dicom_node.doctor.clocks import compare, examine_clock, read_hl7_time, read_http_date
from dicom_node.doctor.verdicts import Verdict

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead_seconds", "verdict", "words"),
    [(0, Verdict.GOOD, "agree"), (3600, Verdict.WARNING, "3600 s ahead of"), (-90, Verdict.WARNING, "90 s behind")],
)
def test_two_clocks_are_compared(ahead_seconds: int, verdict: Verdict, words: str) -> None:
    (check,) = compare(NOW + timedelta(seconds=ahead_seconds), NOW)
    assert check.verdict is verdict
    assert words in check.meaning


def test_a_peer_that_does_not_say_is_not_judged() -> None:
    assert list(compare(None, NOW)) == []


@pytest.mark.parametrize("header", [None, "", "yesterday"])
def test_a_date_that_is_none_is_none(header: str | None) -> None:
    assert read_http_date(header) is None


def test_the_date_of_http_is_read() -> None:
    assert read_http_date("Sun, 01 Mar 2026 12:00:00 GMT") == NOW


@pytest.mark.parametrize("field", ["20260301120000+0000", "20260301120000.1234+0000", "20260301140000+0200"])
def test_the_time_of_hl7_is_read_to_the_second(field: str) -> None:
    assert read_hl7_time(field) == NOW


def test_a_time_without_an_offset_is_of_this_zone() -> None:
    local = datetime(2026, 3, 1, 12, 0, 0).astimezone()
    assert read_hl7_time("20260301120000") == local
    assert read_hl7_time("2026") is None


def test_this_machine_says_what_its_kernel_knows() -> None:
    (check,) = examine_clock()
    assert check.verdict in set(Verdict) - {Verdict.FAULT}
