"""The studies that ship with the product: drawn bones, invented people."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.identity import PhantomIdentity
from inference.phantom.spec import PhantomSpec


@dataclass(frozen=True)
class SampleStudy:
    """One study to show: what a visitor sees it is for, who it belongs to, and its pictures."""

    name: str
    shows: str
    modality: str
    identity: PhantomIdentity
    images: tuple[PhantomSpec, ...]


class _Clear(TypedDict):
    difficulty: float
    plain: bool


_CLEAR: _Clear = {"difficulty": 0.1, "plain": True}

SAMPLE_STUDIES: tuple[SampleStudy, ...] = (
    SampleStudy(
        "wrist-fracture",
        "left wrist in two views, displaced fracture of the distal radius",
        "CR",
        PhantomIdentity(
            "Vinter^Astrid", "DEMO-0001", "19620314", "F", "DEMO-A-1001", "20260112", "081500",
            referring_physician_name="Okafor^Daniel", study_description="XR WRIST LEFT 2 VIEWS",
        ),
        (
            PhantomSpec("hand", True, 1536, 1248, 21, "L", 12, view="PA",
                body_part="WRIST", broken_bone="radius", **_CLEAR),
            PhantomSpec("hand", True, 1536, 1248, 22, "L", 12, view="LATERAL",
                body_part="WRIST", broken_bone="radius", **_CLEAR),
        ),
    ),
    SampleStudy(
        "knee-normal",
        "right knee, nothing broken",
        "CR",
        PhantomIdentity(
            "Yamada^Tarou=山田^太郎=やまだ^たろう", "DEMO-0002", "19810702", "M", "DEMO-A-1002", "20260112", "083000",
            study_description="XR KNEE RIGHT AP", character_set=("", "ISO 2022 IR 87"),
        ),
        (PhantomSpec("leg", False, 1536, 1248, 31, "R", 12, body_part="KNEE", plain=True),),
    ),
    SampleStudy(
        "shoulder-fracture",
        "right shoulder, fracture of the humerus",
        "CR",
        PhantomIdentity(
            "قباني^لنزار", "DEMO-0003", "19550921", "M", "DEMO-A-1003", "20260112", "084500",
            study_description="XR SHOULDER RIGHT AP", character_set=("ISO_IR 127",),
        ),
        (PhantomSpec("shoulder", True, 1536, 1248, 41, "R", 12, broken_bone="humerus", **_CLEAR),),
    ),
    SampleStudy(
        "forearm-fracture",
        "left forearm, shaft fracture; a DX machine that stores bone dark (MONOCHROME1)",
        "DX",
        PhantomIdentity(
            "Müller^Jörg", "DEMO-0004", "20120530", "M", "DEMO-A-1004", "20260112", "090000",
            referring_physician_name="Åkesson^Lena", study_description="XR FOREARM LEFT AP",
            character_set=("ISO_IR 192",),
        ),
        (
            PhantomSpec("hand", True, 1792, 1280, 51, "L", 14, "MONOCHROME1", body_part="FOREARM",
                broken_bone="radius", **_CLEAR),
        ),
    ),
    SampleStudy(
        "chest",
        "a chest, which no fracture model here may read: the answer is `not analysed`",
        "DX",
        PhantomIdentity(
            "Rossi^Carla", "DEMO-0005", "19700108", "F", "DEMO-A-1005", "20260112", "091500",
            study_description="XR CHEST PA", character_set=("ISO_IR 100",),
        ),
        (PhantomSpec("chest", False, 1536, 1536, 61, "L", 12, view="PA", plain=True),),
    ),
)  # fmt: skip


def write_samples(folder: Path) -> tuple[Path, ...]:
    """Write every sample study, one folder each; return the files in order.

    Raises OSError when the folder cannot be written.
    """
    paths = []
    for study in SAMPLE_STUDIES:
        target = folder / study.name
        target.mkdir(parents=True, exist_ok=True)
        phantoms = [draw_phantom(spec) for spec in study.images]
        for index, ds in enumerate(make_study(phantoms, identity=study.identity, modality=study.modality), start=1):
            path = target / f"{index}.dcm"
            write_part10(path, ds)
            paths.append(path)
    return tuple(paths)
