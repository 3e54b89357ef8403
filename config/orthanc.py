"""Orthancs whose images are fetched as they arrive there."""

from typing import Literal

from pydantic import Field

from config.fields import AETitle, File, PositiveSeconds, Section
from config.image_classes import NamedImageClass
from config.tls import DestinationTls
from domain.tier import Tier


class Orthanc(Section):
    """An Orthanc as a source: its change feed is followed, and what arrives there is fetched by REST."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; stands in logs and on the screen.")
    url: str = Field(
        pattern=r"^https?://[!-~]+$", description="Root of its REST interface, such as http://10.1.2.3:8042."
    )
    user: str = Field("", description="User of Orthanc; empty where it asks for none.")
    password_file: File | None = Field(None, description="File with the password of that user.")
    ae_title: AETitle = Field("ORTHANC", description="Calling AE title that is kept with images from it.")
    sop_classes: tuple[NamedImageClass, ...] = Field(
        (), description="Kinds of image taken from it, by short name or keyword; empty takes every kind."
    )
    tier: Tier = Field(Tier.FULL, description="How much its studies are told, as for a [[sender]].")
    follow: Literal["NewInstance", "StableStudy"] = Field(
        "NewInstance",
        description="Fetch each image as it arrives, or the images of a study when Orthanc calls it stable.",
    )
    modalities: tuple[str, ...] = Field(
        (), description='Fetch these alone, such as ["CR", "DX"]; empty: every class of plain radiographs.'
    )
    remote_ae_titles: tuple[str, ...] = Field(
        (), description="Fetch only what these AE titles sent to Orthanc; empty: whoever sent it."
    )
    history: bool = Field(False, description="At the very first start, fetch what Orthanc held before, too.")
    label: str = Field(
        "osteonode",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="Label of a study in Orthanc while its answer is out at every destination; empty: none.",
    )
    metadata: int = Field(
        5100,
        ge=1024,
        le=65535,
        description="Number of the metadata that says the same in an Orthanc without labels (before 1.12).",
    )
    interval_seconds: PositiveSeconds = Field(2.0, description="Time between two questions for changes.")
    retry_cap_seconds: PositiveSeconds = Field(
        300.0, description="Longest wait before an Orthanc that is down, or an image that fails, is asked for again."
    )
    timeout_seconds: PositiveSeconds = Field(30.0, description="Longest wait for the next bytes of an answer.")
    tls: DestinationTls | None = Field(
        None, description="Authorities and own certificate for https; without it the system's authorities."
    )
