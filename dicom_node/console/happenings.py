"""The history of a study in words: one sentence for each thing that happened, with its picture and its tone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dicom_node.console.translation import Words
from dicom_node.study_ports import Happening, HappeningKind, Tone
from domain.study import StudyState
from reporting.translation import Translation

#: First strong isolate and pop directional isolate (Unicode 6.3): a title stays whole in a sentence from right to left.
_ISOLATE, _END = "\u2068", "\u2069"
_ICONS: Final = {Tone.DONE: "check", Tone.NOTE: "info", Tone.WAITS: "wait", Tone.TROUBLE: "warning"}
#: The facts whose values are words of ours: where they stand in the table of words.
_NAMED: Final = {"rule": "happening.rule_", "action": "happening.action_", "outcome": "happening.outcome_"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, as the page shows it.

    Attributes:
        note: a sentence of the ledger, in English.
        words: what a person wrote.
    """

    at: datetime | None
    version: int
    tone: str
    icon: str
    text: str
    note: str
    words: str
    by: str


def describe_happenings(happenings: Sequence[Happening], words: Words, names: Translation) -> list[Moment]:
    """Return a history in words; what a person asked for stands with the version that it followed."""
    moments, version = [], 1
    for each in happenings:
        version = max(version, each.version) if each.at else version
        moments.append(_describe(each, each.version or version, words, names))
    return moments


def _describe(happening: Happening, version: int, words: Words, names: Translation) -> Moment:
    values = {name: _write(name, value, words, names) for name, value in happening.facts.items()}
    key = f"happening.{happening.kind.value}"
    if happening.kind is HappeningKind.READ and happening.facts["unread"]:
        key += "_in_part"
    if happening.kind is HappeningKind.COMPOSED and happening.facts.get("state") == StudyState.SHADOW:
        key += "_in_shadow"
    if happening.kind is HappeningKind.ASKED and happening.facts["destination"]:
        key += "_for"
    return Moment(
        at=happening.at,
        version=version,
        tone=happening.tone.value,
        icon=_ICONS[happening.tone],
        text=words(key, **values),
        note=happening.note,
        words=happening.words,
        by=happening.by,
    )


def _write(name: str, value: str | int, words: Words, names: Translation) -> str:
    if name in _NAMED and value:
        return words(f"{_NAMED[name]}{value}")
    if name == "reason":
        return names.retractions.get(str(value), str(value))
    return f"{_ISOLATE}{value}{_END}" if isinstance(value, str) else str(value)
