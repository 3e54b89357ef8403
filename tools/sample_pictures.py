"""Draw the pictures of README that are documents themselves: python tools/sample_pictures.py docs/pictures.

summary.jpg: the summary of a study of every sample image. result.jpg: three captures side by side. report.jpg: the
first page of the PDF report in two languages, drawn by pdftoppm (Debian: poppler-utils). What other people's viewers
show of the documents comes from the tests of viewers, see `make screenshots`.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image

from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.samples import SAMPLE_STUDIES, write_samples

Picture = NDArray[np.uint8]
SHOWN = ("wrist-fracture", "shoulder-fracture", "forearm-fracture")
_SUMMARY_WIDTH_PX, _CAPTURE_HEIGHT_PX, _GAP_PX = 1280, 760, 12
REPORT_LANGUAGES = ("en", "ar")
_REPORT_HEIGHT_PX = 900
#: Pages and dark sheets alike stand out from it.
_GAP_GREY = 235


def main() -> None:
    """Read the samples, and write both pictures to the folder that the command line names."""
    out = Path(sys.argv[1])
    with TemporaryDirectory() as folder:
        together, apart = Path(folder) / "together", Path(folder) / "apart"
        draw_one_study(together)
        (summary,) = read(together, "summary_capture")
        save(shrink(summary, width=_SUMMARY_WIDTH_PX), out / "summary.jpg")
        write_samples(apart)
        captures = [read(apart / name, "secondary_capture")[0] for name in SHOWN]
        save(put_side_by_side(captures, height=_CAPTURE_HEIGHT_PX), out / "result.jpg")
        draw_reports(apart / SHOWN[0], out / "report.jpg")


def draw_one_study(folder: Path) -> None:
    """Write the images of all samples as one study of one invented person."""
    folder.mkdir()
    specs = [spec for study in SAMPLE_STUDIES for spec in study.images]
    identity = replace(SAMPLE_STUDIES[0].identity, study_description=f"XR {len(specs)} VIEWS")
    for number, ds in enumerate(make_study([draw_phantom(spec) for spec in specs], identity=identity, modality="CR")):
        write_part10(folder / f"{number}.dcm", ds)


def draw_reports(images: Path, path: Path) -> None:
    """Write the first page of the report of a study in each language, side by side."""
    pages = []
    for language in REPORT_LANGUAGES:
        (pdf,) = read_files(images, language).glob("*/report.pdf")
        command = ["pdftoppm", "-r", "110", "-f", "1", "-singlefile", "-png", str(pdf), str(pdf.with_suffix(""))]
        subprocess.run(command, check=True)
        pages.append(np.asarray(Image.open(pdf.with_suffix(".png")).convert("RGB")))
    save(put_side_by_side(pages, height=_REPORT_HEIGHT_PX), path)


def read_files(images: Path, language: str) -> Path:
    """Return the folder of what `osteonode read` writes of a folder of images."""
    out = images.with_name(f"{images.name}-documents-{language}")
    command = [sys.executable, "-m", "dicom_node.cli", "read", str(images), "--out", str(out), "--language", language]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


def read(images: Path, kind: str) -> list[Picture]:
    """Return the captures of one kind that `osteonode read` writes of a folder, in the order of their numbers."""
    out = read_files(images, "en")
    found = [pydicom.dcmread(path) for path in out.glob(f"*/{kind}-*.dcm")]
    return [ds.pixel_array for ds in sorted(found, key=lambda ds: int(ds.InstanceNumber))]


def put_side_by_side(pictures: Sequence[Picture], *, height: int) -> Picture:
    """Return pictures in a row, each of one height."""
    shown = [resize(each, (round(each.shape[1] * height / each.shape[0]), height)) for each in pictures]
    gap = np.full((height, _GAP_PX, 3), _GAP_GREY, np.uint8)
    parts = [part for each in shown for part in (gap, each)]
    return np.concatenate(parts[1:], axis=1)


def shrink(picture: Picture, *, width: int) -> Picture:
    """Return a picture of another width and the same shape."""
    return resize(picture, (width, round(picture.shape[0] * width / picture.shape[1])))


def resize(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return a picture of a width and height."""
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def save(picture: Picture, path: Path) -> None:
    """Write a JPEG that a page loads quickly."""
    Image.fromarray(picture).save(path, quality=85, optimize=True)


if __name__ == "__main__":
    main()
