"""What the node says of itself: its log, and the web console with those who may use it."""

from ipaddress import ip_address, ip_network
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from config.console_oidc import ConsoleOidc
from config.fields import PositiveSeconds, Section
from domain.role import Role


class Console(Section):
    """What the node says of itself: its log, and the web console, which is off unless `enabled` is set."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe event logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people or for a log collector.")
    enabled: bool = Field(False, description="Serve the web console, in a process of its own.")
    bind: str = Field(
        "127.0.0.1",
        description="Address that the console listens on; 0.0.0.0 for every interface. Without a user (`osteonode "
        "users add`) and without OIDC it is 127.0.0.1, whatever stands here.",
    )
    port: int = Field(8090, ge=0, le=65535, description="TCP port of the console; 0 picks a free one.")
    tls: bool = Field(False, description="Speak HTTPS, with the certificate of [tls]. Browsers are asked for none.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?)?$",
        description="Address that browsers reach the console by, where a reverse proxy stands before it, and for OIDC.",
    )
    host_names: tuple[str, ...] = Field(
        (),
        description="Further names that browsers may call the console by. Its addresses, `localhost`, the name of "
        "this machine and that of public_url are known; any other is refused (421).",
    )
    proxies: tuple[str, ...] = Field(
        (),
        description="Addresses or networks (CIDR) of reverse proxies, whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed.",
    )
    identifiers_from: Role = Field(
        Role.OPERATOR, description="Least role that sees names, IDs and birth dates of patients."
    )
    local_role: Role = Field(
        Role.OPERATOR, description="Role of whoever sits at this machine while there is neither a user nor OIDC."
    )
    idle_seconds: PositiveSeconds = Field(1800.0, description="A session in which nothing is done ends after this.")
    session_seconds: PositiveSeconds = Field(43200.0, description="A session ends after this, whatever is done in it.")
    oidc: ConsoleOidc | None = Field(None)

    @field_validator("bind")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        ip_address(value)
        return value

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, value: Any) -> Any:
        for address in value:
            ip_network(address, strict=False)
        return value

    @model_validator(mode="after")
    def _oidc_knows_where_to_come_back_to(self) -> "Console":
        if self.oidc is not None and not self.public_url:
            raise PydanticCustomError(
                "rule", "oidc needs public_url: the address of this console, which the provider sends people back to"
            )
        return self
