"""What a client is told: the HTTP status and the Store Instances response (PS3.18 10.5.3, Annex I.2)."""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from pydicom.dataset import Dataset

from dicom_node.receive.door import Passage
from dicom_node.receive.statuses import ANSWERS, Outcome

JSON, XML = "application/dicom+json", "application/dicom+xml"
#: The status where every instance failed for the same want of this node; 409 where instances are at fault.
_STATUSES: Final = {
    Outcome.TOO_LARGE: 413,
    Outcome.DISK_HIGH_WATER: 507,
    Outcome.DISK_FAILED: 507,
    Outcome.LEDGER_FULL: 507,
    Outcome.LEDGER_FAILED: 503,
    Outcome.STOPPING: 503,
    Outcome.PROCESSING_FAILURE: 500,
}
_OK, _ACCEPTED, _CONFLICT = 200, 202, 409
#: Success, but not as the client may think.
_REMARKS: Final = {
    Outcome.DUPLICATE: "were here already",
    Outcome.RETRACTED: "were here already, and the result of their study was taken back",
    Outcome.OWN_RESULT: "are results of this node and were dropped",
    Outcome.CONFLICT: "differ from an instance of the same UID that came before, and were put aside",
}


def is_success(passage: Passage) -> bool:
    """Return whether the client may delete its copy."""
    return ANSWERS[passage.outcome].status == 0x0000


def choose_status(passages: Sequence[Passage]) -> int:
    """Return the HTTP status (PS3.18 Table 10.5.3-1): 200 all stored, 202 some, otherwise why none was."""
    failed = {passage.outcome for passage in passages if not is_success(passage)}
    if not failed:
        return _OK
    if any(map(is_success, passages)):
        return _ACCEPTED
    statuses = {_STATUSES.get(outcome, _CONFLICT) for outcome in failed}
    return statuses.pop() if len(statuses) == 1 else _CONFLICT


def describe(passages: Sequence[Passage]) -> Dataset:
    """Return the Store Instances Response Module (PS3.18 Table I.2.1): what was stored, what failed and why."""
    response = Dataset()
    response.RetrieveURL = ""  # nothing can be retrieved from this node
    stored = [_refer(passage) for passage in passages if is_success(passage)]
    failed = [passage for passage in passages if not is_success(passage)]
    named = [_fail(passage, _refer(passage)) for passage in failed if passage.sop_instance_uid]
    nameless = [_fail(passage, Dataset()) for passage in failed if not passage.sop_instance_uid]
    for keyword, items in (
        ("ReferencedSOPSequence", stored),
        ("FailedSOPSequence", named),
        ("OtherFailuresSequence", nameless),
    ):
        if items:
            setattr(response, keyword, items)
    return response


def encode(response: Dataset, media_type: str) -> bytes:
    """Return the response as DICOM JSON (PS3.18 F) or as Native DICOM Model XML (PS3.19 A.1)."""
    if media_type == XML:
        root = ElementTree.Element("NativeDicomModel", {"xml:space": "preserve"})
        _write_xml(response, root)
        return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    return response.to_json().encode()


def remark(passages: Sequence[Passage]) -> str:
    """Return in words what the codes of the response do not say; empty where everything is new and stored."""
    counts = {outcome: sum(passage.outcome is outcome for passage in passages) for outcome in Outcome}
    parts = [f"{counts[outcome]} of {len(passages)} {words}" for outcome, words in _REMARKS.items() if counts[outcome]]
    parts += [
        f"{count} of {len(passages)} failed: {outcome.value}, {ANSWERS[outcome].comment}"
        for outcome, count in counts.items()
        if count and ANSWERS[outcome].status != 0x0000
    ]
    return "; ".join(parts)


def _refer(passage: Passage) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = passage.sop_class_uid
    item.ReferencedSOPInstanceUID = passage.sop_instance_uid
    return item


def _fail(passage: Passage, item: Dataset) -> Dataset:
    item.FailureReason = ANSWERS[passage.outcome].status
    return item


def _write_xml(ds: Dataset, parent: ElementTree.Element) -> None:
    for element in ds:
        names = {"tag": f"{element.tag:08X}", "vr": element.VR, "keyword": element.keyword}
        node = ElementTree.SubElement(parent, "DicomAttribute", names)
        if element.VR == "SQ":
            for number, item in enumerate(element.value, 1):
                _write_xml(item, ElementTree.SubElement(node, "Item", {"number": str(number)}))
        elif element.value not in ("", None):
            ElementTree.SubElement(node, "Value", {"number": "1"}).text = str(element.value)
