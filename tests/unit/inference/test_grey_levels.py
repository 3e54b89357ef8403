from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset

from inference.decode import decode
from inference.grey_levels import FlatImage, GreyLevels, Windowing, count_values, grey_levels, modality_values
from inference.header import read_header
from tests.fakes.pixel_images import make_image, ramp

TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}
EVEN = np.arange(96 * 80, dtype=np.uint16).reshape(96, 80) % 4096


def _levels(ds: Dataset) -> GreyLevels:
    header = read_header(ds)
    return grey_levels(ds, header, decode(ds, header))


def _standard_linear(x: float, c: float, w: float) -> float:
    # PS3.3 C.11.2.1.2.1, as printed, with ymin = 0 and ymax = 1.
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 1.0
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * (1 - 0) + 0


def _standard_linear_exact(x: float, c: float, w: float) -> float:
    # PS3.3 C.11.2.1.3.2, as printed.
    if x <= c - w / 2:
        return 0.0
    if x > c + w / 2:
        return 1.0
    return (x - c) / w + 0.5


def _standard_sigmoid(x: float, c: float, w: float) -> float:
    # PS3.3 C.11.2.1.3.1, as printed.
    return float(1 / (1 + np.exp(-4 * (x - c) / w)))


FORMULAE = {"LINEAR": _standard_linear, "LINEAR_EXACT": _standard_linear_exact, "SIGMOID": _standard_sigmoid}


@pytest.mark.parametrize("name", FORMULAE)
@settings(deadline=None)
@given(centre=st.integers(500, 3500), width=st.integers(300, 4096), value=st.integers(0, 4095))
def test_a_window_is_the_function_of_the_standard(name: str, centre: int, width: int, value: int) -> None:
    levels = _levels(make_image(EVEN, WindowCenter=centre, WindowWidth=width, VOILUTFunction=name, **TWELVE_BITS))
    assert levels.windowing is Windowing.WINDOW
    assert levels.table[value] == pytest.approx(FORMULAE[name](value, centre, width), abs=1e-6)


def test_the_window_works_on_rescaled_values() -> None:
    window = {"RescaleSlope": 2, "RescaleIntercept": -1000, "WindowCenter": 1000, "WindowWidth": 2001}
    levels = _levels(make_image(EVEN, **window, **TWELVE_BITS))
    # Stored 500 is 0 after rescale, 1000 is 1000, 1500 is 2000.
    assert levels.table[[500, 1500]] == pytest.approx([_standard_linear(0, 1000, 2001), 1.0], abs=1e-6)
    assert levels.table[1000] == pytest.approx(_standard_linear(1000, 1000, 2001), abs=1e-6)


def test_a_negative_slope_turns_the_grey_scale_round() -> None:
    window = {"RescaleSlope": -1, "RescaleIntercept": 4095, "WindowCenter": 2048, "WindowWidth": 4096}
    table = _levels(make_image(EVEN, **window, **TWELVE_BITS)).table
    assert table[0] == 1.0
    assert table[4095] == 0.0


def test_signed_pixels_are_shown_in_the_order_of_their_values() -> None:
    signed = (EVEN.astype(np.int32) - 2048).astype(np.int16)
    table = _levels(make_image(signed, WindowCenter=0, WindowWidth=4096, **TWELVE_BITS)).table
    in_order = np.concatenate([table[2048:], table[:2048]])  # -2048 .. -1, 0 .. 2047
    assert in_order[0] == 0.0
    assert in_order[-1] == 1.0
    assert (np.diff(in_order) >= 0).all()


def test_monochrome1_shows_low_values_bright() -> None:
    window = {"WindowCenter": 2048, "WindowWidth": 4096, **TWELVE_BITS}
    plain = _levels(make_image(EVEN, **window)).table
    inverted = _levels(make_image(EVEN, PhotometricInterpretation="MONOCHROME1", **window)).table
    assert inverted == pytest.approx(1.0 - plain, abs=1e-6)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_an_inverse_presentation_lut_shape_inverts_once(photometric: str) -> None:
    shape = {"PresentationLUTShape": "INVERSE", "PhotometricInterpretation": photometric}
    table = _levels(make_image(EVEN, WindowCenter=2048, WindowWidth=4096, **shape, **TWELVE_BITS)).table
    assert (table[0], table[4095]) == (1.0, 0.0)


def test_the_first_of_several_windows_is_used() -> None:
    table = _levels(make_image(EVEN, WindowCenter=[1000, 3000], WindowWidth=[500, 900], **TWELVE_BITS)).table
    assert table[1000] == pytest.approx(_standard_linear(1000, 1000, 500), abs=1e-6)


def test_the_first_and_last_values_of_a_voi_lut_go_on_outside_it() -> None:
    lut = Dataset()
    lut.LUTDescriptor, lut.LUTData = [3, 1000, 8], [10, 100, 255]
    levels = _levels(make_image(EVEN % 2 + 1000, VOILUTSequence=[lut], WindowCenter=1, WindowWidth=2, **TWELVE_BITS))
    assert levels.windowing is Windowing.VOI_LUT
    expected = np.array([10, 10, 100, 255, 255]) / 255
    assert levels.table[[0, 1000, 1001, 1002, 4095]] == pytest.approx(expected, abs=1e-6)


def test_a_modality_lut_takes_the_place_of_the_rescale() -> None:
    lut = Dataset()
    lut.LUTDescriptor, lut.LUTData = [2, 0, 16], [7, 4000]
    ds = make_image(EVEN, ModalityLUTSequence=[lut], RescaleSlope=9, RescaleIntercept=9, **TWELVE_BITS)
    assert modality_values(ds, read_header(ds))[[0, 1, 4095]].tolist() == [7, 4000, 4000]


@pytest.mark.parametrize(
    "window",
    [
        {},
        {"WindowCenter": 30000, "WindowWidth": 10},
        {"WindowCenter": 100, "WindowWidth": 0},
        {"WindowCenter": 100, "WindowWidth": -5},
        {"WindowCenter": "", "WindowWidth": ""},
    ],
    ids=["none", "beside the pixels", "no width", "negative", "empty"],
)
def test_percentiles_stand_in_for_a_window_that_shows_nothing(window: dict[str, object]) -> None:
    levels = _levels(make_image(EVEN, **window, **TWELVE_BITS))
    assert levels.windowing is Windowing.PERCENTILES
    assert levels.table[41] == pytest.approx(0.0, abs=0.01)
    assert levels.table[4055] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_sets_no_contrast(photometric: str) -> None:
    pixels = np.where(np.indices((96, 80))[0] < 60, 4095, 1000 + ramp() % 200).astype(np.uint16)
    levels = _levels(make_image(pixels, PhotometricInterpretation=photometric, PixelPaddingValue=4095, **TWELVE_BITS))
    assert levels.table[4095] == 0.0
    assert sorted(levels.table[[1005, 1195]].round(1)) == [0.0, 1.0]


def test_a_padding_range_is_padding_from_end_to_end() -> None:
    ds = make_image(EVEN, PixelPaddingValue=0, PixelPaddingRangeLimit=100, PhotometricInterpretation="MONOCHROME1")
    ds.BitsStored, ds.HighBit = 12, 11
    table = _levels(ds).table
    assert not table[:101].any()
    assert table[101] > 0.9


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**12), 10**12)


@settings(deadline=None)
@given(slope=numbers, intercept=numbers, centre=numbers, width=numbers, name=st.sampled_from([*FORMULAE, "ODD", ""]))
def test_no_numbers_of_a_header_take_the_display_out_of_its_range(
    slope: float, intercept: float, centre: float, width: float, name: str
) -> None:
    ds = make_image(EVEN, VOILUTFunction=name, **TWELVE_BITS)
    for keyword, value in zip(("RescaleSlope", "RescaleIntercept"), (slope, intercept), strict=True):
        ds.add_new(keyword, "FD", value)
    for keyword, value in zip(("WindowCenter", "WindowWidth"), (centre, width), strict=True):
        ds.add_new(keyword, "FD", value)
    table = _levels(ds).table
    assert np.isfinite(table).all()
    assert table.min() >= 0.0
    assert table.max() <= 1.0
    assert table.max() > table.min()


def test_an_image_of_one_value_is_said_to_be_flat() -> None:
    with pytest.raises(FlatImage):
        _levels(make_image(np.full((96, 80), 7, dtype=np.uint16), **TWELVE_BITS))


@pytest.mark.parametrize(("kind", "bits"), [(np.uint8, 8), (np.uint16, 8), (np.uint16, 12), (np.uint16, 16)])
def test_every_pixel_is_counted_once_at_its_value(kind: Any, bits: int) -> None:
    stored = np.random.default_rng(bits).integers(0, 2**bits, (300, 200)).astype(kind)
    stored[0, :2] = 0, 2**bits - 1
    counts = count_values(stored[:, ::2], 2**bits)
    assert counts.dtype == np.int64
    assert np.array_equal(counts, np.bincount(stored[:, ::2].ravel(), minlength=2**bits))


def test_more_pixels_of_one_value_than_float32_can_count_are_counted() -> None:
    stored = np.zeros((4097, 4096), dtype=np.uint8)
    stored[0, 0] = 1
    assert count_values(stored, 256)[:2].tolist() == [4097 * 4096 - 1, 1]
