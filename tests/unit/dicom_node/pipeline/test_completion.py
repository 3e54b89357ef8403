from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Completion
from dicom_node.pipeline.completion import NO_FACTS, Facts, Question, due, is_question_due
from domain.completeness import CountedBy, ImageCount, Known, Remark
from domain.study import CompletionRule, Study, StudyState

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SETTINGS = Completion(quiet_seconds=60, hard_cap_seconds=600)


def open_study(last_seconds: float = 0.0) -> Study:
    return Study("1.1", StudyState.OPEN, 1, BEGIN, BEGIN + timedelta(seconds=last_seconds))


@pytest.mark.parametrize(
    ("last_seconds", "now_seconds", "rule"),
    [
        (0, 59.999, None),
        (0, 60, CompletionRule.QUIET_TIME),
        (30, 89.999, None),
        (30, 90, CompletionRule.QUIET_TIME),
        (595, 599.999, None),
        (595, 600, CompletionRule.HARD_CAP),
        (500, 600, CompletionRule.QUIET_TIME),
    ],
)
def test_a_study_closes_at_the_first_moment_that_a_rule_allows(
    last_seconds: float, now_seconds: float, rule: CompletionRule | None
) -> None:
    assert due(open_study(last_seconds), NO_FACTS, BEGIN + timedelta(seconds=now_seconds), SETTINGS) is rule


@pytest.mark.parametrize("state", [state for state in StudyState if state is not StudyState.OPEN])
def test_only_an_open_study_closes(state: StudyState) -> None:
    assert due(replace(open_study(), state=state), NO_FACTS, BEGIN + timedelta(days=1), SETTINGS) is None


def test_a_clock_that_is_corrected_by_a_little_closes_nothing_early() -> None:
    assert due(open_study(), NO_FACTS, BEGIN - timedelta(seconds=59), SETTINGS) is None


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_does_not_keep_a_study_open_until_it_has_caught_up(step: timedelta) -> None:
    assert due(open_study(), NO_FACTS, BEGIN - step, SETTINGS) is CompletionRule.QUIET_TIME


@given(gaps=st.lists(st.floats(0, 59), min_size=1, max_size=30))
def test_a_study_never_closes_between_images_that_come_quickly_unless_capped(gaps: list[float]) -> None:
    last = 0.0
    for gap in gaps:
        rule = due(open_study(last), NO_FACTS, BEGIN + timedelta(seconds=last + gap), SETTINGS)
        assert rule is (CompletionRule.HARD_CAP if timedelta(seconds=last + gap) >= timedelta(seconds=600) else None)
        last += gap


def facts(*counts: ImageCount, remarks: set[Remark] | None = None, **values: Any) -> Facts:
    return Facts(Known(counts, frozenset(remarks or set())), **values)


def mpps(arrived: int, expected: int) -> ImageCount:
    return ImageCount(CountedBy.MPPS, arrived, expected)


def order(arrived: int, expected: int) -> ImageCount:
    return ImageCount(CountedBy.ORDER, arrived, expected)


def source(arrived: int, expected: int) -> ImageCount:
    return ImageCount(CountedBy.C_FIND, arrived, expected)


def close_at(seconds: float, found: Facts, **settings: float) -> CompletionRule | None:
    """Return what closes a study of one image so long after it."""
    configured = Completion(quiet_seconds=60, hard_cap_seconds=600).model_copy(update=settings)
    return due(open_study(), found, BEGIN + timedelta(seconds=seconds), configured)


ANSWERED, DUE, ASKED = Question.ANSWERED, Question.DUE, Question.ASKED
OPEN, IN_PROGRESS = {Remark.ASSOCIATION_OPEN}, {Remark.STEP_IN_PROGRESS}


@pytest.mark.parametrize(
    ("seconds", "found", "rule"),
    [
        # At once, where everything that was made or that the order expects is here.
        (0, facts(mpps(2, 2)), CompletionRule.MPPS_COMPLETED),
        (0, facts(mpps(2, 2), remarks=OPEN), CompletionRule.MPPS_COMPLETED),
        (0, facts(mpps(2, 2), remarks=IN_PROGRESS), None),
        (0, facts(order(2, 2)), CompletionRule.EXPECTED_VIEWS),
        (0, facts(order(3, 2)), CompletionRule.EXPECTED_VIEWS),
        (0, facts(order(2, 2), remarks=OPEN), None),
        (0, facts(order(2, 2), remarks=IN_PROGRESS), None),
        (0, facts(mpps(1, 2), order(2, 2)), None),
        (0, facts(mpps(2, 2), order(2, 3)), CompletionRule.MPPS_COMPLETED),
        # Silence means nothing while somebody works, or somebody has counted more.
        (60, facts(remarks=OPEN), None),
        (60, facts(remarks=IN_PROGRESS), None),
        (60, facts(remarks={Remark.STEP_DISCONTINUED}), CompletionRule.QUIET_TIME),
        (60, facts(mpps(1, 2)), None),
        (60, facts(order(1, 2)), None),
        (60, facts(source(1, 2), question=ANSWERED), None),
        (60, facts(source(2, 2), order(2, 3), question=ANSWERED), CompletionRule.SOURCE_COUNT),
        # The source is asked after the quiet time, and waited for.
        (60, facts(question=DUE), None),
        (60, facts(question=ASKED), None),
        (60, facts(source(1, 1), question=ANSWERED), CompletionRule.SOURCE_COUNT),
        (60, facts(remarks={Remark.SOURCE_UNREACHABLE}, question=ANSWERED), CompletionRule.QUIET_TIME),
        # Nothing keeps a study beyond the cap.
        (600, facts(remarks=OPEN), CompletionRule.HARD_CAP),
        (600, facts(remarks=IN_PROGRESS), CompletionRule.HARD_CAP),
        (600, facts(order(1, 2)), CompletionRule.HARD_CAP),
        (600, facts(source(1, 2), question=DUE), CompletionRule.HARD_CAP),
        (600, facts(question=ASKED), CompletionRule.HARD_CAP),
        (600, facts(source(1, 1), question=ANSWERED), CompletionRule.SOURCE_COUNT),
    ],
)
def test_what_is_known_decides_and_silence_where_nothing_is(
    seconds: float, found: Facts, rule: CompletionRule | None
) -> None:
    assert close_at(seconds, found) is rule


@pytest.mark.parametrize(
    ("seconds", "released", "shorter", "rule"),
    [
        (5, True, 5.0, CompletionRule.RELEASED),
        (4.9, True, 5.0, None),
        (5, False, 5.0, None),
        (5, True, None, None),
        (60, True, 5.0, CompletionRule.QUIET_TIME),
    ],
)
def test_after_a_release_a_shorter_silence_may_do(
    seconds: float, released: bool, shorter: float | None, rule: CompletionRule | None
) -> None:
    assert close_at(seconds, Facts(released=released), released_quiet_seconds=shorter) is rule


@pytest.mark.parametrize(
    ("seconds", "found", "asked"),
    [
        (59, facts(question=DUE), False),
        (60, facts(question=DUE), True),
        (60, facts(order(1, 2), question=DUE), True),
        (60, facts(source(1, 2), question=DUE), True),
        (60, facts(mpps(1, 2), question=DUE), False),
        (60, facts(remarks=OPEN, question=DUE), False),
        (60, facts(question=ASKED), False),
        (60, facts(question=ANSWERED), False),
        (60, facts(), False),
    ],
)
def test_a_source_is_asked_once_it_is_quiet_and_nobody_works(seconds: float, found: Facts, asked: bool) -> None:
    assert is_question_due(open_study(), found, BEGIN + timedelta(seconds=seconds), SETTINGS) is asked


@given(
    found=st.builds(
        Facts,
        st.builds(
            Known,
            st.lists(
                st.sampled_from([mpps(1, 2), mpps(2, 2), order(1, 2), order(2, 2), source(1, 2), source(2, 2)])
            ).map(lambda counts: tuple({each.counted_by: each for each in counts}.values())),
            st.frozensets(st.sampled_from(Remark)),
        ),
        st.sampled_from(Question),
        st.booleans(),
    )
)
def test_whatever_is_known_a_study_closes_at_the_cap(found: Facts) -> None:
    assert close_at(600, found) is not None
