"""What a STOW-RS server says of each instance: the Store Instances Response Module (PS3.18 Annex I), JSON or XML."""

import json
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree import ElementTree

from dicom_node.deliver.statuses import StatusMeaning, interpret
from domain.delivery import Outcome

REFERENCED_SOP_SEQUENCE: Final = "00081199"
FAILED_SOP_SEQUENCE: Final = "00081198"
_SOP_INSTANCE_UID, _WARNING_REASON, _FAILURE_REASON = "00081155", "00081196", "00081197"
_PRESENT = StatusMeaning(Outcome.DELIVERED, "Duplicate SOP instance: the peer already holds it")

#: Failure Reason (0008,1197) where it differs from a C-STORE status (PS3.18 Table I.2-2).
FAILURE_REASONS: Final = {
    0xC122: StatusMeaning(
        Outcome.REFUSED,
        "Transfer syntax not supported",
        "allow Explicit VR Little Endian at the peer: documents leave uncompressed",
    ),
    # Azure Health Data Services, among the failures of a 409: 45070 already stored, 45071 being stored just now.
    0xB00E: _PRESENT,
    0xB00F: StatusMeaning(Outcome.RETRY, "The peer is still storing or removing it"),
}
_NO_REASON = StatusMeaning(Outcome.RETRY, "Not stored, without a reason", "look in the peer's log for the reason")


@dataclass(frozen=True, slots=True)
class StowAnswer:
    """What was said of instances: reasons by SOP Instance UID; 0 where none was given."""

    stored: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    def meaning_of(self, sop_instance_uid: str) -> tuple[StatusMeaning, int] | None:
        """Return what the answer means for one instance and the reason in it; None where it says nothing of it.

        Of an instance that stands among both it is not said that it was stored.
        """
        if sop_instance_uid in self.failed:
            reason = self.failed[sop_instance_uid]
            return explain_failure(reason), reason
        if sop_instance_uid in self.stored:
            reason = self.stored[sop_instance_uid]
            return (interpret(reason) if 0xB000 <= reason <= 0xBFFF else interpret(0)), reason
        return None


def explain_failure(reason: int) -> StatusMeaning:
    """Return the meaning of a Failure Reason; a success or a warning among failures is none."""
    if reason in FAILURE_REASONS:
        return FAILURE_REASONS[reason]
    meaning = interpret(reason)
    is_claim = meaning.outcome is Outcome.DELIVERED and reason != 0x0111
    return _NO_REASON if is_claim else meaning


def parse_answer(body: bytes, media_type: str) -> StowAnswer | None:
    """Return what an answer says; None where it is no Store Instances Response Module."""
    try:
        items = _read_xml(body) if "xml" in media_type else _read_json(body)
        return StowAnswer(_reasons(items, True), _reasons(items, False))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ElementTree.ParseError):
        return None


#: Items of the sequences by tag: each a tag and its first value.
_Items = dict[str, list[dict[str, str]]]


def _reasons(items: _Items, stored: bool) -> dict[str, int]:
    sequence, reason = (REFERENCED_SOP_SEQUENCE, _WARNING_REASON) if stored else (FAILED_SOP_SEQUENCE, _FAILURE_REASON)
    return {each[_SOP_INSTANCE_UID].strip(" \0"): int(each.get(reason, "0")) for each in items.get(sequence, [])}


def _read_json(body: bytes) -> _Items:
    """Return the sequences of the DICOM JSON model (PS3.18 Annex F); some servers put it into a list."""
    parsed = json.loads(body)
    module = parsed[0] if isinstance(parsed, list) else parsed
    sequences = {tag: module[tag].get("Value", []) for tag in _SEQUENCES if tag in module}
    if not sequences:
        raise ValueError("no Store Instances Response Module")
    return {tag: [_first_values(item) for item in items] for tag, items in sequences.items()}


def _first_values(item: dict[str, Any]) -> dict[str, str]:
    return {tag: str(element["Value"][0]) for tag, element in item.items() if element.get("Value")}


def _read_xml(body: bytes) -> _Items:
    """Return the sequences of the Native DICOM Model (PS3.19 Annex A)."""
    root = ElementTree.fromstring(body)
    found = {node.get("tag", "").upper(): node for node in root if node.get("tag", "").upper() in _SEQUENCES}
    if not found:
        raise ValueError("no Store Instances Response Module")
    return {tag: [_values_of(item) for item in node] for tag, node in found.items()}


def _values_of(item: ElementTree.Element) -> dict[str, str]:
    return {node.get("tag", "").upper(): node[0].text or "" for node in item if len(node)}


_SEQUENCES: Final = (REFERENCED_SOP_SEQUENCE, FAILED_SOP_SEQUENCE)
