"""A provider of identities that people log in to the console with (OpenID Connect Core 1.0)."""

import re
from typing import Final

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from config.fields import File, Section
from domain.role import Role

#: The host ends where its port or its path begins: `http://127.0.0.1.example.com` is another machine.
_ON_LOOPBACK: Final = re.compile(r"https?://(127(\.[0-9]{1,3}){3}|localhost|\[::1\])(:[0-9]+)?(/|$)")


class ConsoleOidc(Section):
    """OpenID Connect: code flow with PKCE. Who is in none of the groups below may not enter."""

    issuer: str = Field(
        pattern=r"^https?://[!-~]+$",
        description="Address of the provider, as it names itself; its /.well-known/openid-configuration is asked.",
    )
    client_id: str = Field(min_length=1, max_length=256, description="Name of this console at the provider.")
    client_secret_file: File | None = Field(
        None, description="File with the secret of this client; not set: a public client, which PKCE alone protects."
    )
    authorities_file: File | None = Field(
        None, description="PEM: the authorities that signed the provider's certificate; not set: the system's."
    )
    label: str = Field("", max_length=40, description="What the button of the login page says; empty: a general word.")
    scopes: tuple[str, ...] = Field(("openid", "profile"), description="Scopes asked for; `openid` must be one.")
    name_claim: str = Field(
        "preferred_username", description="Claim that people are called by, on screen and in the audit."
    )
    groups_claim: str = Field("groups", description="Claim with the groups of a person: a list, or one text.")
    viewers: tuple[str, ...] = Field((), description="Groups whose members are viewers.")
    operators: tuple[str, ...] = Field((), description="Groups whose members are operators.")
    administrators: tuple[str, ...] = Field((), description="Groups whose members are administrators.")

    logout_at_provider: bool = Field(
        False,
        description="Whether a logout ends the session at the provider, too, which has to know /login/left below "
        "public_url as an address to come back to after a logout.",
    )

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> "ConsoleOidc":
        if "openid" not in self.scopes:
            raise PydanticCustomError("rule", 'scopes must have "openid" among them')
        if not (self.viewers or self.operators or self.administrators):
            raise PydanticCustomError("rule", "nobody could enter: name groups in viewers, operators or administrators")
        if self.issuer.startswith("http://") and not self.is_on_loopback:
            raise PydanticCustomError("rule", "issuer must be an https address, but for a provider on this machine")
        return self

    @property
    def is_on_loopback(self) -> bool:
        """Whether the provider runs on this machine."""
        return _ON_LOOPBACK.match(self.issuer) is not None

    def role_of(self, groups: frozenset[str]) -> Role | None:
        """Return the highest role that these groups have, None where they have none."""
        members = (
            (Role.ADMINISTRATOR, self.administrators),
            (Role.OPERATOR, self.operators),
            (Role.VIEWER, self.viewers),
        )
        return next((role for role, names in members if groups & set(names)), None)
