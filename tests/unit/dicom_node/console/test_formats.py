from datetime import UTC, datetime, timedelta

import pytest

from dicom_node.console.formats import write_code, write_duration, write_moment, write_percent, write_prose, write_size


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (0, "0 s"),
        (1.25, "1.2 s"),
        (59.9, "59 s"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(days=2, minutes=5, seconds=1), "2 d 5 min"),
        (-90, "-1 min 30 s"),
        (None, "-"),
    ],
)
def test_a_duration_has_its_two_largest_units(length: timedelta | float | None, shown: str) -> None:
    assert f">{shown}<" in write_duration(length)


def test_a_moment_is_exact_for_programs() -> None:
    moment = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert 'datetime="2026-03-01T08:00:00+00:00"' in write_moment(moment)
    assert write_moment(None) == "<span>-</span>"


@pytest.mark.parametrize(("number", "shown"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 30, "5.0 GiB")])
def test_a_size_has_its_unit(number: int, shown: str) -> None:
    assert shown in write_size(number)


def test_a_code_is_written_from_left_to_right_and_is_no_markup() -> None:
    assert write_code("<b>1.2.3") == '<bdi dir="ltr" class="code">&lt;b&gt;1.2.3</bdi>'


@pytest.mark.parametrize(("fraction", "shown"), [(0.125, "12.5%"), (None, "-")])
def test_a_fraction_is_a_percentage(fraction: float | None, shown: str) -> None:
    assert shown in write_percent(fraction)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("correct `port` here", 'correct <code dir="ltr">port</code> here'),
        ("`<b>`", '<code dir="ltr">&lt;b&gt;</code>'),
        ("one ` alone <b>", "one ` alone &lt;b&gt;"),
        ("", ""),
    ],
)
def test_words_of_the_configuration_stand_out_in_a_sentence(text: str, shown: str) -> None:
    assert write_prose(text) == shown
