from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from domain.image_measures import MEASURE_NAMES, ImageMeasures
from inference.canvases import Canvases
from inference.grey_image import GreyImage
from inference.header import Header, read_header
from inference.measuring import measure_greys, measure_image, measure_sharpness
from inference.zoo import BUNDLED, load_manifest
from tests.fakes.drawn_bones import draw_bone

CONTRACT = load_manifest(BUNDLED).models[1].input
SAME_TO = {"contrast": 0.01, "brightness": 0.02, "entropy_bits": 0.15, "clipped": 0.003, "sharpness": 0.06}
Pixels = npt.NDArray[np.float64]


def header_of(rows: int, columns: int, **facts: object) -> Header:
    from pydicom import Dataset

    return replace(read_header(Dataset()), rows=rows, columns=columns, **facts)  # type: ignore[arg-type]


def bone_of(side_px: int = 1600, seed: int = 1) -> Pixels:
    """Return a drawn hand with soft shadows, 0..4095, which uses a part of the greys."""
    drawn = draw_bone(side_px // 4, seed=seed, broken=False, region="hand").pixels.astype(np.float64)
    return np.asarray(np.kron(drawn, np.ones((4, 4))) * 12 + 400, dtype=np.float64)


def measure(pixels: Pixels) -> ImageMeasures:
    image = GreyImage(np.rint(pixels).astype(np.uint16), np.linspace(0, 1, 4096, dtype=np.float32))
    canvases = Canvases(image)
    canvases.make(CONTRACT)
    return measure_image(image, header_of(*pixels.shape), canvases.finest(), None)


def changed(before: ImageMeasures, now: ImageMeasures) -> set[str]:
    pairs = {name: (getattr(before, name), getattr(now, name)) for name in MEASURE_NAMES}
    return {name for name, (one, other) in pairs.items() if one != pytest.approx(other, abs=SAME_TO.get(name, 0))}


@pytest.mark.parametrize(
    ("change", "fires"),
    [
        (lambda pixels: 0.5 * pixels + 900, "contrast"),
        (lambda pixels: 4095 - pixels, "brightness"),
        (lambda pixels: (pixels[::2, ::2] + pixels[1::2, 1::2]) / 2, "matrix_px"),
    ],
)
def test_what_has_changed_moves_its_measure_and_no_other(change: Callable[[Pixels], Pixels], fires: str) -> None:
    pixels = bone_of()
    assert changed(measure(pixels), measure(change(pixels))) == {fires}


def test_another_picture_of_the_same_kind_moves_nothing() -> None:
    assert changed(measure(bone_of(seed=1)), measure(bone_of(seed=2))) == set()


def test_what_saturates_is_clipped() -> None:
    pixels = bone_of()
    dark = np.where(pixels < np.median(pixels), 500.0, pixels)
    assert measure(dark).clipped == pytest.approx(0.5, abs=0.02)
    assert (measure(pixels).clipped or 0) < 0.05


def test_noise_is_sharper_than_the_same_noise_smoothed() -> None:
    noise = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    smooth = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, 2, 0)) / 4
    sharp, soft = measure_sharpness(noise), measure_sharpness(smooth)
    assert sharp is not None
    assert soft is not None
    assert sharp > soft + 0.3
    assert measure_sharpness(noise * np.float32(0.1)) == pytest.approx(sharp, abs=1e-3)


def test_even_greys_have_five_bits_and_their_whole_range() -> None:
    found = measure_greys(np.linspace(0, 1, 100_000, dtype=np.float32).reshape(400, 250))
    assert found["entropy_bits"] == pytest.approx(5, abs=0.02)
    assert found["contrast"] == pytest.approx(0.98, abs=0.002)
    assert found["brightness"] == pytest.approx(0.5, abs=0.01)
    assert found["clipped"] == pytest.approx(0.01, abs=0.001)


def test_flat_greys_have_no_contrast_and_nothing_else() -> None:
    flat = np.full((8, 8), 0.25, dtype=np.float32)
    assert measure_greys(flat) == {"contrast": 0.0}
    assert measure_sharpness(flat) is None
    assert measure_sharpness(flat[:2]) is None


def test_the_header_says_matrix_field_and_inversion() -> None:
    image = GreyImage(np.arange(12, dtype=np.uint8).reshape(3, 4), np.linspace(0, 1, 12, dtype=np.float32))
    header = header_of(3, 4, row_pitch_mm=50.0, column_pitch_mm=20.0, photometric_interpretation="MONOCHROME1")
    found = measure_image(image, header, None, 0.51234)
    assert (found.matrix_px, found.field_mm, found.inverted, found.distance) == (4, 150, 1, 0.512)
    assert measure_image(image, header_of(3, 4), None, None).field_mm is None
