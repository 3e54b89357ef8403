from dataclasses import replace
from datetime import timedelta

import pytest

from dicom_node.console.pages.today import draw_bars, list_chores, midnight_before
from dicom_node.today_ports import DestinationNow, Hour, Waiting
from domain.breaker import BreakerState
from tests.fakes.arrivals import BEGIN
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.studies import FakeStudies, quiet_day

BUSY = replace(
    quiet_day(),
    received=41,
    failed=Waiting(2, BEGIN - timedelta(minutes=7), "1.2.3"),
    taking=Waiting(3, BEGIN - timedelta(minutes=4), "1.2.4"),
    destinations=(DestinationNow("pacs", BreakerState.OPEN, BEGIN - timedelta(hours=1), 9, 2, "refuses <b>us</b>"),),
    hours=(Hour(BEGIN, 10, 5), Hour(BEGIN + timedelta(hours=1), 0, 20)),
)


def open_today(today: object = BUSY) -> Browser:
    return Browser(open_console(make_services(studies=FakeStudies(today=today).book())))  # type: ignore[arg-type]


def test_the_first_page_says_what_needs_a_person_and_leads_there() -> None:
    browser = open_today()
    assert browser.get("/").headers["Location"] == "/today"
    text = browser.get("/today").text
    assert ">41<" in text
    assert 'href="/studies?standing=failed"' in text
    assert 'href="/studies/1.2.4"' in text  # the study that takes images longest


def test_what_a_peer_said_is_no_markup() -> None:
    text = open_today().get("/today").text
    assert "refuses &lt;b&gt;us&lt;/b&gt;" in text


def test_a_day_on_which_nothing_came_is_well() -> None:
    text = open_today(quiet_day()).get("/today", Accept_Language="en").text
    assert "Nothing needs a person" in text
    assert list_chores(quiet_day()) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_there_in_every_language(language: str) -> None:
    assert f'<html lang="{language}"' in open_today().get("/today", Accept_Language=language).text


def test_the_highest_bar_fills_the_chart() -> None:
    bars = draw_bars(BUSY.hours)
    assert [(bar.received_height, bar.answered_height) for bar in bars] == [(50, 25), (0, 100)]
    assert draw_bars((Hour(BEGIN, 0, 0),))[0].received_height == 0


def test_the_day_begins_at_midnight_of_this_machine() -> None:
    midnight = midnight_before(BEGIN)
    assert (midnight.hour, midnight.minute) == (0, 0)
    assert timedelta() <= BEGIN - midnight < timedelta(days=1, hours=1)
