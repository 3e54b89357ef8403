from datetime import UTC, datetime, timedelta

from domain.alert import Alert, AlertEvent, AlertKind, Cause, Terms, judge

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TERMS = Terms(remind_after=timedelta(hours=24), settle=timedelta(minutes=2))
DOWN = Cause(AlertKind.PEER_DOWN, "pacs", "It is left alone.")
OPEN = Alert(1, DOWN, START, START, START)


def events(open_alerts: list[Alert], causes: list[Cause], **later: float) -> list[tuple[AlertEvent, str]]:
    changes = judge(open_alerts, causes, START + timedelta(**later), TERMS)
    return [(each.event, each.cause.subject) for each in changes]


def test_a_new_cause_is_raised() -> None:
    assert events([], [DOWN]) == [(AlertEvent.RAISED, "pacs")]


def test_a_cause_that_lasts_is_told_once() -> None:
    assert events([OPEN], [DOWN], hours=23) == []


def test_words_that_change_make_no_other_cause() -> None:
    assert events([OPEN], [Cause(AlertKind.PEER_DOWN, "pacs", "And still.")], hours=1) == []


def test_the_same_kind_elsewhere_is_another_cause() -> None:
    assert events([OPEN], [DOWN, Cause(AlertKind.PEER_DOWN, "ris", "")]) == [(AlertEvent.RAISED, "ris")]


def test_a_cause_that_lasts_is_reminded_of() -> None:
    assert events([OPEN], [DOWN], hours=24) == [(AlertEvent.REMINDER, "pacs")]


def test_a_cause_that_is_gone_for_a_moment_is_not_over() -> None:
    assert events([OPEN], [], minutes=1) == []


def test_a_cause_that_is_gone_for_a_while_is_over() -> None:
    assert events([OPEN], [], minutes=2) == [(AlertEvent.CLEARED, "pacs")]
