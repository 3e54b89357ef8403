"""The display picture: an array or a file, and nothing else."""

import weakref
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import DocumentError
from reporting.evidence import ImageEvidence, with_one_picture
from tests.fakes.report_sources import make_header, make_picture


def test_a_picture_may_be_absent() -> None:
    assert ImageEvidence(make_header()).picture is None


def test_a_file_that_is_missing_or_no_picture_is_named_by_its_uid(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_bytes(b"no picture")
    for name in ("absent.png", "empty.png", "text.png"):
        with pytest.raises(DocumentError, match=make_header().SOPInstanceUID):
            _ = ImageEvidence(make_header(), tmp_path / name).picture


def test_a_colour_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "colour.png"
    cv2.imwrite(str(path), np.zeros((4, 5, 3), np.uint8))
    with pytest.raises(DocumentError, match="8-bit grey"):
        _ = ImageEvidence(make_header(), path).picture


def test_a_deep_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), np.zeros((4, 5), np.uint16))
    with pytest.raises(DocumentError, match="8-bit grey"):
        _ = ImageEvidence(make_header(), path).picture


def test_a_file_gives_the_pixels_it_was_written_with(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), make_picture())
    picture = ImageEvidence(make_header(), path).picture
    assert picture is not None
    assert np.array_equal(picture, make_picture())


def test_of_several_images_one_picture_is_in_memory_and_each_gets_its_own(tmp_path: Path) -> None:
    pictures = [make_picture(), np.flipud(make_picture())]
    paths = [tmp_path / f"{number}.png" for number in range(2)]
    for path, picture in zip(paths, pictures, strict=True):
        cv2.imwrite(str(path), picture)
    first, second = with_one_picture(ImageEvidence(make_header(number=each), paths[each]) for each in range(2))
    assert np.array_equal(first.picture, pictures[0])
    assert first.picture is first.picture
    assert not first.picture.flags.writeable
    kept = weakref.ref(first.picture)
    assert np.array_equal(second.picture, pictures[1])
    assert kept() is None
    assert np.array_equal(first.picture, pictures[0])
