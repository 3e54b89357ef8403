import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread, uid
from pydicom.encaps import encapsulate

from inference.decode import PLUGINS, can_decode, decode, is_cut
from inference.header import read_header
from tests.fakes.encoded_images import GDCMCONV, HTJ2K_RAMP, WRITERS, rewrite
from tests.fakes.pixel_images import make_image, ramp, save

TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}


def _decoded(ds: Dataset) -> np.ndarray:
    return decode(ds, read_header(ds))


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("syntax", WRITERS, ids=lambda syntax: uid.UID(syntax).name)
def test_every_lossless_syntax_decodes_to_the_pixels_that_were_encoded(syntax: str, tmp_path: Path) -> None:
    ds = rewrite(make_image(ramp(), **TWELVE_BITS), tmp_path, syntax)
    assert ds.file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(_decoded(ds), ramp())


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLosslessSV1, uid.JPEG2000Lossless])
def test_signed_pixels_keep_their_two_s_complement_in_the_stored_bits(syntax: str, tmp_path: Path) -> None:
    signed = ramp().astype(np.int16) - 2048
    ds = rewrite(make_image(signed, **TWELVE_BITS), tmp_path, syntax)
    assert np.array_equal(_decoded(ds), signed.view(np.uint16) & 0x0FFF)


def test_htj2k_decodes_to_the_pixels_that_were_encoded() -> None:
    ds = make_image(ramp(), **TWELVE_BITS)
    ds.file_meta.TransferSyntaxUID = uid.HTJ2KLossless
    ds.PixelData = encapsulate([HTJ2K_RAMP])
    assert np.array_equal(_decoded(ds), ramp())


@pytest.mark.parametrize(("options", "error"), [(["+eb"], 12), (["+ee"], 12)])
@pytest.mark.peer("dcmtk")
def test_lossy_jpeg_of_eight_bits_decodes_upright(options: list[str], error: int, tmp_path: Path) -> None:
    smooth = (np.add.outer(np.arange(96), 2 * np.arange(80)) // 2).astype(np.uint8)
    source, target = save(make_image(smooth), tmp_path / "source.dcm"), tmp_path / "target.dcm"
    subprocess.run(["dcmcjpeg", *options, str(source), str(target)], check=True, capture_output=True)
    assert np.abs(_decoded(dcmread(target)).astype(int) - smooth).max() <= error


@pytest.mark.peer("dcmtk")
def test_a_colour_jpeg_comes_back_as_rgb(tmp_path: Path) -> None:
    colours = np.zeros((96, 80, 3), dtype=np.uint8)
    colours[:48, :, 0], colours[48:, :, 2] = 200, 100
    source, target = save(make_image(colours), tmp_path / "source.dcm"), tmp_path / "target.dcm"
    subprocess.run(["dcmcjpeg", "+eb", str(source), str(target)], check=True, capture_output=True)
    ds = dcmread(target)
    assert ds.PhotometricInterpretation.startswith("YBR")
    assert np.abs(_decoded(ds).astype(int) - colours)[[10, 85]].max() <= 6


@pytest.mark.peer("dcmtk")
def test_near_lossless_jpeg_ls_stays_within_its_bound(tmp_path: Path) -> None:
    source, target = save(make_image(ramp(), **TWELVE_BITS), tmp_path / "source.dcm"), tmp_path / "target.dcm"
    subprocess.run(["dcmcjpls", "+en", "+md", "3", str(source), str(target)], check=True, capture_output=True)
    assert np.abs(_decoded(dcmread(target)).astype(int) - ramp()).max() <= 3


def test_bits_above_the_stored_ones_are_cleared() -> None:
    overlay = np.where(np.indices((96, 80)).sum(0) % 3 == 0, 0xF000, 0).astype(np.uint16)
    assert np.array_equal(_decoded(make_image(ramp() | overlay, **TWELVE_BITS)), ramp())


def test_a_high_bit_above_the_stored_ones_shifts_them_down() -> None:
    shifted = (ramp() << 4 | 0x000F).astype(np.uint16)
    assert np.array_equal(_decoded(make_image(shifted, BitsStored=12, HighBit=15)), ramp())


def test_twelve_bit_extended_jpeg_is_known_not_to_be_decodable() -> None:
    ds = make_image(ramp(), **TWELVE_BITS)
    ds.file_meta.TransferSyntaxUID = uid.JPEGExtended12Bit
    assert not can_decode(read_header(ds))
    ds.BitsStored = 8
    assert can_decode(read_header(ds))


def test_every_named_plugin_is_installed() -> None:
    from pydicom.pixels.decoders.base import get_decoder

    for syntax, plugin in PLUGINS.items():
        assert not plugin or plugin in get_decoder(uid.UID(syntax)).available_plugins, uid.UID(syntax).name


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("syntax", [uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000Lossless])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.95])
def test_a_code_stream_that_was_cut_is_noticed(syntax: str, kept: float, tmp_path: Path) -> None:
    from pydicom.encaps import generate_frames

    noise = np.random.default_rng(1).integers(0, 4096, (96, 80)).astype(np.uint16)
    ds = rewrite(make_image(noise, **TWELVE_BITS), tmp_path, syntax)
    frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    assert not is_cut(ds, read_header(ds))
    ds.PixelData = encapsulate([frame[: int(len(frame) * kept)]])
    assert is_cut(ds, read_header(ds))


def test_gdcmconv_is_at_hand() -> None:
    assert shutil.which(GDCMCONV)
