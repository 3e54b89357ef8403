"""How cards flow over pages: whole where a page can hold them, cut between rows where none can, and none lost."""

from hypothesis import given
from hypothesis import strategies as st

from reporting.pdf.blocks import Card, Space
from reporting.pdf.sheet import CARD_GAP_PT, flow

TOP, BOTTOM = 130.0, 794.0
ROOM = BOTTOM - TOP


def make_card(*heights: float) -> Card:
    return Card(tuple(Space(height) for height in heights), (0, 0, 0), (255, 255, 255))


def test_cards_that_fit_stand_on_one_page() -> None:
    (page,) = flow([make_card(100.0), make_card(200.0)], TOP)
    assert [portion.top for portion in page] == [TOP, TOP + page[0].height + CARD_GAP_PT]


def test_a_card_that_does_not_fit_the_rest_starts_the_next_page_whole() -> None:
    first, second = flow([make_card(400.0), make_card(200.0, 200.0)], TOP)
    assert len(first) == len(second) == 1
    assert second[0].top == TOP
    assert len(second[0].rows) == 2


def test_a_card_that_no_page_can_hold_is_cut_between_rows() -> None:
    pages = flow([make_card(*[150.0] * 9)], TOP)
    assert [len(portion.rows) for page in pages for portion in page] == [4, 4, 1]


def test_a_row_that_no_page_can_hold_has_a_page_of_its_own() -> None:
    pages = flow([make_card(2000.0), make_card(10.0)], TOP)
    assert [len(page) for page in pages] == [1, 1]


@given(st.lists(st.lists(st.floats(1.0, 400.0), min_size=1, max_size=6), min_size=1, max_size=8))
def test_no_row_is_lost_and_none_reaches_the_footer(heights: list[list[float]]) -> None:
    pages = flow([make_card(*each) for each in heights], TOP)
    portions = [portion for page in pages for portion in page]
    assert [row.height(1.0) for portion in portions for row in portion.rows] == [
        one for each in heights for one in each
    ]
    assert all(portion.top >= TOP and portion.top + portion.height <= BOTTOM for portion in portions)
    assert all(pages)
