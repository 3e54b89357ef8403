"""The pixels of a phantom: seeds, sides, sizes, and a break where the box says."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.phantom import PhantomSpec, draw_phantom
from inference.phantom.spec import VIEWS

REGIONS = ("hand", "leg", "hip", "shoulder")
FLAT = {"rows": 454, "columns": 373}


def lettered(region: str, laterality: str, seed: int, view: str = "AP", **more: object) -> PhantomSpec:
    return replace(PhantomSpec(region, False, 512, 416, seed, laterality, view=view, plain=True), **more)


def change_of(spec: PhantomSpec) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Return how the fractured picture differs from its whole twin, and the box."""
    broken, whole = draw_phantom(replace(spec, fractured=True)), draw_phantom(replace(spec, fractured=False))
    return np.abs(broken.pixels.astype(int) - whole.pixels.astype(int)), broken.boxes[0]


@pytest.mark.parametrize("region", [*REGIONS, "chest"])
def test_the_same_spec_gives_the_same_pixels_and_another_seed_gives_others(region: str) -> None:
    spec = PhantomSpec(region, region != "chest", **FLAT, seed=7, laterality="L")
    first, again, other = draw_phantom(spec), draw_phantom(spec), draw_phantom(replace(spec, seed=8))
    np.testing.assert_array_equal(first.pixels, again.pixels)
    assert first.boxes == again.boxes
    assert not np.array_equal(first.pixels, other.pixels)


@pytest.mark.parametrize("bits_stored", [8, 10, 12, 16])
def test_monochrome1_is_the_exact_inverse_of_monochrome2(bits_stored: int) -> None:
    bright = PhantomSpec("leg", True, **FLAT, seed=3, bits_stored=bits_stored)
    dark = replace(bright, photometric_interpretation="MONOCHROME1")
    top = (1 << bits_stored) - 1
    np.testing.assert_array_equal(draw_phantom(bright).pixels, top - draw_phantom(dark).pixels)
    assert draw_phantom(bright).boxes == draw_phantom(dark).boxes


@pytest.mark.parametrize(("bits_stored", "dtype"), [(8, np.uint8), (9, np.uint16), (12, np.uint16), (16, np.uint16)])
def test_stored_values_use_their_bits_and_no_more(bits_stored: int, dtype: type) -> None:
    pixels = draw_phantom(PhantomSpec("hand", False, **FLAT, seed=5, bits_stored=bits_stored)).pixels
    assert pixels.dtype == dtype
    assert pixels.shape == (454, 373)
    assert (1 << (bits_stored - 1)) < pixels.max() <= (1 << bits_stored) - 1


@pytest.mark.parametrize("region", REGIONS)
def test_bone_is_bright_in_monochrome2(region: str) -> None:
    spec = PhantomSpec(region, True, **FLAT, seed=11, difficulty=1.0, plain=True)
    pixels, box = draw_phantom(replace(spec, fractured=False)).pixels, draw_phantom(spec).boxes[0]
    x, y = round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2)
    assert pixels[y - 1 : y + 2, x - 1 : x + 2].mean() > 1.5 * np.percentile(pixels, 5)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("seed", range(8))
def test_a_break_changes_the_picture_in_its_box_and_nowhere_far_from_it(region: str, seed: int) -> None:
    change, (x_min, y_min, x_max, y_max) = change_of(PhantomSpec(region, True, **FLAT, seed=seed, difficulty=0.2))
    reach = 4 * max(x_max - x_min, y_max - y_min)
    rows, columns = np.mgrid[0.5:454, 0.5:373]
    inside = (columns > x_min) & (columns < x_max) & (rows > y_min) & (rows < y_max)
    near = (columns > x_min - reach) & (columns < x_max + reach) & (rows > y_min - reach) & (rows < y_max + reach)
    assert change[inside].max() >= 12
    assert change[inside].mean() > 4 * change[~inside].mean()
    assert change[~near].max(initial=0) <= 3


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("seed", range(5))
def test_an_undisplaced_break_lies_wholly_in_its_box(region: str, seed: int) -> None:
    change, (x_min, y_min, x_max, y_max) = change_of(PhantomSpec(region, True, 908, 746, seed, difficulty=1.0))
    rows, columns = np.mgrid[0.5:908, 0.5:746]
    inside = (columns > x_min) & (columns < x_max) & (rows > y_min) & (rows < y_max)
    assert change[inside].max() >= 6
    assert change[~inside].max() <= 1 + 0.4 * change[inside].max()


def test_a_clear_break_changes_more_than_a_hairline() -> None:
    spec = PhantomSpec("leg", True, **FLAT, seed=4)
    clear, _ = change_of(replace(spec, difficulty=0.0))
    hairline, _ = change_of(replace(spec, difficulty=1.0))
    assert clear.sum() > 2 * hairline.sum() > 0


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(REGIONS),
    st.integers(0, 10_000),
    st.integers(32, 300),
    st.integers(32, 300),
    st.sampled_from([2, 3]),
)
def test_boxes_scale_with_the_picture(region: str, seed: int, rows: int, columns: int, factor: int) -> None:
    spec = PhantomSpec(region, True, rows, columns, seed)
    small, large = draw_phantom(spec), draw_phantom(replace(spec, rows=factor * rows, columns=factor * columns))
    assert large.boxes[0] == pytest.approx([factor * edge for edge in small.boxes[0]])
    assert large.spacing_mm == pytest.approx(small.spacing_mm / factor)
    x_min, y_min, x_max, y_max = small.boxes[0]
    assert 0 <= x_min < x_max <= columns
    assert 0 <= y_min < y_max <= rows


@pytest.mark.parametrize("region", REGIONS)
def test_another_size_shows_the_same_picture(region: str) -> None:
    small = draw_phantom(PhantomSpec(region, True, 400, 320, 9, "R"))
    large = draw_phantom(PhantomSpec(region, True, 1600, 1280, 9, "R"))
    shrunk = cv2.resize(large.pixels, (320, 400), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small.pixels.astype(int)).mean() < 5
    steps = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    errors = {
        step: np.abs(np.roll(shrunk, step, (0, 1)).astype(int) - small.pixels.astype(int)).mean() for step in steps
    }
    assert min(errors, key=errors.__getitem__) == (0, 0)


def test_forty_seeds_never_put_a_break_outside_the_picture() -> None:
    for region in REGIONS:
        for seed in range(40):
            view = VIEWS[region][seed % len(VIEWS[region])]
            phantom = draw_phantom(PhantomSpec(region, True, 64, 52, seed, view=view))
            (x_min, y_min, x_max, y_max) = phantom.boxes[0]
            assert 0 < (x_min + x_max) / 2 < 52
            assert 0 < (y_min + y_max) / 2 < 64
            assert x_max - x_min > 0.3
            assert y_max - y_min > 0.3


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "skull"},
        {"region": "chest", "fractured": True},
        {"region": "hip", "view": "LATERAL"},
        {"rows": 8},
        {"bits_stored": 17},
        {"laterality": "left"},
        {"photometric_interpretation": "RGB"},
        {"body_part": "KNEE"},
        {"seed": -1},
        {"difficulty": 1.5},
    ],
)
def test_a_spec_outside_its_ranges_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be one of|out of range"):
        replace(PhantomSpec("hand", False, 64, 64, 1), **wrong)


def test_a_bone_that_is_not_there_cannot_break() -> None:
    with pytest.raises(ValueError, match="no breakable tibia"):
        draw_phantom(PhantomSpec("hand", True, 64, 64, 1, broken_bone="tibia"))
