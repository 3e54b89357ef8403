"""How long what is finished stays on this machine."""

from math import inf
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from config.fields import PositiveSeconds, Section

Days = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Retention(Section):
    """How long what is finished stays on this machine; what still waits for anything is never removed.

    The archive is the home of images and results. Days count from the last image or answer of a study; 0 keeps for
    ever.
    """

    images_days: Days = Field(
        30.0,
        description="Pixels of received images. Until then a study can be read again without being sent again; their "
        "headers stay as long as the documents.",
    )
    evidence_days: Days = Field(30.0, description="Display pictures and heat maps, which are made of the pixels.")
    documents_days: Days = Field(
        90.0,
        description="Files of the documents. Until then an answer can be retracted, and a late image supersedes it.",
    )
    history_days: Days = Field(
        730.0, description="What `osteonode show` tells of a study: readings, versions, deliveries, attempts."
    )
    quarantine_days: Days = Field(90.0, description="Files that were put aside.")
    orders_days: Days = Field(
        180.0,
        description="Orders and performed procedure steps, from the last message about them; longer than the wait of "
        "a patient for an examination.",
    )
    sweep_seconds: PositiveSeconds = Field(600.0, description="How often it is looked for what is due.")

    @model_validator(mode="after")
    def _keeps_what_the_rest_needs(self) -> "Retention":
        images, documents, history = (
            each or inf for each in (self.images_days, self.documents_days, self.history_days)
        )
        if not images <= documents <= history or (self.evidence_days or inf) > documents:
            raise PydanticCustomError(
                "rule",
                "images_days and evidence_days must not be above documents_days, nor that above history_days "
                "(0 is for ever)",
            )
        return self
