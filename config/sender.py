"""Who may send images here."""

from typing import Final, Literal

from pydantic import Field, field_validator

from config.commitment_reports import CommitmentReports
from config.fields import Networks, Section, check_ae_title, list_networks
from config.image_classes import NamedImageClass
from domain.tier import Tier

#: Stands for every calling AE title.
ANY_AE_TITLE: Final = "*"


class Sender(Section):
    """An application entity that may send images here. Unknown senders are refused (1/1/3)."""

    ae_title: str = Field(description='Calling AE title of the sender; "*" accepts any title from `address`.')
    address: Networks = Field(
        "", description="Address or network (CIDR) it must come from, or a list of them; empty accepts any address."
    )
    sop_classes: tuple[NamedImageClass, ...] = Field(
        (),
        description="Kinds of image it may send, by short name or keyword; empty accepts every kind. Presentation "
        "contexts of others are refused (result 3).",
    )
    tls: Literal["required", "allowed"] = Field(
        "allowed", description='Whether it must come over TLS: "required" refuses it in plain text (1/1/1).'
    )
    tier: Tier = Field(
        Tier.FULL,
        description="How much its studies are told: classification (no types, no places), types (no places), or full.",
    )

    commitment: CommitmentReports | None = Field(
        None, description="Lets it ask for storage commitment; not set: it may not."
    )

    @property
    def is_anyone(self) -> bool:
        """Whether it stands for every calling AE title."""
        return self.ae_title.strip() == ANY_AE_TITLE

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses and networks it may come from; empty for any."""
        return list_networks(self.address)

    @field_validator("ae_title")
    @classmethod
    def _is_ae_title(cls, value: str) -> str:
        return check_ae_title(value)
