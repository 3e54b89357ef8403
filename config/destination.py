"""Where results go, and when it is tried again."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from config.commitment import CommitmentProvider
from config.fields import File, PositiveSeconds, Section, check_ae_title
from config.profiles import DEFAULT_PROFILE, PROFILES
from config.tls import DestinationTls
from domain.document import COMPANIONS, HL7_KINDS, DocumentKind

#: HL7 table 0211, as far as its sets contain ASCII and a receiver may read them.
HL7CharacterSet = Literal[
    "UNICODE UTF-8",
    "ASCII",
    "8859/1",
    "8859/2",
    "8859/3",
    "8859/4",
    "8859/5",
    "8859/6",
    "8859/7",
    "8859/8",
    "8859/9",
    "8859/15",
]


def _check_profile(value: str) -> str:
    if value not in PROFILES:
        raise ValueError("there is no such profile")
    return value


#: The name of a row of config/profiles.py.
ProfileName = Annotated[str, AfterValidator(_check_profile), WithJsonSchema({"type": "string", "enum": [*PROFILES]})]


#: What Orthanc takes for a label.
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
#: The keys that a kind cannot do without.
_NEEDED = {
    "dicom": ("ae_title", "host", "port"),
    "hl7": ("host", "port"),
    "folder": ("folder",),
    "stow": ("url",),
    "orthanc": ("url",),
}


class Retry(Section):
    """When a delivery that did not succeed is tried again."""

    first_seconds: PositiveSeconds = Field(
        5.0,
        description="Longest wait before the second attempt; it doubles, and each wait is drawn by chance below it.",
    )
    cap_seconds: PositiveSeconds = Field(900.0, description="Longest wait between two attempts.")
    max_attempts: int = Field(100, ge=1, description="Attempts before the delivery is held for a person.")


class Breaker(Section):
    """When deliveries to a destination stop for want of an answer, and how it is found to be back."""

    failures: int = Field(
        5, ge=0, description="Attempts in a row, of any studies, that end for now; then it is left alone. 0: never."
    )
    probe_seconds: PositiveSeconds = Field(
        30.0, description="Wait between two probes: C-ECHO, a TCP connection, an HTTP request, or a small file."
    )


class Destination(Section):
    """Where results go."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; stands in logs and on the screen.")
    kind: Literal["dicom", "hl7", "folder", "stow", "orthanc"] = Field(
        description="C-STORE to an AE, HL7 over MLLP, files in a folder, STOW-RS (DICOMweb), or Orthanc's own REST."
    )
    ae_title: str = Field("", description="AE title of the peer (kind dicom).")
    calling_ae_title: str = Field("", description="AE title we call ourselves there; empty: the node's own.")
    host: str = Field("", description="Host name or address (kinds dicom and hl7).")
    port: int = Field(0, ge=0, le=65535, description="TCP port (kinds dicom and hl7).")
    folder: Path | None = Field(None, description="Folder to write to (kind folder).")
    url: str = Field(
        "",
        pattern=r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^?#\s]*)?)?$",
        description="Where the DICOMweb service begins, above /studies (kind stow), or Orthanc's REST (kind orthanc).",
    )
    user: str = Field("", description="User name for HTTP basic authentication (kinds stow and orthanc).")
    password_file: File | None = Field(None, description="File with the password of that user.")
    token_file: File | None = Field(
        None,
        description="File with a token, read for each delivery (kinds stow and orthanc); sent as token_header says.",
    )
    token_header: str = Field(
        "Authorization",
        pattern=r"^[A-Za-z0-9-]+$",
        description="HTTP header of the token: Authorization sends `Bearer TOKEN`, any other the token alone.",
    )
    labels: tuple[Label, ...] = Field((), description="Labels that the study gets in Orthanc 1.12 or later.")
    profile: ProfileName = Field(
        DEFAULT_PROFILE, description="What is shown there, and so is sent there: a row of the table of profiles below."
    )
    documents: tuple[DocumentKind, ...] = Field((), description="Kinds to send instead; empty: those of the profile.")
    timeout_seconds: PositiveSeconds = Field(30.0, description="Longest wait for one answer of the peer.")
    concurrency: int = Field(2, ge=1, le=16, description="Deliveries to this destination at the same time.")
    receiving_application: str = Field("RIS", max_length=180, description="MSH-5 (kind hl7).")
    receiving_facility: str = Field("", max_length=180, description="MSH-6 (kind hl7).")
    character_set: HL7CharacterSet = Field(
        "UNICODE UTF-8",
        description="MSH-18, and the characters of the message (kind hl7). What a set cannot carry is held.",
    )
    rejection_notes: Literal["off", "quality", "patient-safety"] = Field(
        "off",
        description="Tell an archive to hide superseded results (IHE IOCM), by a note with this title: many archives "
        "still show what was rejected for quality. Retracted results are hidden for patient safety.",
    )
    commitment: bool = Field(
        False,
        description="Ask the archive to commit to what it was sent, and send again what it does not keep (kind dicom; "
        "PS3.4 J).",
    )
    commitment_provider: CommitmentProvider = Field(
        default_factory=CommitmentProvider, description="Who commits, and how it is asked."
    )
    retry: Retry = Field(default_factory=Retry, description="Attempts and waits.")
    breaker: Breaker = Field(default_factory=Breaker, description="When it is left alone.")
    tls: DestinationTls | None = Field(None, description="How to call it by TLS.")

    @field_validator("ae_title", "calling_ae_title")
    @classmethod
    def _is_ae_title(cls, value: str) -> str:
        return check_ae_title(value) if value else value

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Destination":
        missing = [key for key in _NEEDED[self.kind] if not getattr(self, key)]
        if missing:
            context = {"kind": self.kind, "keys": missing, "words": ", ".join(missing)}
            raise PydanticCustomError("missing_for_kind", "a destination of kind {kind} needs {words}", context)
        return self

    @model_validator(mode="after")
    def _is_called_as_its_kind_can_be(self) -> "Destination":
        for is_wrong, words in (
            (self.tls and self.kind == "folder", "a folder is not called by TLS: remove [destination.tls]"),
            (self.tls and self.url.startswith("http:"), "tls is given, but url begins with http: write https"),
            (bool(self.user) != bool(self.password_file), "user and password_file go together: give both, or neither"),
            (self.user and self.token_file, "user and token_file are two ways to say who calls: give one of them"),
        ):
            if is_wrong:
                raise PydanticCustomError("rule", "{words}", {"words": words})
        return self

    @model_validator(mode="after")
    def _asks_for_notes_where_they_can_go(self) -> "Destination":
        if DocumentKind.REJECTION_NOTE in self.documents:
            raise PydanticCustomError(
                "rule", "rejection notes are switched on by `rejection_notes`, not by `documents`"
            )
        if self.kind == "hl7" and self.rejection_notes != "off":
            raise PydanticCustomError(
                "rule", "a rejection note is a DICOM object: a destination of kind hl7 cannot take it"
            )
        return self

    @model_validator(mode="after")
    def _asks_archives_to_commit(self) -> "Destination":
        if self.commitment and self.kind != "dicom":
            raise PydanticCustomError("rule", "only a destination of kind dicom can be asked for storage commitment")
        return self

    @model_validator(mode="after")
    def _sends_something(self) -> "Destination":
        if not self.sends:
            context = {"key": "documents" if self.documents else "profile", "kind": self.kind}
            raise PydanticCustomError("sends_nothing", "nothing of its {key} can go to kind {kind}", context)
        return self

    @property
    def reporting_ae_title(self) -> str:
        """The title by which its provider of storage commitment calls us; empty where it is not asked to commit."""
        provider = self.commitment_provider
        return (provider.report_ae_title or provider.ae_title or self.ae_title).strip() if self.commitment else ""

    @property
    def sends(self) -> frozenset[DocumentKind]:
        """The kinds of document this destination gets; a rejection note is made for it apart from them."""
        able = HL7_KINDS if self.kind == "hl7" else frozenset(DocumentKind) - HL7_KINDS
        if self.kind == "folder":
            able = frozenset(DocumentKind)
        able -= {DocumentKind.REJECTION_NOTE}
        chosen = self.documents or PROFILES[self.profile].documents
        return able & (frozenset(chosen) | {COMPANIONS[kind] for kind in chosen if kind in COMPANIONS})
