from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inference.training.datasets.pixels import read_grey
from tests.fakes.drawn_bones import DrawnBone, draw_bone, save_dicom, save_jpeg, save_png, save_png16

BONE = draw_bone(64, seed=1, broken=True, region="hand")


def write(bone: DrawnBone, folder: Path, kind: str) -> Path:
    path = folder / f"bone{kind[kind.rindex('.') :]}"
    {
        "8.png": lambda: save_png(bone, path),
        "16.png": lambda: save_png16(bone, path),
        "8.jpg": lambda: save_jpeg(bone, path),
        "inverted.dicom": lambda: save_dicom(bone, path, inverted=True),
        "plain.dicom": lambda: save_dicom(bone, path, inverted=False),
    }[kind]()
    return path


KINDS = ["8.png", "16.png", "8.jpg", "inverted.dicom", "plain.dicom"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_picture_with_bone_bright(kind: str, tmp_path: Path) -> None:
    grey = read_grey(write(BONE, tmp_path, kind))
    assert (grey.shape, grey.dtype) == ((64, 48), np.float32)
    assert 0 <= grey.min() < grey.max() <= 1
    assert np.corrcoef(grey.ravel(), BONE.pixels.ravel())[0, 1] > 0.98


def test_eight_bits_are_taken_as_they_are(tmp_path: Path) -> None:
    assert np.array_equal(np.rint(read_grey(write(BONE, tmp_path, "8.png")) * 255), BONE.pixels)


def test_an_inverted_file_gives_the_very_picture_of_the_plain_one(tmp_path: Path) -> None:
    plain, inverted = (read_grey(write(BONE, tmp_path, kind)) for kind in ("plain.dicom", "inverted.dicom"))
    assert np.abs(plain - inverted).max() < 1e-3


def test_a_picture_smaller_than_the_models_may_read_can_be_trained_on(tmp_path: Path) -> None:
    small = draw_bone(36, seed=1, broken=False, region="hand")
    assert read_grey(write(small, tmp_path, "8.png")).shape == (36, 27)


def test_colours_become_their_luminance(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8, 3), (255, 0, 0), np.uint8)).save(tmp_path / "red.png")
    assert read_grey(tmp_path / "red.png") == pytest.approx(np.full((8, 8), 0.299), abs=0.01)


def test_a_picture_is_upright_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(BONE.pixels).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(np.rint(read_grey(tmp_path / "turned.png") * 255), np.rot90(BONE.pixels, -1))


def test_a_torn_jpeg_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = cv2.imencode(".jpg", np.tile(BONE.pixels, (4, 4)))[1].tobytes()
    (tmp_path / "torn.jpg").write_bytes(whole[: len(whole) * 3 // 4])
    (tmp_path / "whole.jpg").write_bytes(whole)
    torn, complete = read_grey(tmp_path / "torn.jpg"), read_grey(tmp_path / "whole.jpg")
    assert torn.shape == complete.shape == (256, 192)
    assert np.abs(torn - complete)[:128].max() < 0.02


@pytest.mark.parametrize("name", ["text.png", "text.dicom"])
def test_what_is_no_image_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"not an image at all")
    with pytest.raises(ValueError, match=f"{name} is no PNG, JPEG or DICOM file"):
        read_grey(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.png is missing"):
        read_grey(tmp_path / "gone.png")


def test_a_flat_picture_is_named(tmp_path: Path) -> None:
    Image.fromarray(np.full((64, 64), 7, np.uint8)).save(tmp_path / "flat.png")
    with pytest.raises(ValueError, match=r"flat\.png has the same value everywhere"):
        read_grey(tmp_path / "flat.png")


def test_a_file_whose_pixels_are_cut_off_is_named(tmp_path: Path) -> None:
    path = write(BONE, tmp_path, "plain.dicom")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ValueError, match=r"bone\.dicom"):
        read_grey(path)


def test_a_real_radiograph_keeps_its_size(shared_data: Path) -> None:
    path = next((shared_data / "fracatlas" / "images").glob("*.jpg"))
    with Image.open(path) as image:
        assert read_grey(path).shape == (image.height, image.width)
