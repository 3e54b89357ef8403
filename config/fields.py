"""What the tables of a configuration share: the table itself, and the types of keys that several of them have."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

#: An application entity title: at most 16 characters, no backslash or control character (PS3.5 6.2, VR AE).
AETitle = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16, pattern=r"^[ !-\[\]-~]+$")
]
Port = Annotated[int, Field(ge=1, le=65535)]
#: A file that the configuration names; a relative one counts from the folder of the configuration.
File = Annotated[Path, WithJsonSchema({"type": "string", "format": "file-path"})]
PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def check_ae_title(value: str) -> str:
    """Return an AE title; raises ValueError where it is none (PS3.5 6.2, VR AE)."""
    if not 1 <= len(value) <= 16 or "\\" in value or not value.isprintable() or not value.isascii():
        raise ValueError("an AE title has 1 to 16 ASCII characters and no backslash")
    return value


def check_networks(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Return addresses and networks; raises ValueError where one is none."""
    for network in list_networks(value):
        ip_network(network, strict=False)
    return value


def list_networks(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses and networks that a key names, however many; none for an empty text."""
    return tuple(network for network in ((value,) if isinstance(value, str) else value) if network)


#: Addresses and networks (CIDR) that somebody may come from: one, or a list of them.
Networks = Annotated[str | tuple[str, ...], AfterValidator(check_networks)]


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
