"""Who may send images here."""

from ipaddress import ip_network
from typing import Final

from pydantic import Field, field_validator

from config.fields import Section, check_ae_title
from domain.tier import Tier

#: Stands for every calling AE title.
ANY_AE_TITLE: Final = "*"


class Sender(Section):
    """An application entity that may send images here. Unknown senders are refused (1/1/3)."""

    ae_title: str = Field(description='Calling AE title of the sender; "*" accepts any title from `address`.')
    address: str = Field("", description="Address or network (CIDR) it must come from; empty accepts any address.")
    tier: Tier = Field(
        Tier.FULL,
        description="How much its studies are told: classification (no types, no places), types (no places), or full.",
    )

    @field_validator("ae_title")
    @classmethod
    def _is_ae_title(cls, value: str) -> str:
        return check_ae_title(value)

    @field_validator("address")
    @classmethod
    def _is_network(cls, value: str) -> str:
        if value:
            ip_network(value, strict=False)
        return value
