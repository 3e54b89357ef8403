"""Delivered is not committed: the states of a commitment, whatever a provider says, how often, in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commitment import (
    CLASS_CONFLICT,
    DUPLICATE_TRANSACTION,
    ENDED,
    NO_SUCH_OBJECT,
    PROCESSING_FAILURE,
    Commitment,
    CommitmentState,
    Item,
    Report,
    Terms,
    note_asked,
    note_not_asked,
    note_report,
    note_resent,
    note_retried,
    note_silence,
)

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms(DAY, max_silences=2, max_resends=3)
UIDS = ("1.2.1", "1.2.2", "1.2.3")
BEGUN = Commitment("1.2", 1, "pacs", tuple(Item("1.9", uid) for uid in UIDS), next_at=NOW)
State = CommitmentState


def asked(commitment: Commitment = BEGUN) -> Commitment:
    return note_asked(commitment, commitment.ask, NOW, TERMS)


def say(commitment: Commitment, *kept: str, ask: int = 0, **failed: int) -> Commitment:
    """Let a report come; `failed` names instances by the last digit of their UID: `_3=0x0112`."""
    reasons = {f"1.2.{name[1:]}": reason for name, reason in failed.items()}
    report = Report("1.5", frozenset(kept), reasons)
    return note_report(commitment, ask or commitment.ask, report, NOW, TERMS)


def test_what_is_asked_for_and_reported_kept_is_committed() -> None:
    done = say(asked(), *UIDS)
    assert (done.state, done.committed_at, done.outstanding) == (State.COMMITTED, NOW, ())


def test_a_report_that_overtakes_the_answer_to_the_request_stands() -> None:
    done = say(BEGUN, *UIDS)
    assert note_asked(done, 1, NOW, TERMS) == done
    failed = say(BEGUN, *UIDS[:2], _3=NO_SUCH_OBJECT)
    assert note_asked(failed, 1, NOW, TERMS).state is State.FAILED


def test_what_is_not_kept_is_sent_again_and_only_that_is_asked_for_again() -> None:
    failed = say(asked(), *UIDS[:2], _3=NO_SUCH_OBJECT)
    assert (failed.state, [item.sop_instance_uid for item in failed.failed]) == (State.FAILED, ["1.2.3"])
    assert "1 of 3 documents are not kept: 0x0112" in failed.explanation
    again = note_resent(replace(failed, state=State.RESENDING), NOW)
    assert (again.state, [item.sop_instance_uid for item in again.outstanding]) == (State.DUE, ["1.2.3"])
    assert again.transaction_uid != BEGUN.transaction_uid
    assert say(asked(again), "1.2.3").state is State.COMMITTED


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (NO_SUCH_OBJECT, State.FAILED),
        (PROCESSING_FAILURE, State.DUE),
        (DUPLICATE_TRANSACTION, State.DUE),
        (CLASS_CONFLICT, State.HELD),
        (0x7777, State.HELD),
    ],
)
def test_each_reason_has_its_consequence(reason: int, state: CommitmentState) -> None:
    after = say(asked(), _1=reason, _2=reason, _3=reason)
    assert after.state is state
    assert after.ask == (2 if state is State.DUE else 1)


def test_it_is_not_sent_again_for_ever() -> None:
    commitment = BEGUN
    for _ in range(3):
        commitment = note_resent(replace(say(asked(commitment), _1=NO_SUCH_OBJECT), state=State.RESENDING), NOW)
    held = say(asked(commitment), _1=NO_SUCH_OBJECT)
    assert (held.state, held.resends) == (State.HELD, 4)
    retried = note_retried(held, NOW)
    assert (retried.state, retried.resends, retried.ask) == (State.DUE, 0, 5)


def test_no_report_in_time_is_asked_again_and_then_held() -> None:
    assert note_silence(asked(), NOW + DAY / 2, TERMS) == asked()
    again = note_silence(asked(), NOW + DAY, TERMS)
    assert (again.state, again.ask, again.silences) == (State.DUE, 2, 1)
    held = note_silence(asked(again), NOW + 2 * DAY, TERMS)
    assert held.state is State.HELD
    assert "osteonode retry" in held.explanation
    assert say(held, *UIDS).state is State.COMMITTED


def test_a_request_that_is_not_taken_is_made_again_under_the_same_uid_until_it_is_held() -> None:
    later = note_not_asked(BEGUN, 1, NOW, "nobody there", timedelta(seconds=5))
    assert (later.transaction_uid, later.attempts, later.next_at) == (BEGUN.transaction_uid, 1, NOW + DAY / 17280)
    assert note_not_asked(later, 1, NOW, "nobody there", None).state is State.HELD
    assert note_not_asked(asked(), 1, NOW, "too late", None) == asked()


def test_a_failure_that_an_earlier_request_reports_changes_nothing_but_what_it_keeps_is_kept() -> None:
    second = asked(note_silence(asked(), NOW + DAY, TERMS))
    assert say(second, ask=1, _1=NO_SUCH_OBJECT).state is State.ASKED
    assert say(second, *UIDS, ask=1).state is State.COMMITTED


def test_a_report_of_a_part_leaves_the_rest_outstanding() -> None:
    part = say(asked(), UIDS[0])
    assert (part.state, len(part.outstanding)) == (State.ASKED, 2)
    assert say(part, *UIDS[1:]).state is State.COMMITTED


def test_reports_that_say_nothing_do_not_buy_patience() -> None:
    second = asked(note_silence(asked(), NOW + DAY, TERMS))
    assert note_silence(say(second, "1.2.99"), NOW + 2 * DAY, TERMS).state is State.HELD
    assert note_silence(say(second, UIDS[0]), NOW + 2 * DAY, TERMS).state is State.DUE


def test_a_report_on_something_else_changes_nothing() -> None:
    assert say(asked(), "1.2.99", _77=NO_SUCH_OBJECT).state is State.ASKED


reports = st.dictionaries(
    st.sampled_from(UIDS),
    st.sampled_from([0, NO_SUCH_OBJECT, PROCESSING_FAILURE, CLASS_CONFLICT, DUPLICATE_TRANSACTION]),
)
Step = tuple[str, int, dict[str, int]]
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("report"), st.integers(1, 6), reports),
    st.tuples(st.just("asked"), st.just(0), st.just({})),
    st.tuples(st.just("unreachable"), st.booleans(), st.just({})),
    st.tuples(st.just("time"), st.just(0), st.just({})),
    st.tuples(st.just("resent"), st.just(0), st.just({})),
)


def advance(commitment: Commitment, step: Step) -> Commitment:
    what, number, reasons = step
    if what == "report":
        kept = frozenset(uid for uid, reason in reasons.items() if not reason)
        report = Report("1.5", kept, {uid: reason for uid, reason in reasons.items() if reason})
        return note_report(commitment, min(number, commitment.ask), report, NOW, TERMS)
    if what == "unreachable":
        return note_not_asked(commitment, commitment.ask, NOW, "away", None if number else timedelta(0))
    if what == "resent":
        moved = replace(commitment, state=State.RESENDING) if commitment.state is State.FAILED else commitment
        return note_resent(moved, NOW)
    return asked(commitment) if what == "asked" else note_silence(commitment, NOW + 2 * DAY, TERMS)


@given(st.lists(steps, max_size=30))
def test_whatever_happens_committed_means_that_a_report_kept_every_instance(
    happened: list[Step],
) -> None:
    commitment, ever_kept = BEGUN, set[str]()
    for step in happened:
        before = commitment
        commitment = advance(commitment, step)
        ever_kept |= {uid for uid, reason in step[2].items() if not reason} if step[0] == "report" else set()
        assert {item.sop_instance_uid for item in commitment.items if item.committed} <= ever_kept
        assert {item.sop_instance_uid for item in before.items if item.committed} <= {
            item.sop_instance_uid for item in commitment.items if item.committed
        }
        assert (commitment.state is State.COMMITTED) == (not commitment.outstanding)
        assert commitment.next_at is not None or commitment.state in ENDED | {State.FAILED}
        assert commitment.ask >= before.ask
