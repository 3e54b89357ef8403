"""Where cards stand on the summary page, for every number of images."""

from itertools import combinations, pairwise

import pytest

from reporting.captures.summary_layout import (
    CARDS_BAND,
    FOOTER_BAND,
    GRIDS,
    HEADER_BAND,
    NOTICE_BAND,
    PAGE_HEIGHT_PX,
    PAGE_WIDTH_PX,
    Grid,
    Rectangle,
    choose_grid,
    count_cards,
    count_pages,
)

of_every_grid = pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: f"{grid.columns}x{grid.rows}")


def overlap(one: Rectangle, other: Rectangle) -> bool:
    apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
    return not apart


def contains(outer: Rectangle, inner: Rectangle) -> bool:
    across = outer.left <= inner.left < inner.right <= outer.right
    return across and outer.top <= inner.top < inner.bottom <= outer.bottom


@of_every_grid
def test_cards_stand_in_their_band_and_not_on_each_other(grid: Grid) -> None:
    cards = [grid.place(index) for index in range(grid.places)]
    band = Rectangle(0, CARDS_BAND[0], PAGE_WIDTH_PX, CARDS_BAND[1] - CARDS_BAND[0])
    assert all(contains(band, card) for card in cards)
    assert not any(overlap(one, other) for one, other in combinations(cards, 2))


@of_every_grid
def test_a_thumbnail_and_its_text_share_their_card(grid: Grid) -> None:
    for index in range(grid.places):
        well, text = grid.split(index)
        assert contains(grid.place(index), well)
        assert contains(grid.place(index), text)
        assert not overlap(well, text)


def test_the_bands_follow_each_other_down_the_page() -> None:
    bands = (NOTICE_BAND, HEADER_BAND, CARDS_BAND, FOOTER_BAND)
    assert all(one[1] <= other[0] for one, other in pairwise(bands))
    assert (bands[0][0], bands[-1][1]) == (0, PAGE_HEIGHT_PX)


@pytest.mark.parametrize("images", range(1, 61))
def test_every_image_has_a_place_on_the_fewest_pages(images: int) -> None:
    pages, cards = count_pages(images), count_cards(images)
    assert pages == (images + 11) // 12
    assert (pages - 1) * cards < images <= pages * cards
    assert cards <= choose_grid(images).places


@pytest.mark.parametrize(("images", "pages"), [(1, 1), (12, 1), (13, 2), (14, 2), (24, 2), (25, 3)])
def test_a_page_has_at_most_twelve_images(images: int, pages: int) -> None:
    assert count_pages(images) == pages
