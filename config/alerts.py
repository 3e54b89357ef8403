"""Who is told when a person has to see to something, and when."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from config.fields import File, Section
from domain.alert import AlertKind

#: An address that a mail may go to or come from (RFC 5321, without quoted local parts).
MailAddress = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$", max_length=254)
]
_WEBHOOK_NEEDS, _MAIL_NEEDS = ("url",), ("host", "sender", "recipients")


class Alerts(Section):
    """When a person is told. Alerts go to every [[alert_channel]]; without one there are none."""

    remind_seconds: float = Field(86400.0, gt=0, description="An alert that is not over is told again after this.")
    settle_seconds: float = Field(
        120.0, ge=0, description="An alert is over when its cause has been gone for this long."
    )
    peer_down_seconds: float = Field(300.0, ge=0, description="A destination may be left alone for this long before.")
    deadline_seconds: float = Field(
        3600.0, gt=0, description="Longest time that an image, a study or a delivery may wait for its next stage."
    )
    free_disk_mib: int = Field(
        5120,
        ge=1,
        description="Alert while less than this is free, in MiB; above limits.free_disk_mib, to be told before.",
    )
    certificate_days: int = Field(30, ge=0, description="Alert when a certificate has fewer days left.")
    drift_index: float = Field(
        0.25,
        ge=0.1,
        description="Alert when the probabilities of a sender and region are so far from those of the validation "
        "images (population stability index of 30 days), and further than chance explains.",
    )
    input_drift_index: float = Field(
        0.25,
        ge=0.1,
        description="Alert when a measure of the images of a sender and region is so far from that of the first images "
        "that the sender sent (population stability index of 30 days), and further than chance explains.",
    )
    reader_failures: int = Field(
        3, ge=1, description="Alert when so many images of the last ten minutes failed in the readers."
    )


class AlertChannel(Section):
    """Somebody who is told of alerts, by mail or by a webhook. `osteonode alerts test` tries it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; stands in logs and on the screen.")
    kind: Literal["email", "webhook"] = Field(description="A mail (SMTP), or a JSON document that is posted (HTTPS).")
    causes: tuple[AlertKind, ...] = Field((), description="Causes that it is told of; empty: all.")
    timeout_seconds: float = Field(10.0, gt=0, le=60, description="Longest wait for an answer.")
    authorities_file: File | None = Field(
        None, description="PEM: the authorities that may have signed its certificate; not set: the system's."
    )
    host: str = Field("", description="Host of the mail server (kind email).")
    port: int = Field(0, ge=0, le=65535, description="Its TCP port (kind email); 0: 587, 465 or 25, by security.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="STARTTLS (RFC 3207), TLS from the first byte (RFC 8314), or neither (kind email)."
    )
    user: str = Field("", description="User of the mail server (kind email); empty: no log-in.")
    password_file: File | None = Field(None, description="File with the password of that user (kind email).")
    sender: MailAddress | Literal[""] = Field("", description="Address that mails come from (kind email).")
    recipients: tuple[MailAddress, ...] = Field((), description="Addresses that mails go to (kind email).")
    url: str = Field(
        "",
        pattern=r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^#\s]*)?)?$",
        description="Where documents are posted to (kind webhook): https, or http on this machine.",
    )
    secret_file: File | None = Field(
        None, description="File with the secret that documents are signed with, HMAC-SHA-256 (kind webhook)."
    )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "AlertChannel":
        needed = _MAIL_NEEDS if self.kind == "email" else _WEBHOOK_NEEDS
        if missing := [key for key in needed if not getattr(self, key)]:
            raise PydanticCustomError(
                "rule", "kind {kind} needs {keys}", {"kind": self.kind, "keys": ", ".join(missing)}
            )
        return self

    @model_validator(mode="after")
    def _tells_no_secret_in_the_clear(self) -> "AlertChannel":
        if self.user and self.password_file is None:
            raise PydanticCustomError("rule", "user is given, but no password_file")
        if self.user and self.security == "none":
            raise PydanticCustomError("rule", "a password goes over TLS alone: set security, or leave user empty")
        if self.url.startswith("http://") and not _is_loopback(self.url):
            raise PydanticCustomError("rule", "url is http to another machine: use https")
        return self


def _is_loopback(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0]
    return host.startswith("[::1]") or host.partition(":")[0] in ("localhost", "127.0.0.1")
