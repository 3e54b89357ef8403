"""The audit trail (PS3.15 A.5): who reports it, and the repository that it is sent to (IHE ITI ATNA)."""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from config.fields import Port, PositiveSeconds, Section
from config.tls import DestinationTls


class Audit(Section):
    """The audit trail: always kept in the ledger (`osteonode audit`), and sent to a repository where one is named.

    Messages are those of PS3.15 A.5, over syslog (RFC 5424). They name patients, as the Standard demands: use TLS.
    """

    source_id: str = Field("", description="AuditSourceID of this node in its messages; empty: its AE title.")
    enterprise_site_id: str = Field("", description="AuditEnterpriseSiteID: the site that the node belongs to.")
    repository: str = Field("", description="Host name or address of the audit record repository; empty: none.")
    port: Port = Field(6514, description="Its port: 6514 for TLS (RFC 5425), usually 514 otherwise.")
    transport: Literal["tls", "tcp", "udp"] = Field(
        "tls", description="tls: RFC 5425. tcp: the same unencrypted. udp: RFC 5426, which loses messages in silence."
    )
    tls: DestinationTls | None = Field(None, description="How the repository is known, and this node to it.")
    timeout_seconds: PositiveSeconds = Field(10.0, description="Longest wait for the repository.")
    retry_seconds: PositiveSeconds = Field(30.0, description="After a failure it is tried again so much later.")
    most_waiting: int = Field(
        100_000,
        ge=1000,
        description="Most records that wait for a repository that is down; older ones are not sent any more, which is "
        "logged and recorded. They stay in the ledger.",
    )

    @model_validator(mode="after")
    def _tls_is_used(self) -> "Audit":
        if self.tls is not None and self.transport != "tls":
            raise PydanticCustomError(
                "rule", '[audit.tls] is given, but transport = "{transport}"', {"transport": self.transport}
            )
        return self
