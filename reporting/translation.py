"""The words of the narrative as data: one file a language, checked when it is loaded.

The files are in reporting/translations. A language that lacks a word, or whose phrase drops a place for a value, is
refused as a whole: half a sentence in a report is worse than English.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationInfo, field_validator, model_validator

from config.reporting import Language
from domain.correction import RetractionReason
from reporting import codes
from reporting.fracture_types import TYPES

ENGLISH: Language = "en"
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: One line without control characters, or the line of an HL7 segment would end in it.
Words = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]

_PHRASES: Mapping[str, frozenset[str]] = {
    key: frozenset(places.split())
    for key, places in {
        "opening": "",
        "version": "version previous",
        "result_before": "previous before",
        "image_changed": "image before now",
        "image_added": "image",
        "place_moved": "",
        "unchanged": "",
        "changes_unknown": "",
        "read_again": "",
        "retracted": "version previous reason",
        "retracted_by": "by",
        "retraction_note": "note",
        "coverage": "read images",
        "arrival": "arrived expected",
        "study_present": "probability",
        "study_doubt": "probability",
        "study_absent": "probability",
        "study_absent_in_part": "probability",
        "study_unread": "",
        "image": "number",
        "image_named": "number series instance",
        "image_sentence": "image parts",
        "image_present": "",
        "image_doubt": "",
        "image_absent": "",
        "image_unread": "",
        "reason": "reason",
        "reason_in_english": "reason",
        "probability": "percent",
        "percent": "number",
        "percent_lowest": "",
        "percent_highest": "",
        "place_of_both": "header models",
        "place_of_header": "header",
        "place_of_models": "models",
        "place_contradictory": "header models",
        "view_contradictory": "header description",
        "place_unstated": "",
        "tier_classification": "",
        "tier_types": "",
        "pdf_left_out": "size limit",
        "type": "type probability",
        "marked": "count",
        "unmarked": "",
        "silent": "image models",
        "models": "models bundle",
        "models_none": "bundle",
        "closing": "",
        "part_separator": "",
        "list_separator": "",
    }.items()
}
#: Labels and sentences that stand on the pages of the report alone.
_REPORT: Mapping[str, frozenset[str]] = {
    key: frozenset(places.split())
    for key, places in {
        "title": "",
        "version": "version previous",
        "page": "page pages",
        "written": "moment",
        "patient_name": "",
        "patient_id": "",
        "patient_birth_date": "",
        "patient_sex": "",
        "study_description": "",
        "study_date": "",
        "accession_number": "",
        "images": "",
        "study_instance_uid": "uid",
        "not_stated": "",
        "not_shown": "",
        "no_picture": "",
        "image_caption": "",
        "place_caption": "number",
        "heat_map_caption": "",
        "heat_map_note": "",
        "place": "number percent",
        "attention": "",
        "suggestions": "",
        "models": "",
        "operating_points": "",
        "operating_point": "region doubt present",
        "any_region": "",
        "about": "",
    }.items()
}
_PLACES: Mapping[str, Mapping[str, frozenset[str]]] = {"phrases": _PHRASES, "report": _REPORT}
_KEYS: Mapping[str, frozenset[str]] = {
    **{table: frozenset(places) for table, places in _PLACES.items()},
    "sides": frozenset({*codes.SIDES, "unstated", "contradictory", "left_but_right", "right_but_left"}),
    "views": frozenset({"frontal", "lateral"}),
    "regions": frozenset(codes.REGIONS),
    "body_parts": frozenset(codes.BODY_PARTS),
    "types": frozenset(TYPES),
    "retractions": frozenset(RetractionReason),
}


class Translation(BaseModel):
    """One language.

    Attributes:
        phrases: sentences and parts of sentences, with places for values in braces.
        sides: by the value of the header's laterality, for none and two that differ, and for one that the header's
            description contradicts.
        views: what a header states of the view, where it says two things.
        regions: what the models call the regions they know.
        body_parts: by Body Part Examined (0018,0015).
        types: by the label that the models give a type of fracture.
        reasons: why an image was not analysed, by the code of the reason.
        report: labels and sentences of the report's pages, with places for values in braces.
        retractions: why a person took a result back, by the code of the reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: dict[str, Words]
    sides: dict[str, Words]
    views: dict[str, Words]
    regions: dict[str, Words]
    body_parts: dict[str, Words]
    types: dict[str, Words]
    reasons: dict[str, Words]
    report: dict[str, Words]
    retractions: dict[str, Words]

    @model_validator(mode="after")
    def _has_every_word(self) -> "Translation":
        for table, keys in _KEYS.items():
            if difference := keys ^ getattr(self, table).keys():
                raise ValueError(f"{table} is missing, or has beyond what is known: {', '.join(sorted(difference))}")
        return self

    @field_validator("phrases", "report")
    @classmethod
    def _has_every_place(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        places = _PLACES[info.field_name or ""]
        for key, phrase in value.items():
            if find_places(phrase) != sorted(places.get(key, ())):
                raise ValueError(f"{key} has other places for values than it must have")
        return value

    @field_validator("sides", "views", "regions", "body_parts", "types", "reasons", "retractions")
    @classmethod
    def _has_no_place(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := sorted(key for key, words in value.items() if "{" in words or "}" in words):
            raise ValueError(f"braces in {', '.join(wrong)}")
        return value

    def say(self, phrase: str, **values: object) -> str:
        """Return a phrase with its values."""
        return self.phrases[phrase].format(**values)

    def label(self, phrase: str, **values: object) -> str:
        """Return a label or sentence of the report's pages with its values."""
        return self.report[phrase].format(**values)


def find_places(phrase: str) -> list[str]:
    """Return the names in braces, sorted, each as often as it occurs. Raises ValueError for an unmatched brace."""
    return sorted(name for _, name, _, _ in Formatter().parse(phrase) if name is not None)


def parse_translation(text: str, *, like: Translation | None = None) -> Translation:
    """Return a language from its TOML text.

    Raises ValueError, naming the key, where it is not what it must be, or knows other reasons than the language `like`.
    """
    translation = Translation.model_validate(tomllib.loads(text))
    if like is not None and (difference := like.reasons.keys() ^ translation.reasons.keys()):
        raise ValueError(f"reasons is missing, or has beyond what is known: {', '.join(sorted(difference))}")
    return translation


@cache
def load_translation(language: Language) -> Translation:
    """Return a language. Raises ValueError where its file is not what it must be, or lacks a reason of English."""
    text = files("reporting").joinpath("translations", f"{language}.toml").read_text(encoding="utf-8")
    return parse_translation(text, like=None if language == ENGLISH else load_translation(ENGLISH))
