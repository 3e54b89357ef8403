"""Folders that images are dropped into."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.fields import AETitle, PositiveSeconds, Section
from config.image_classes import NamedImageClass
from domain.tier import Tier


class Folder(Section):
    """A watched folder: DICOM files put there, or below, are taken in. It is polled, so network shares will do."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; stands in logs and on the screen.")
    path: Path = Field(description="Folder to watch, subfolders included; symbolic links in it are not followed.")
    ae_title: AETitle = Field("FOLDER", description="Calling AE title that is kept with images from here.")
    sop_classes: tuple[NamedImageClass, ...] = Field(
        (), description="Kinds of image taken from it, by short name or keyword; empty takes every kind."
    )
    tier: Tier = Field(Tier.FULL, description="How much its studies are told, as for a [[sender]].")
    taken: Literal["move", "delete"] = Field(
        "move", description="What becomes of a file that was taken in: moved to `taken/` below the folder, or deleted."
    )
    interval_seconds: PositiveSeconds = Field(5.0, description="Time between two looks into the folder.")
    settle_seconds: PositiveSeconds = Field(
        10.0,
        description="A file is taken when size and time have not changed for this long: until then it is half-written.",
    )
