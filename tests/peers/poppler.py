"""Poppler and qpdf: what others read in a PDF, how its pages look, and whether it is well formed."""

import subprocess
import unicodedata
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

TIMEOUT_SECONDS = 60
DOTS_PER_INCH = 144
POINTS_PER_INCH = 72


def read_text(path: Path, *options: str) -> list[str]:
    """Return the text of each page, presentation forms of Arabic as letters, spaces as one.

    Options of pdftotext: with `-raw` in the order of the file, else words of Arabic in the order of speech.
    """
    pages = _run("pdftotext", "-enc", "UTF-8", *options, str(path), "-").stdout.split("\f")[:-1]
    return [" ".join(_read_letters(page).split()) for page in pages]


def _read_letters(page: str) -> str:
    letters = unicodedata.normalize("NFKC", page)
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")


def render(path: Path, page: int = 1) -> NDArray[np.uint8]:
    """Return a page as (rows, columns, 3) RGB of 144 dots per inch: two pixels a point."""
    target = path.with_suffix("")
    number = str(page)
    _run(
        "pdftoppm", "-r", str(DOTS_PER_INCH), "-f", number, "-l", number, "-singlefile", "-png", str(path), str(target)
    )
    pixels = cv2.imread(str(target.with_suffix(".png")))
    assert pixels is not None
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def find_faults(path: Path) -> list[str]:
    """Return what qpdf finds wrong with the file, and the typefaces that it leaves to the reader."""
    done = subprocess.run(
        ["qpdf", "--check", str(path)], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    faults = [done.stdout + done.stderr] if done.returncode else []
    faces = _run("pdffonts", str(path)).stdout.splitlines()[2:]
    return faults + [face for face in faces if face.split()[-5:-2] != ["yes", "yes", "yes"]]


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
