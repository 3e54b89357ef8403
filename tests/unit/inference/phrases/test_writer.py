"""The phrase model at work: step by step, on the clock, and the same every time."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from config.settings import Reporting
from domain.errors import DeadlineExceeded, ModelError
from domain.impression import Side
from inference.phrases.manifest import load_phrases
from inference.phrases.opening import open_writer
from inference.phrases.writer import LstmWriter
from reporting.impression.checker import check_impression
from tests.fakes.impressions import make_facts, make_image
from tests.fakes.phrase_models import SPOKEN, TRUE, write_phrase_model


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that goes on by as much whenever it is looked at."""
    ticks = count()
    return lambda: next(ticks) * seconds


def test_the_likeliest_tokens_follow_each_other_until_the_end(tmp_path: Path) -> None:
    writer = LstmWriter.of_folder(write_phrase_model(tmp_path), 60.0)
    assert writer.propose(make_facts()) == SPOKEN
    assert check_impression(SPOKEN, make_facts()) is None
    assert writer.name == "scripted-phrases 0.0.1"


def test_the_same_findings_are_told_in_the_same_words(tmp_path: Path) -> None:
    writer = LstmWriter.of_folder(write_phrase_model(tmp_path), 60.0)
    assert len({writer.propose(make_facts()) for _ in range(3)}) == 1


def test_findings_of_which_it_learnt_nothing_get_no_proposal(tmp_path: Path) -> None:
    writer = LstmWriter.of_folder(write_phrase_model(tmp_path), 60.0)
    assert writer.propose(make_facts(make_image(side=Side.RIGHT))) == ""


def test_findings_with_more_to_say_than_it_is_told_get_no_proposal(tmp_path: Path) -> None:
    writer = LstmWriter.of_folder(write_phrase_model(tmp_path), 60.0)
    images = [make_image(number, kind=f"type {number}", kind_percent="61%") for number in range(1, 6)]
    assert writer.propose(make_facts(*images)) == ""


def test_a_slot_that_these_findings_do_not_fill_is_no_proposal(tmp_path: Path) -> None:
    writer = LstmWriter.of_folder(write_phrase_model(tmp_path, (*TRUE[:-1], "{place2}")), 60.0)
    assert writer.propose(make_facts()) == ""


def test_a_model_that_finds_no_end_is_stopped(tmp_path: Path) -> None:
    writer = LstmWriter.of_folder(write_phrase_model(tmp_path, ends=False), 60.0)
    text = writer.propose(make_facts())
    assert text.count("Overall a fracture is suspected") == 4  # of ten tokens each, forty in all


def test_a_model_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    phrases = load_phrases(write_phrase_model(tmp_path))
    assert LstmWriter(phrases, 5.0, ticking(0.1)).propose(make_facts()) == SPOKEN
    with pytest.raises(DeadlineExceeded, match=r"within 0\.5 s"):
        LstmWriter(phrases, 0.5, ticking(0.1)).propose(make_facts())


def test_a_graph_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    folder = write_phrase_model(tmp_path)
    phrases = load_phrases(folder)
    phrases.files["decoder.xml"] = b"<net/>"
    with pytest.raises(ModelError, match="cannot compile the decoder"):
        LstmWriter(phrases, 1.0)


def test_a_site_that_names_no_model_has_no_writer(tmp_path: Path) -> None:
    assert open_writer(Reporting()) is None
    writer = open_writer(Reporting(phrase_model=write_phrase_model(tmp_path)))
    assert writer is not None
    assert writer.name == "scripted-phrases 0.0.1"
