"""What the images that come in are compared with."""

from typing import Literal

from pydantic import Field

from config.fields import Section


class Drift(Section):
    """Whether what comes in is as it was. `osteonode drift` shows it, and the page models of the console."""

    inputs_against: Literal["validation", "own"] = Field(
        "validation",
        description="What images are compared with: those that the models were validated on, where those have the "
        "measure, or always the first images that the same sender sent here.",
    )
    baseline_images: int = Field(
        200,
        ge=50,
        le=5000,
        description="How many of the first images of a sender and region are learned, to compare later ones with.",
    )
