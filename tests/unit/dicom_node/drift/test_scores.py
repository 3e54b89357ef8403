from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.drift.scores import DAYS, LEAST_IMAGES, DriftLine, DriftLook, DriftVerdict
from dicom_node.reading_ports import SentReadings
from domain.errors import ModelError
from inference.zoo import load_manifest, model_set
from tests.fakes.clock import FakeClock
from tests.fakes.scores import FakeReadingScores, put_reference, send

AS_BEFORE = (0.05, 0.15, 0.3, 0.9)
CHANGED = (0.05, 0.9, 0.9, 0.9)


def make_look(folder: Path, *sent: SentReadings, **changes: object) -> tuple[DriftLook, FakeReadingScores, FakeClock]:
    scores, clock = FakeReadingScores(*sent), FakeClock()
    return DriftLook(scores, clock, put_reference(folder, **changes), "f32"), scores, clock


def judge(folder: Path, sent: SentReadings, **changes: object) -> DriftLine:
    look, _, _ = make_look(folder, sent, **changes)
    (line,) = look.lines()
    return line


def test_scores_as_on_validation_are_so(tmp_path: Path) -> None:
    line = judge(tmp_path, send(400, AS_BEFORE))
    assert line.verdict is DriftVerdict.SAME
    assert line.index == pytest.approx(0)
    assert (line.doubt_share, line.reference_doubt) == (0.5, 0.5)


def test_scores_that_moved_differ(tmp_path: Path) -> None:
    line = judge(tmp_path, send(400, CHANGED))
    assert line.verdict is DriftVerdict.DIFFERS
    assert line.index is not None
    assert line.limit is not None
    assert line.index > line.limit > 0


def test_a_difference_that_many_images_show_may_still_be_small(tmp_path: Path) -> None:
    line = judge(tmp_path, send(30_000, (*AS_BEFORE * 2, 0.9)))
    assert line.index is not None
    assert line.limit is not None
    assert line.limit < 0.1
    assert line.verdict is DriftVerdict.SAME


def test_too_few_images_are_not_compared(tmp_path: Path) -> None:
    line = judge(tmp_path, send(LEAST_IMAGES - 1, CHANGED))
    assert (line.verdict, line.index, line.read) == (DriftVerdict.TOO_FEW, None, LEAST_IMAGES - 1)


def test_a_region_without_validation_images_is_compared_with_nothing(tmp_path: Path) -> None:
    assert judge(tmp_path, send(100, CHANGED, region="hip")).verdict is DriftVerdict.NO_REFERENCE


def test_what_other_models_said_is_no_reference(tmp_path: Path) -> None:
    assert judge(tmp_path, send(100, CHANGED), model_set="0" * 64).verdict is DriftVerdict.NO_REFERENCE


def test_images_of_which_nothing_was_said_have_a_share_and_no_part_in_the_index(tmp_path: Path) -> None:
    line = judge(tmp_path, send(60, AS_BEFORE, unread=20))
    assert (line.read, line.not_analysed, line.not_analysed_share) == (60, 20, 0.25)


def test_what_was_not_analysed_is_a_share_of_all_that_its_sender_sent(tmp_path: Path) -> None:
    look, _, _ = make_look(tmp_path, send(60, AS_BEFORE), send(0, AS_BEFORE, region="", unread=20))
    line = look.lines()[1]
    assert (line.region, line.doubt_share, line.not_analysed_share) == ("", None, 0.25)


def test_the_ledger_is_asked_for_these_models_and_days_and_not_at_every_look(tmp_path: Path) -> None:
    look, scores, clock = make_look(tmp_path, send(100, AS_BEFORE))
    assert look.lines() is look.lines()
    assert scores.asked == [(model_set(load_manifest(tmp_path)), clock.now() - timedelta(days=DAYS))]
    clock.advance(600)
    look.lines()
    assert len(scores.asked) == 2


def test_a_reference_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    look, _, _ = make_look(tmp_path, images=0)
    with pytest.raises(ModelError, match=r"scores\.json"):
        look.lines()
