"""The settings of a node: frozen pydantic models; the nouns are those of PS3.15 Annex H where it has them.

Every key has a type, a unit in its name, a default and one sentence of help. Unknown keys are errors.
"""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from config.profiles import DEFAULT_PROFILE, PROFILES
from domain.document import COMPANIONS, HL7_KINDS, OPTIONAL_KINDS, DocumentKind
from domain.finding import FractureState
from domain.tier import Tier

#: An application entity title: at most 16 characters, no backslash or control character (PS3.5 6.2, VR AE).
AETitle = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16, pattern=r"^[ !-\[\]-~]+$")
]
Port = Annotated[int, Field(ge=1, le=65535)]
PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
#: Text of the site in DICOM objects: ASCII without backslash, whatever character set an image has (PS3.5 6.1.2.1).
DicomText = Annotated[str, StringConstraints(min_length=1, pattern=r"^[ -\[\]-~]+$")]
#: Languages of the narrative (ISO 639-1); each is a file of reporting/translations.
Language = Literal["en", "ar", "fr", "es"]
#: The kinds of OPTIONAL_KINDS.
OptionalKind = Literal[DocumentKind.ENCAPSULATED_PDF, DocumentKind.KEY_OBJECT_SELECTION]
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
#: Stands for every calling AE title.
ANY_AE_TITLE = "*"


def _check_study_url(value: str) -> str:
    if not value:
        return value
    bare = value.replace("{StudyInstanceUID}", "1.2", 1)
    if bare == value or "{" in bare or "}" in bare:
        raise ValueError("a link to the study has {StudyInstanceUID} in it, once, and no other braces")
    parts = urlsplit(bare)  # raises ValueError of its own for what is no URL at all
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a link to the study begins with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a link to the study names no user: every receiver would read it")
    return value


#: A template of a URL; RP-1 is an ST, for which 999 bytes are common; printable ASCII without blanks (RFC 3986).
StudyUrl = Annotated[str, StringConstraints(max_length=900, pattern=r"^[!-~]*$"), AfterValidator(_check_study_url)]


def _check_profile(value: str) -> str:
    if value not in PROFILES:
        raise ValueError("there is no such profile")
    return value


#: The name of a row of config/profiles.py.
ProfileName = Annotated[str, AfterValidator(_check_profile), WithJsonSchema({"type": "string", "enum": [*PROFILES]})]


def _check_ae_title(value: str) -> str:
    if not 1 <= len(value) <= 16 or "\\" in value or not value.isprintable() or not value.isascii():
        raise ValueError("an AE title has 1 to 16 ASCII characters and no backslash")
    return value


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Node(Section):
    """The node itself: its application entity, its port and its disk."""

    ae_title: AETitle = Field("OSTEONODE", description="AE title of this node; peers must call it by this title.")
    bind: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(11112, ge=0, le=65535, description="TCP port of the DICOM listener; 0 picks a free one.")
    data: Path = Field(Path("./data"), description="Folder for the ledger, received instances and documents.")
    check_called_ae_title: bool = Field(True, description="Refuse associations that call another AE title (1/1/7).")


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
        return _check_ae_title(value)

    @field_validator("address")
    @classmethod
    def _is_network(cls, value: str) -> str:
        from ipaddress import ip_network

        if value:
            ip_network(value, strict=False)
        return value


class Retry(Section):
    """When a delivery that did not succeed is tried again."""

    first_seconds: PositiveSeconds = Field(5.0, description="Wait before the second attempt.")
    cap_seconds: PositiveSeconds = Field(900.0, description="Longest wait between two attempts.")
    max_attempts: int = Field(100, ge=1, description="Attempts before the delivery is held for a person.")


class Destination(Section):
    """Where results go."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; stands in logs and on the screen.")
    kind: Literal["dicom", "hl7", "folder"] = Field(
        description="C-STORE to an AE, HL7 over MLLP, or files in a folder."
    )
    ae_title: str = Field("", description="AE title of the peer (kind dicom).")
    calling_ae_title: str = Field("", description="AE title we call ourselves there; empty: the node's own.")
    host: str = Field("", description="Host name or address (kinds dicom and hl7).")
    port: int = Field(0, ge=0, le=65535, description="TCP port (kinds dicom and hl7).")
    folder: Path | None = Field(None, description="Folder to write to (kind folder).")
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
    retry: Retry = Field(default_factory=Retry, description="Attempts and waits.")

    @field_validator("ae_title", "calling_ae_title")
    @classmethod
    def _is_ae_title(cls, value: str) -> str:
        return _check_ae_title(value) if value else value

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Destination":
        needed = {"dicom": ("ae_title", "host", "port"), "hl7": ("host", "port"), "folder": ("folder",)}[self.kind]
        missing = [key for key in needed if not getattr(self, key)]
        if missing:
            context = {"kind": self.kind, "keys": missing, "words": ", ".join(missing)}
            raise PydanticCustomError("missing_for_kind", "a destination of kind {kind} needs {words}", context)
        return self

    @model_validator(mode="after")
    def _asks_for_notes_where_they_can_go(self) -> "Destination":
        if DocumentKind.REJECTION_NOTE in self.documents:
            raise ValueError("rejection notes are switched on by `rejection_notes`, not by `documents`")
        if self.kind == "hl7" and self.rejection_notes != "off":
            raise ValueError("a rejection note is a DICOM object: a destination of kind hl7 cannot take it")
        return self

    @model_validator(mode="after")
    def _sends_something(self) -> "Destination":
        if not self.sends:
            context = {"key": "documents" if self.documents else "profile", "kind": self.kind}
            raise PydanticCustomError("sends_nothing", "nothing of its {key} can go to kind {kind}", context)
        return self

    @property
    def sends(self) -> frozenset[DocumentKind]:
        """The kinds of document this destination gets; a rejection note is made for it apart from them."""
        able = HL7_KINDS if self.kind == "hl7" else frozenset(DocumentKind) - HL7_KINDS
        if self.kind == "folder":
            able = frozenset(DocumentKind)
        able -= {DocumentKind.REJECTION_NOTE}
        chosen = self.documents or PROFILES[self.profile].documents
        return able & (frozenset(chosen) | {COMPANIONS[kind] for kind in chosen if kind in COMPANIONS})


class Completion(Section):
    """When a study counts as complete: DICOM has no signal for it."""

    quiet_seconds: PositiveSeconds = Field(60.0, description="Complete when no image has come for this long.")
    hard_cap_seconds: PositiveSeconds = Field(600.0, description="Complete this long after the first image at latest.")


class Limits(Section):
    """What the node takes on before it says no."""

    associations: int = Field(25, ge=1, le=1000, description="Associations at the same time.")
    pdu_bytes: int = Field(131072, ge=4096, description="Largest PDU we ask peers to send, in bytes.")
    idle_seconds: PositiveSeconds = Field(60.0, description="An association without traffic is aborted after this.")
    data_set_mib: int = Field(512, ge=1, description="Largest data set accepted, in MiB.")
    free_disk_mib: int = Field(1024, ge=1, description="Refuse images (0xA700) while less than this is free, in MiB.")


class Reading(Section):
    """How images are read."""

    bundle: Path | None = Field(None, description="Folder with manifest.json and weights; empty: the shipped bundle.")
    precision: Literal["f32", "bf16", "int8"] = Field(
        "f32",
        description="Version of the bundle: bf16 and int8 are quicker, need a CPU with bfloat16, and have their own "
        "numbers.",
    )
    processes: int = Field(1, ge=1, le=16, description="Reader processes; a crash in one loses no study.")
    threads: int = Field(2, ge=1, le=64, description="Inference threads in each reader process.")
    deadline_seconds: PositiveSeconds = Field(60.0, description="An image not read by then is answered not analysed.")
    member_seconds: PositiveSeconds = Field(
        10.0, description="A model that takes longer is left out; the answer says so."
    )


class Reporting(Section):
    """What stands in the documents beside the findings."""

    manufacturer: DicomText = Field("Osteonode", max_length=64, description="Manufacturer (0008,0070) of the results.")
    station_name: DicomText = Field("OSTEONODE", max_length=16, description="StationName (0008,1010); also MSH-3.")
    facility: str = Field("RADIOLOGY", max_length=180, description="MSH-4 of HL7 messages.")
    assigning_authority: str = Field(
        "HOSPITAL", max_length=64, description="Assigning authority in PID-3 where the image names no issuer."
    )
    capture_side_px: int = Field(2048, ge=256, le=8192, description="Longest side of a secondary capture, in pixels.")
    heat_maps: tuple[FractureState, ...] = Field(
        (FractureState.PRESENT, FractureState.DOUBT),
        description="Images with one of these statements get a heat map capture; empty: none is made.",
    )
    heat_map_side_px: int = Field(
        1024, ge=256, le=8192, description="Longest side of the picture on a heat map capture, in pixels."
    )
    recommendations: bool = Field(
        False, description="Add suggestions of public guidelines, each with its source (docs/recommendations.md)."
    )
    optional_documents: tuple[OptionalKind, ...] = Field(
        (),
        description="Kinds to make beside those that are always made. A destination that names its `documents` must "
        "name them too.",
    )
    key_object_captures: bool = Field(
        False, description="Let the key object selection name the captures of its images as well."
    )
    hl7_pdf: bool = Field(
        False,
        description="Enclose the report as a PDF in the HL7 message (OBX-2 ED, Base64), where it is small enough.",
    )
    hl7_pdf_limit_kib: int = Field(
        512,
        ge=1,
        le=16384,
        description="Largest PDF that is enclosed, in KiB; a larger one is left out and the message says so. HL7 2.5.1 "
        "itself allows 48; many receivers take more.",
    )
    hl7_link: StudyUrl = Field(
        "",
        description="Link to the study in the HL7 message (OBX-2 RP): an http or https URL with {StudyInstanceUID} in "
        "it; empty: none.",
    )
    language: Language = Field(
        "en",
        description="Language of the text in the HL7 message, and in the structured report where the study's character "
        "set can carry it, else English there.",
    )
    phrase_model: Path | Literal["shipped"] | None = Field(
        None,
        description='Folder of a phrase model that proposes the impression in English, or "shipped" for the one that '
        "comes with the product; empty: templates alone. What it says is checked (docs/phrases.md).",
    )
    phrase_seconds: PositiveSeconds = Field(2.0, description="A proposal that takes longer is left for the template.")

    @model_validator(mode="after")
    def _phrases_are_english(self) -> "Reporting":
        if self.phrase_model is not None and self.language != "en":
            raise ValueError('phrase_model writes English alone: set language = "en", or leave it out')
        return self


class Explanations(Section):
    """Pictures of what each part of an image adds, made when the answer has left (docs/explanations.md)."""

    lime: bool = Field(False, description="Make them, by LIME. Needs the extra `models`: run `make models`.")
    findings: tuple[FractureState, ...] = Field(
        (FractureState.PRESENT, FractureState.DOUBT), description="Images with one of these statements are explained."
    )
    images: int = Field(1, ge=1, le=16, description="Images explained in each study, the most suspicious first.")
    samples: int = Field(1000, ge=100, le=20000, description="Times that parts of an image are hidden, at random.")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Decides which parts: the same seed gives the same picture.")
    threads: int = Field(1, ge=1, le=64, description="Threads of its process, which has the lowest priority there is.")
    deadline_seconds: PositiveSeconds = Field(1800.0, description="A study that takes longer gets none.")


class Console(Section):
    """What the node says of itself."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe event logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people or for a log collector.")


class Settings(Section):
    """The whole configuration of a node."""

    node: Node = Field(default_factory=Node)
    sender: tuple[Sender, ...] = Field(())
    destination: tuple[Destination, ...] = Field(())
    completion: Completion = Field(default_factory=Completion)
    limits: Limits = Field(default_factory=Limits)
    reading: Reading = Field(default_factory=Reading)
    reporting: Reporting = Field(default_factory=Reporting)
    explanations: Explanations = Field(default_factory=Explanations)
    console: Console = Field(default_factory=Console)

    @model_validator(mode="after")
    def _one_title_has_one_tier(self) -> "Settings":
        tiers = {(sender.ae_title, sender.tier) for sender in self.sender}
        if len(tiers) > len({title for title, _tier in tiers}):
            raise ValueError("two senders have the same ae_title and different tiers; a title has one tier")
        return self

    def tier_of(self, calling_ae_title: str) -> Tier:
        """Return the tier of a calling AE: that of its own entry before that of "*"."""
        tiers = {sender.ae_title: sender.tier for sender in self.sender}
        return tiers.get(calling_ae_title.strip()) or tiers.get(ANY_AE_TITLE) or Tier.FULL

    @model_validator(mode="after")
    def _destination_names_are_unique(self) -> "Settings":
        names = [destination.name for destination in self.destination]
        if len(names) != len(set(names)):
            raise ValueError("two destinations have the same name")
        return self

    @model_validator(mode="after")
    def _what_a_destination_names_is_made(self) -> "Settings":
        named = {kind for destination in self.destination for kind in destination.documents}
        if missing := (named & OPTIONAL_KINDS) - set(self.reporting.optional_documents):
            kinds = ", ".join(sorted(missing))
            raise ValueError(f"a destination names {kinds}: add it to optional_documents of [reporting] as well")
        return self
