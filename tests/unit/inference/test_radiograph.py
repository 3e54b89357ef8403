from pathlib import Path

import numpy as np
import pytest
from pydicom import uid

from domain.errors import MalformedInstance
from inference.grey_levels import Windowing
from inference.radiograph import Ineligible, develop, open_instance
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted, ramp, save


def _reason_of(path: Path) -> str:
    with pytest.raises(Ineligible) as caught:
        develop(open_instance(path))
    return caught.value.reason.code


def test_the_display_is_the_stored_image_pixel_for_pixel() -> None:
    display = develop(make_image(ramp(), **WHOLE_WINDOW)).display
    assert display.shape == (96, 80)
    assert display.dtype == np.float32
    assert np.rint(display * 4095) == pytest.approx(ramp())


def test_a_monochrome1_twin_gives_the_same_display() -> None:
    plain = make_image(ramp(), BitsStored=12, HighBit=11, WindowCenter=1500, WindowWidth=2001)
    # Value v becomes 4095 - v; the window follows: LINEAR is symmetric about its centre - 0.5.
    twin = make_image(4095 - ramp(), BitsStored=12, HighBit=11, WindowCenter=4096 - 1500, WindowWidth=2001)
    twin.PhotometricInterpretation = "MONOCHROME1"
    assert develop(twin).display == pytest.approx(develop(plain).display, abs=1e-6)


def test_without_a_window_a_monochrome1_twin_gives_the_same_display() -> None:
    plain = make_image(ramp(), BitsStored=12, HighBit=11)
    twin = make_image(4095 - ramp(), BitsStored=12, HighBit=11, PhotometricInterpretation="MONOCHROME1")
    assert develop(twin).display == pytest.approx(develop(plain).display, abs=0.02)


def test_neither_view_position_nor_laterality_turns_the_image() -> None:
    tags = {"ViewPosition": "LL", "Laterality": "R", "PatientOrientation": ["L", "H"], "FieldOfViewRotation": 90}
    plain = develop(make_image(ramp(), **WHOLE_WINDOW)).display
    assert np.array_equal(develop(make_image(ramp(), **WHOLE_WINDOW, **tags)).display, plain)


def test_a_grey_picture_stored_as_rgb_keeps_its_greys() -> None:
    grey = (ramp() % 256).astype(np.uint8)
    display = develop(make_image(np.stack([grey] * 3, axis=-1))).display
    assert np.array_equal(np.rint(display * 255), grey)


def test_green_is_brighter_than_red_and_red_than_blue() -> None:
    colours = np.zeros((64, 66, 3), dtype=np.uint8)
    for band in range(3):
        colours[:, band * 22 : (band + 1) * 22, band] = 60
    display = develop(make_image(colours)).display
    assert display[0, [0, 22, 44]] * 255 / 60 == pytest.approx([0.299, 0.587, 0.114], abs=0.01)


def test_a_picture_full_of_colour_is_no_radiograph() -> None:
    colours = np.random.default_rng(3).integers(0, 256, (64, 66, 3)).astype(np.uint8)
    with pytest.raises(Ineligible) as caught:
        develop(make_image(colours))
    assert caught.value.reason.code == "colour-picture"


def test_a_capture_with_a_coloured_mark_is_read() -> None:
    capture = np.stack([ramp().astype(np.uint8)] * 3, axis=-1)
    capture[:8, :30] = (255, 220, 0)
    assert develop(make_image(capture)).display.shape == capture.shape[:2]


def test_planes_of_colour_are_understood() -> None:
    colours = np.random.default_rng(3).integers(100, 160, (64, 66, 3)).astype(np.uint8)
    planes = make_image(colours, PlanarConfiguration=1, PixelData=colours.transpose(2, 0, 1).tobytes())
    assert np.array_equal(develop(planes).display, develop(make_image(colours)).display)


def test_pixel_pitch_is_kept_as_a_fact() -> None:
    ds = make_image(ramp(), **WHOLE_WINDOW, ImagerPixelSpacing=[0.2, 0.1])
    assert develop(ds).header.row_pitch_to_column_pitch == pytest.approx(2.0)


@pytest.mark.parametrize("missing", [2, 200, 15000])
def test_native_pixel_data_that_break_off_are_not_read(missing: int, tmp_path: Path) -> None:
    path = save(make_image(ramp()), tmp_path / "cut.dcm")
    path.write_bytes(path.read_bytes()[:-missing])
    assert _reason_of(path) in {"pixel-data-truncated", "no-pixel-data"}


def test_damaged_compressed_pixel_data_are_not_read() -> None:
    from pydicom.encaps import encapsulate

    ds = make_image(ramp(), BitsStored=12, HighBit=11)
    ds.file_meta.TransferSyntaxUID = uid.JPEG2000Lossless
    ds.PixelData = encapsulate([b"\xff\x4f\xff\x51" + b"\x00" * 500 + b"\xff\xd9"])
    with pytest.raises(Ineligible) as caught:
        develop(ds)
    assert caught.value.reason.code == "pixel-data-not-decodable"


def test_a_flat_image_is_not_read() -> None:
    with pytest.raises(Ineligible) as caught:
        develop(make_image(np.full((96, 80), 5, dtype=np.uint16)))
    assert caught.value.reason.code == "image-without-contrast"


def test_a_file_that_is_not_dicom_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "letter.dcm"
    path.write_text("Dear colleague")
    with pytest.raises(MalformedInstance):
        open_instance(path)


def test_no_error_speaks_of_the_patient(tmp_path: Path) -> None:
    ds = make_image(ramp(), Rows=0, PatientName="Sekret^Person", PatientID="4711")
    with pytest.raises(Ineligible) as caught:
        develop(ds)
    assert "Sekret" not in str(caught.value)
    assert "4711" not in str(caught.value)


def test_the_real_lower_leg_is_upright_and_bright_on_dark(shared_data: Path) -> None:
    radiograph = develop(open_instance(shared_data / "dicom" / "RG3_J2KR.dcm"))
    display = radiograph.display
    assert radiograph.windowing is Windowing.WINDOW
    assert (radiograph.header.photometric_interpretation, display.shape) == ("MONOCHROME1", (1760, 1760))
    # Stored orientation: the tibia's shaft at the top, air beside it inside the collimation, the R marker low right.
    shaft, air = display[200:600, 800:900].mean(), display[200:600, 480:600].mean()
    assert shaft > air + 0.3
    talus, air_below = display[1500:1650, 780:860].mean(), display[1500:1650, 480:540].mean()
    assert talus > air_below + 0.5
    marker, mirrored = display[1370:1490, 1120:1230], display[1370:1490, 1760 - 1230 : 1760 - 1120]
    assert marker.std() > 2 * mirrored.std()


def test_the_real_lossy_twin_shows_the_same_leg(shared_data: Path) -> None:
    lossless, lossy = (
        develop(open_instance(shared_data / "dicom" / f"RG3_{kind}.dcm")).display for kind in ("J2KR", "J2KI")
    )
    assert np.abs(lossless - lossy).mean() < 0.01


def test_the_real_chest_is_not_read_because_of_its_body_part(shared_data: Path) -> None:
    assert _reason_of(shared_data / "dicom" / "RG1_J2KI.dcm") == "body-part-not-supported"


def test_the_planted_square_is_where_it_was_planted() -> None:
    display = develop(make_image(planted(120, 90, (20, 100), 10), **WHOLE_WINDOW)).display
    rows, columns = np.nonzero(display > 0.9)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (95, 104, 15, 24)
