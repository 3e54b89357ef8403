"""DICOM TLS (PS3.15 B.12): the port that takes it, and how this node shows itself to a peer and knows it."""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from config.fields import File, Section

_LISTS_HELP = (
    "Revocation lists, PEM or DER: a certificate that stands in one is refused, and so is each whose authority has no "
    "list here, or one that has expired. New files are taken without a restart."
)
_DEPTH_HELP = (
    '"leaf": the last certificate alone must have a list of its authority; "chain": those of the authorities too.'
)


class ListenerTls(Section):
    """A second DICOM port that speaks TLS 1.2 or 1.3 only, beside the plain one. Without this table there is none."""

    port: int = Field(2762, ge=0, le=65535, description="TCP port of the TLS listener; 0 picks a free one.")
    certificate_file: File = Field(
        description="PEM: the certificate that this node shows, then those between it and the authority."
    )
    key_file: File = Field(description="PEM: the private key of that certificate; only the node's user may read it.")
    key_password_file: File | None = Field(None, description="File with the password of the private key.")
    authorities_file: File | None = Field(
        None, description="PEM: the authorities whose certificates are believed of those who call."
    )
    client_certificates: Literal["required", "optional"] = Field(
        "required",
        description="Whether a caller must show a certificate of theirs. One that is shown is always checked.",
    )
    revocation_files: tuple[File, ...] = Field((), description=_LISTS_HELP)
    revocation_depth: Literal["leaf", "chain"] = Field("leaf", description=_DEPTH_HELP)

    @model_validator(mode="after")
    def _knows_whom_it_believes(self) -> "ListenerTls":
        if self.client_certificates == "required" and self.authorities_file is None:
            raise PydanticCustomError(
                "rule",
                "authorities_file is missing, so no caller's certificate can be believed: give it, or set "
                'client_certificates = "optional" to take callers without one',
            )
        if self.revocation_files and self.authorities_file is None:
            raise PydanticCustomError(
                "rule", "revocation_files is given, but no authorities_file: no caller shows a certificate"
            )
        return self


class DestinationTls(Section):
    """How to call this destination by TLS 1.2 or 1.3. An empty table is enough; without the table a call is plain."""

    authorities_file: File | None = Field(
        None, description="PEM: the authorities that may have signed the peer's certificate; not set: the system's."
    )
    certificate_file: File | None = Field(
        None, description="PEM: the certificate that this node shows, for a peer that asks for one."
    )
    key_file: File | None = Field(None, description="PEM: the private key of that certificate.")
    key_password_file: File | None = Field(None, description="File with the password of the private key.")
    server_name: str = Field("", description="Name that stands in the peer's certificate, where it is not `host`.")
    check_host_name: bool = Field(
        True,
        description="false: believe any certificate of these authorities, whoever shows it. For a peer whose "
        "certificate does not name it; every start warns.",
    )
    revocation_files: tuple[File, ...] = Field((), description=_LISTS_HELP)
    revocation_depth: Literal["leaf", "chain"] = Field("leaf", description=_DEPTH_HELP)

    @model_validator(mode="after")
    def _has_both_halves(self) -> "DestinationTls":
        if (self.certificate_file is None) != (self.key_file is None):
            raise PydanticCustomError("rule", "certificate_file and key_file go together: give both, or neither")
        if self.key_password_file is not None and self.key_file is None:
            raise PydanticCustomError("rule", "key_password_file is given, but no key_file")
        if self.server_name and not self.check_host_name:
            raise PydanticCustomError(
                "rule", "server_name is the name to check, but check_host_name = false: give one of them"
            )
        return self
