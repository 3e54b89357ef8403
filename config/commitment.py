"""Storage commitment (PS3.4 Annex J): whom we ask for it, and whom we answer."""

from typing import Annotated

from pydantic import Field, field_validator

from config.fields import PositiveSeconds, Section, check_ae_title


class CommitmentProvider(Section):
    """Who takes on the safekeeping of what was delivered, and how it is asked. Used where `commitment` is on."""

    ae_title: str = Field("", description="AE title to ask; empty: that of the destination.")
    host: str = Field("", description="Host name or address; empty: that of the destination.")
    port: int = Field(0, ge=0, le=65535, description="TCP port; 0: that of the destination.")
    report_ae_title: str = Field(
        "", description="Title by which it calls here with its report, where that is another than the title we ask."
    )
    answer_seconds: PositiveSeconds = Field(86400.0, description="Longest wait for its report; then it is asked again.")
    max_silences: int = Field(2, ge=1, description="Requests without a report before a person has to look.")
    max_resends: int = Field(
        3, ge=0, description="Times that what it does not keep is sent again before a person has to look."
    )
    linger_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        1.0, description="So long the association stays open for a report on it; most archives open one of their own."
    )

    @field_validator("ae_title", "report_ae_title")
    @classmethod
    def _is_ae_title(cls, value: str) -> str:
        return check_ae_title(value) if value else value
