"""The display picture: an array or a file, and nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import DocumentError
from reporting.evidence import ImageEvidence
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


def test_a_picture_from_a_file_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "display.png"
    cv2.imwrite(str(path), make_picture())
    evidence = ImageEvidence(make_header(), path)
    assert evidence.picture is not evidence.picture
    assert not any(isinstance(kept, np.ndarray) for kept in vars(evidence).values())
