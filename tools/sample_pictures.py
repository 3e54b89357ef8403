"""Draw the pictures of README that are documents themselves: python tools/sample_pictures.py docs/pictures.

summary.jpg: the summary of a study of every sample image. result.jpg: three captures side by side. What other people's
viewers show of the documents comes from the tests of viewers, see `make screenshots`.
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
        save(put_side_by_side(captures), out / "result.jpg")


def draw_one_study(folder: Path) -> None:
    """Write the images of all samples as one study of one invented person."""
    folder.mkdir()
    specs = [spec for study in SAMPLE_STUDIES for spec in study.images]
    identity = replace(SAMPLE_STUDIES[0].identity, study_description=f"XR {len(specs)} VIEWS")
    for number, ds in enumerate(make_study([draw_phantom(spec) for spec in specs], identity=identity, modality="CR")):
        write_part10(folder / f"{number}.dcm", ds)


def read(images: Path, kind: str) -> list[Picture]:
    """Return the captures of one kind that `osteonode read` writes of a folder, in the order of their numbers."""
    out = images.with_name(f"{images.name}-documents")
    command = [sys.executable, "-m", "dicom_node.cli", "read", str(images), "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = [pydicom.dcmread(path) for path in out.glob(f"*/{kind}-*.dcm")]
    return [ds.pixel_array for ds in sorted(found, key=lambda ds: int(ds.InstanceNumber))]


def put_side_by_side(pictures: Sequence[Picture]) -> Picture:
    """Return pictures of one height in a row."""
    shown = [shrink(each, width=round(each.shape[1] * _CAPTURE_HEIGHT_PX / each.shape[0])) for each in pictures]
    gap = np.full((_CAPTURE_HEIGHT_PX, _GAP_PX, 3), 255, np.uint8)
    parts = [part for each in shown for part in (gap, each)]
    return np.concatenate(parts[1:], axis=1)


def shrink(picture: Picture, *, width: int) -> Picture:
    """Return a picture of another width and the same shape."""
    size = (width, round(picture.shape[0] * width / picture.shape[1]))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def save(picture: Picture, path: Path) -> None:
    """Write a JPEG that a page loads quickly."""
    Image.fromarray(picture).save(path, quality=85, optimize=True)


if __name__ == "__main__":
    main()
