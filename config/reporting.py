"""What the documents say beside the findings, and how."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from config.fields import PositiveSeconds, Section
from domain.document import DocumentKind
from domain.finding import FractureState

#: Text of the site in DICOM objects: ASCII without backslash, whatever character set an image has (PS3.5 6.1.2.1).
DicomText = Annotated[str, StringConstraints(min_length=1, pattern=r"^[ -\[\]-~]+$")]
#: Languages of the narrative (ISO 639-1); each is a file of reporting/translations.
Language = Literal["en", "ar", "fr", "es"]
#: The kinds of OPTIONAL_KINDS.
OptionalKind = Literal[DocumentKind.ENCAPSULATED_PDF, DocumentKind.KEY_OBJECT_SELECTION]


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
