"""MURA and LERA as one dataset of eleven regions and abnormal: two folders side by side."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.lera import read_lera
from inference.training.datasets.mura import read_mura

SOURCES = {"mura": read_mura, "lera": read_lera}


def read_mura_lera(folder: Path) -> Sequence[LabelledImage]:
    """Read both from the folder that holds both; patients are named by their dataset, so that numbers do not collide.

    The authors' split of MURA is left out: LERA has none, and both are split by patient together.

    Raises:
        FileNotFoundError: one of the two is not there.
        ValueError: as the readers of both.
    """
    return [
        replace(image, patient=f"{name}/{image.patient}", study=f"{name}/{image.study}", split=None)
        for name, read in SOURCES.items()
        for image in read(folder)
    ]
