import pytest

from domain.completeness import NOTHING_KNOWN, CountedBy, ImageCount, Known, Remark, describe

MADE, HELD, EXPECTED = CountedBy.MPPS, CountedBy.C_FIND, CountedBy.ORDER


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        ((), 0),
        (((HELD, 3, 3),), 0),
        (((HELD, 2, 3),), 1),
        (((EXPECTED, 1, 2), (HELD, 1, 1)), 0),
        (((EXPECTED, 2, 2), (MADE, 2, 3)), 1),
        (((MADE, 2, 2), (EXPECTED, 2, 3)), 0),
    ],
)
def test_the_modality_is_believed_before_the_source_and_both_before_the_order(
    counts: tuple[tuple[CountedBy, int, int], ...], missing: int
) -> None:
    shortfall = Known(tuple(ImageCount(*each) for each in counts)).shortfall
    assert (shortfall.expected - shortfall.arrived if shortfall else 0) == missing


def test_it_is_told_in_words_who_counted_what() -> None:
    known = Known((ImageCount(HELD, 3, 3), ImageCount(EXPECTED, 3, 4)), frozenset({Remark.STEP_DISCONTINUED}))
    assert describe(known) == "3 of 3 by C-FIND; 3 of 4 expected by the order; MPPS discontinued"
    assert describe(NOTHING_KNOWN) == ""


def test_nobody_counts_fewer_than_none() -> None:
    with pytest.raises(ValueError, match="fewer"):
        ImageCount(MADE, -1, 2)
