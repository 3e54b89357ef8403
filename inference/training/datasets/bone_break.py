"""The bone-break types: one folder for each of ten types of fracture, each with Train and Test.

The images were exported from an annotation service that writes several copies of one picture, turned or shaded, as
`name_jpg.rf.<hash>.jpg`. Copies of one picture count as one patient: a copy in training gives away the test.
"""

from collections.abc import Sequence
from pathlib import Path

from inference.training.datasets.image_files import list_images
from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.published import Published, locate

#: The folders as they are spelled.
FOLDERS = (
    *("Avulsion fracture", "Comminuted fracture", "Fracture Dislocation", "Greenstick fracture", "Hairline Fracture"),
    *("Impacted fracture", "Longitudinal fracture", "Oblique fracture", "Pathological fracture", "Spiral Fracture"),
)
#: The values of `LabelledImage.fracture_type`, in the order of the folders.
TYPES = tuple(folder.lower() for folder in FOLDERS)
SPLITS = {"Train": "train", "Test": "test"}
SUFFIXES = (".jpg", ".jpeg", ".png")

BONE_BREAK = Published(
    title="Bone Break Classification (ten types of fracture)",
    needs=FOLDERS,
    layout="Bone Break Classification/Avulsion fracture/Train/*.jpg\n"
    "Bone Break Classification/Avulsion fracture/Test/*.jpg\n"
    f"and the same for {', '.join(FOLDERS[1:])}",
    source="Kaggle, Bone Break Classification Image Dataset (pkdarabi)",
    licence="see its page: where the pictures come from is not stated",
)


def read_bone_break(folder: Path) -> Sequence[LabelledImage]:
    """Read the ten types from their folder or the one above it; the splits are the authors' train and test.

    Raises:
        FileNotFoundError: the layout is another one, or a type has no image.
    """
    root, _ = locate(folder, BONE_BREAK)
    return [image for name in FOLDERS for image in _read_type(root / name)]


def _read_type(folder: Path) -> list[LabelledImage]:
    fracture_type = folder.name.lower()
    images = []
    for name, split in SPLITS.items():
        for path in list_images(folder / name, SUFFIXES):
            # Numbers start anew in each type: images94 of one is not images94 of another.
            original = f"{fracture_type}/{path.stem.partition('.rf.')[0]}"
            images.append(LabelledImage(path, original, original, split, abnormal=True, fracture_type=fracture_type))
    if not images:
        raise FileNotFoundError(f"{folder} has no image in Train or Test; unpack the archive again")
    return images
