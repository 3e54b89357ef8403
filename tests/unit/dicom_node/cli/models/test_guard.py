"""`models guard` on a folder: a share for each class, and the names of those that were read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dicom_node.cli.main import run
from tests.fakes.stand_in_bundle import write_bundle


def write_picture(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)


def test_each_class_has_its_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    write_picture(tmp_path / "images" / "black" / "1.png", np.zeros((64, 64)))
    write_picture(tmp_path / "images" / "noise" / "1.png", np.random.default_rng(1).integers(0, 255, (64, 64)))
    assert run(["models", "guard", str(tmp_path / "images"), "--bundle", str(bundle)]) == 0
    said = capsys.readouterr().out
    assert "| black | 1 | 1.000 |" in said
    assert "image-without-contrast 1" in said
    assert "read: noise/1.png" in said


def test_a_folder_without_classes_is_told_how_to_be_laid_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "guard", str(tmp_path)]) == 2
    assert "make one per class" in " ".join(capsys.readouterr().err.split())
