"""The images of a study, each with its small picture and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dicom_node.console.section import Section
from dicom_node.console.study_address import address_in
from dicom_node.console.study_states import Badge, statement_of
from dicom_node.console.visit import Visit
from dicom_node.study_ports import ImageFile, StudyFile
from domain.finding import ImageReading
from reporting.translation import Translation, load_translation


@dataclass(frozen=True, slots=True)
class ImageShown:
    """One image with what is said of it.

    Attributes:
        picture: address of its small picture, empty where there is none.
        region, reason: in the language of the visitor.
        models: those that spoke, name and version.
    """

    image: ImageFile
    picture: str
    statement: Badge | None
    probability: float | None
    region: str
    reason: str
    models: tuple[str, ...]


def describe(visit: Visit, file: StudyFile) -> Mapping[str, Any]:
    """Return the images in their order."""
    names = load_translation(visit.words.language)
    return {"images": [_describe_image(file, each, names) for each in file.images]}


def _describe_image(file: StudyFile, image: ImageFile, names: Translation) -> ImageShown:
    reading = file.spoken(image)
    fracture = reading.fracture if reading else None
    return ImageShown(
        image=image,
        picture=address_in(file, "images", image.sop_instance_uid) if image.display or image.stored else "",
        statement=statement_of(fracture.state if fracture else None) if reading else None,
        probability=fracture.probability if fracture else None,
        region=_name_region(reading, names),
        reason=names.reasons.get(reading.reason.code, reading.reason.text) if reading and reading.reason else "",
        models=tuple(f"{each.model} {each.version}" for each in reading.members) if reading else (),
    )


def _name_region(reading: ImageReading | None, names: Translation) -> str:
    label = reading.region.label if reading and reading.region else ""
    return names.regions.get(label, label)


SECTION: Final = Section("study/images.html", describe)
