from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.breaker import Breaker, BreakerState

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
WAIT = timedelta(seconds=30)
CALM = Breaker("pacs", BreakerState.CLOSED, NOW)


def fail(breaker: Breaker, times: int = 1, limit: int = 3) -> Breaker:
    for _ in range(times):
        breaker = breaker.fail(NOW, "nobody answers", limit=limit, wait=WAIT)
    return breaker


def test_it_opens_at_the_limit_and_not_before() -> None:
    assert fail(CALM, 2).lets_all_through
    opened = fail(CALM, 3)
    assert (opened.state, opened.probe_at, opened.explanation) == (BreakerState.OPEN, NOW + WAIT, "nobody answers")


def test_one_answer_begins_the_count_anew() -> None:
    assert fail(fail(CALM, 2).succeed(NOW), 2).lets_all_through


def test_a_limit_of_0_never_opens() -> None:
    assert fail(CALM, 1000, limit=0).lets_all_through


def test_only_a_probe_that_finds_it_lets_one_through() -> None:
    opened = fail(CALM, 3)
    there = opened.keep_probe(NOW, reachable=True, explanation="", wait=WAIT)
    away = opened.keep_probe(NOW + WAIT, reachable=False, explanation="no route", wait=WAIT)
    assert (there.state, there.probe_at) == (BreakerState.HALF_OPEN, None)
    assert (away.state, away.probe_at, away.explanation) == (BreakerState.OPEN, NOW + 2 * WAIT, "no route")


@pytest.mark.parametrize("state", [BreakerState.CLOSED, BreakerState.HALF_OPEN])
def test_a_probe_that_comes_late_changes_nothing(state: BreakerState) -> None:
    breaker = replace(CALM, state=state)
    assert breaker.keep_probe(NOW, reachable=False, explanation="x", wait=WAIT) == breaker


def test_a_trial_that_fails_opens_it_again_and_counts_and_it_is_open_since_it_first_was() -> None:
    half = replace(fail(CALM, 3), state=BreakerState.HALF_OPEN, trial="x", probe_at=None)
    again = half.fail(NOW + WAIT, "busy", limit=3, wait=WAIT)
    assert (again.state, again.trials, again.trial, again.since) == (BreakerState.OPEN, 1, "", NOW)


def test_a_clock_that_jumped_back_delays_no_probe_beyond_the_longest_wait() -> None:
    opened = fail(CALM, 3)
    assert not opened.is_due(NOW, WAIT)
    assert opened.is_due(NOW + WAIT, WAIT)
    assert opened.is_due(NOW - timedelta(hours=1), WAIT)


@given(st.lists(st.sampled_from(["fail", "succeed", "there", "away"])))
def test_whatever_happens_an_open_one_is_probed_and_an_answer_closes_it(events: list[str]) -> None:
    breaker = CALM
    for event in events:
        if event in ("there", "away"):
            breaker = breaker.keep_probe(NOW, reachable=event == "there", explanation="", wait=WAIT)
        else:
            breaker = fail(breaker) if event == "fail" else breaker.succeed(NOW)
        assert (breaker.state is BreakerState.OPEN) == (breaker.probe_at is not None)
        assert breaker.succeed(NOW).lets_all_through
