"""A dataset as the YOLO tools read one: `images/{train,val,test}`, `labels/{train,val,test}` and a `data.yaml`."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from inference.picture import is_picture
from inference.training.datasets.image_files import ORIENTATION, UPRIGHT, measure
from inference.training.datasets.labelled import LabelledImage, Splits
from inference.training.datasets.pixels import read_grey
from inference.training.datasets.yolo_lines import format_box

PARTS = {"train": "training", "val": "validation", "test": "test"}
FILE_NAME = "data.yaml"
#: First line of a data.yaml, by which a folder that may be written anew is known.
MARK = "# Written by Osteonode; written anew on the next run.\n"

#: Modes of Pillow whose eight bits every reader of PNG and JPEG shows alike.
_PLAIN_MODES = frozenset({"L", "RGB"})


def write_yolo(
    splits: Splits, classes: Sequence[str], folder: Path, *, on_image: Callable[[], None] = lambda: None
) -> Path:
    """Write images and labels below a folder, and return its data.yaml.

    Pictures of eight bits are linked; those of sixteen, turned ones and DICOM are written as PNG of eight bits, as
    `read_grey` shows them. Boxes of other classes than those named are left out; an image without a box gets an empty
    label file, which means background.

    Args:
        classes: labels of boxes, in the order of their numbers.
        on_image: called after each image, for a progress bar.

    Raises:
        FileExistsError: the folder holds something that was not written here.
        ValueError: training or validation is empty, no box has one of the classes, or an image cannot be read.
    """
    _check(splits, classes)
    _clear(folder)
    parts = {part: _name(getattr(splits, attribute)) for part, attribute in PARTS.items()}
    jobs = [(part, name, image) for part, named in parts.items() for name, image in named.items()]
    for kind in ("images", "labels"):
        for part in PARTS:
            (folder / kind / part).mkdir(parents=True, exist_ok=True)

    def write(job: tuple[str, str, LabelledImage]) -> None:
        _write_one(folder, *job, classes)

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(write, jobs):
            on_image()
    return _write_yaml(folder, [part for part, named in parts.items() if named], classes)


def _check(splits: Splits, classes: Sequence[str]) -> None:
    if not splits.training or not splits.validation:
        raise ValueError("YOLO needs images for training and for validation; one of the two parts is empty")
    labels = {box.label for image in splits.training for box in image.boxes}
    if not labels & set(classes):
        raise ValueError(
            f"no box in training has one of the classes {', '.join(classes)}; there are {sorted(labels) or 'no boxes'}"
        )


def _clear(folder: Path) -> None:
    """Take away what an earlier run wrote: an image left in training could be in the test of this run."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    described = folder / FILE_NAME
    if not described.is_file() or not described.read_text().startswith(MARK):
        raise FileExistsError(f"{folder} holds other files; name a folder that is empty or does not exist")
    for kind in ("images", "labels"):
        shutil.rmtree(folder / kind, ignore_errors=True)


def _name(images: Sequence[LabelledImage]) -> dict[str, LabelledImage]:
    """Name each image by its file, and where files share a name by its study as well."""
    count = Counter(image.path.stem for image in images)
    return {
        image.path.stem if count[image.path.stem] == 1 else f"{_digest(image)}-{image.path.stem}": image
        for image in images
    }


def _digest(image: LabelledImage) -> str:
    return hashlib.sha256(f"{image.study}/{image.path.as_posix()}".encode()).hexdigest()[:12]


def _write_one(folder: Path, part: str, name: str, image: LabelledImage, classes: Sequence[str]) -> None:
    rows, columns = _write_image(image.path, folder / "images" / part / name)
    known = (box for box in image.boxes if box.label in classes)
    lines = (format_box(box, classes, rows, columns) for box in known)
    text = "".join(f"{line}\n" for line in lines if line is not None)
    (folder / "labels" / part / f"{name}.txt").write_text(text)


def _write_image(source: Path, target: Path) -> tuple[int, int]:
    """Link or write one image; `target` is without its suffix. Return (rows, columns)."""
    if _is_plain(source):
        _link(source, target.with_name(target.name + source.suffix.lower()))
        return measure(source)
    grey = np.rint(read_grey(source) * 255).astype(np.uint8)
    if not cv2.imwrite(str(target.with_name(f"{target.name}.png")), grey):
        raise OSError(f"{target}.png cannot be written")
    return grey.shape[0], grey.shape[1]


def _is_plain(path: Path) -> bool:
    if not is_picture(path):
        return False
    with Image.open(path) as image:
        return image.mode in _PLAIN_MODES and image.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source.resolve())
    except (OSError, NotImplementedError):  # a file system, or an account, without links
        shutil.copyfile(source, target)


def _write_yaml(folder: Path, parts: Sequence[str], classes: Sequence[str]) -> Path:
    # JSON texts are YAML texts, quotes and all.
    lines = [f"path: {json.dumps(str(folder.resolve()))}"]
    lines += [f"{part}: images/{part}" for part in parts]
    lines += ["names:", *(f"  {number}: {json.dumps(label)}" for number, label in enumerate(classes))]
    path = folder / FILE_NAME
    path.write_text(MARK + "".join(f"{line}\n" for line in lines))
    return path
