"""What a person writes about a retraction is bounded, and stays out of what programs print."""

import pytest

from domain.correction import NAME_LENGTH, NOTE_LENGTH, Retraction, RetractionReason, Superseded
from domain.finding import Box

OTHER = RetractionReason.OTHER


@pytest.mark.parametrize(
    "words",
    [{"by": "x" * (NAME_LENGTH + 1)}, {"note": "x" * (NOTE_LENGTH + 1)}, {"note": "two\nlines"}, {"by": "bell\x07"}],
)
def test_words_that_are_too_long_or_no_line_are_refused_without_being_repeated(words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"at most|one line") as caught:
        Retraction(OTHER, **words)
    assert not any(text in str(caught.value) for text in words.values())


def test_what_a_person_wrote_is_not_shown_by_a_program_that_prints_the_noun() -> None:
    shown = repr(Retraction(OTHER, by="Dr Roe", note="Jane Doe fell"))
    assert ("Roe" in shown, "Doe" in shown, "other" in shown) == (False, False, True)


def test_a_superseded_version_has_a_number() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        Superseded(0)


def test_boxes_overlap_by_what_they_share() -> None:
    one, half, apart = (Box("fracture", 0.9, left, 0.0, left + 10.0, 10.0) for left in (0.0, 5.0, 20.0))
    assert (one.overlap(one), one.overlap(apart)) == (1.0, 0.0)
    assert one.overlap(half) == half.overlap(one) == pytest.approx(1 / 3)
