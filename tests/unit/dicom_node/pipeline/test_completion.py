from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Completion
from dicom_node.pipeline.completion import due
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
    assert due(open_study(last_seconds), BEGIN + timedelta(seconds=now_seconds), SETTINGS) is rule


@pytest.mark.parametrize("state", [state for state in StudyState if state is not StudyState.OPEN])
def test_only_an_open_study_closes(state: StudyState) -> None:
    assert due(replace(open_study(), state=state), BEGIN + timedelta(days=1), SETTINGS) is None


def test_a_clock_that_was_set_back_closes_nothing_early() -> None:
    assert due(open_study(), BEGIN - timedelta(seconds=5), SETTINGS) is None


@given(gaps=st.lists(st.floats(0, 59), min_size=1, max_size=30))
def test_a_study_never_closes_between_images_that_come_quickly_unless_capped(gaps: list[float]) -> None:
    last = 0.0
    for gap in gaps:
        rule = due(open_study(last), BEGIN + timedelta(seconds=last + gap), SETTINGS)
        assert rule is (CompletionRule.HARD_CAP if timedelta(seconds=last + gap) >= timedelta(seconds=600) else None)
        last += gap
