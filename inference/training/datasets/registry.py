"""Every dataset that can be read, by the name that a recipe gives it."""

from collections.abc import Mapping
from types import MappingProxyType

from inference.training.datasets import grazpedwri, spinexr
from inference.training.datasets.bone_break import BONE_BREAK, read_bone_break
from inference.training.datasets.fracatlas import FRACATLAS, FRACTURE, read_fracatlas
from inference.training.datasets.labelled import DatasetReaders
from inference.training.datasets.lera import LERA, read_lera
from inference.training.datasets.mura import MURA, read_mura
from inference.training.datasets.mura_lera import read_mura_lera
from inference.training.datasets.published import Published

READERS: DatasetReaders = MappingProxyType(
    {
        "mura": read_mura,
        "lera": read_lera,
        "mura-lera": read_mura_lera,
        "grazpedwri": grazpedwri.read_grazpedwri,
        "spinexr": spinexr.read_spinexr,
        "fracatlas": read_fracatlas,
        "bone-break": read_bone_break,
    }
)

#: What each of them is read from, for people: title, layout, source, licence.
PUBLISHED: Mapping[str, tuple[Published, ...]] = MappingProxyType(
    {
        "mura": (MURA,),
        "lera": (LERA,),
        "mura-lera": (MURA, LERA),
        "grazpedwri": (grazpedwri.GRAZPEDWRI,),
        "spinexr": (spinexr.SPINEXR,),
        "fracatlas": (FRACATLAS,),
        "bone-break": (BONE_BREAK,),
    }
)

#: The labels of the boxes of the datasets that have boxes, in the order of their class numbers.
BOX_CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"grazpedwri": grazpedwri.CLASSES, "spinexr": spinexr.LESIONS, "fracatlas": (FRACTURE,)}
)
