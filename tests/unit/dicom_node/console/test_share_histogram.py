from dicom_node.console.share_histogram import HEIGHT, WIDTH, draw_shares


def test_the_highest_share_of_either_reaches_the_top() -> None:
    drawing = draw_shares((30, 10), (100, 300))
    assert [bar.height for bar in drawing.bars] == [HEIGHT, round(HEIGHT / 3, 1)]
    assert all(bar.y + bar.height == HEIGHT for bar in drawing.bars)


def test_what_is_compared_with_is_a_line_of_steps_over_the_same_bins() -> None:
    corners = [tuple(map(float, each.split(","))) for each in draw_shares((1, 1), (0, 5)).steps.split(" ")]
    assert corners == [(0, HEIGHT), (WIDTH / 2, HEIGHT), (WIDTH / 2, 0), (WIDTH, 0)]


def test_bins_that_nobody_fell_into_have_no_height() -> None:
    assert [bar.height for bar in draw_shares((0, 0), (0, 0)).bars] == [0, 0]
