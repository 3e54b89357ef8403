"""The log events of receiving: each is named once, here. They carry UIDs, AE titles and codes, never a data set."""

import logging
import traceback
from collections.abc import Sequence

from dicom_node.association_failures.explanation import Explanation
from dicom_node.association_failures.rejections import name_rejection
from dicom_node.receive.admission import Refusal
from dicom_node.receive.event_line import emit as _emit
from dicom_node.receive.peers import AssociationRequest
from dicom_node.receive.statuses import ANSWERS, Outcome
from dicom_node.storage_commitment import NOT_AUTHORISED

LISTENING = "receive.listening"
STOPPED = "receive.stopped"
DECODERS_MISSING = "receive.decoders_missing"
ORPHANS_FOUND = "receive.orphans_found"
LEFTOVERS_REMOVED = "receive.leftovers_removed"
TLS_FAILED = "receive.tls_failed"
NOT_UNDERSTOOD = "receive.not_understood"
ASSOCIATION_ADMITTED = "receive.association_admitted"
ASSOCIATION_REFUSED = "receive.association_refused"
CONTEXTS_REFUSED = "receive.contexts_refused"
ASSOCIATION_ABORTED = "receive.association_aborted"
ECHOED = "receive.echoed"
INSTANCE_STORED = "receive.instance_stored"
INSTANCE_DUPLICATE = "receive.instance_duplicate"
INSTANCE_OF_RETRACTED = "receive.instance_of_retracted"
INSTANCE_CONFLICT = "receive.instance_conflict"
INSTANCE_REFUSED = "receive.instance_refused"
QUARANTINE_FAILED = "receive.quarantine_failed"
ROOM_CHANGED = "receive.room_changed"
HANDLER_FAILED = "receive.handler_failed"
STEP_ANSWERED = "receive.step_answered"
COMMITMENT_ASKED = "receive.commitment_asked"
COMMITMENT_REPORTED = "receive.commitment_reported"

_STORED = {
    Outcome.STORED: (logging.INFO, INSTANCE_STORED),
    Outcome.DUPLICATE: (logging.INFO, INSTANCE_DUPLICATE),
    Outcome.RETRACTED: (logging.WARNING, INSTANCE_OF_RETRACTED),
    Outcome.CONFLICT: (logging.WARNING, INSTANCE_CONFLICT),
}
_SAID = {
    Outcome.DUPLICATE: "here already, and the same: nothing is read again",
    Outcome.RETRACTED: "a duplicate; its study was retracted and is not read again but by `osteonode reread`",
}
#: Keys of the configuration that set the limit behind an answer.
_KEYS = {Outcome.TOO_LARGE: "limits.data_set_mib", Outcome.DISK_HIGH_WATER: "limits.free_disk_mib"}


def listening(ae_title: str, address: str, port: int, *, with_tls: bool) -> None:
    """Say that associations are taken."""
    transport = "tls" if with_tls else "plain"
    _emit(logging.INFO, LISTENING, "listening", ae_title=ae_title, address=address, port=port, transport=transport)


def stopped(cut_associations: int) -> None:
    """Say that the listener is closed, and how many associations did not end by themselves."""
    _emit(logging.INFO, STOPPED, "stopped", cut_associations=cut_associations)


def decoders_missing(transfer_syntax_uids: Sequence[str]) -> None:
    """Say which transfer syntaxes are refused because nothing installed decodes them."""
    uids = " ".join(transfer_syntax_uids)
    _emit(logging.WARNING, DECODERS_MISSING, "no decoder: refused as transfer syntax", transfer_syntax_uids=uids)


def leftovers_removed(count: int) -> None:
    """Say that files of an earlier run were removed that were never acknowledged."""
    _emit(logging.WARNING, LEFTOVERS_REMOVED, "unfinished files of an earlier run removed", count=count)


def tls_failed(address: str, explanation: str) -> None:
    """Say why a connection to the TLS port came to nothing, and which side has to change what."""
    _emit(logging.WARNING, TLS_FAILED, explanation, address=address)


def orphans_found(count: int) -> None:
    """Say that files without a row were found, and where a person sees them."""
    message = "files that an earlier run did not record are in quarantine: osteonode quarantine"
    _emit(logging.WARNING, ORPHANS_FOUND, message, count=count)


def not_understood(address: str, explanation: str) -> None:
    """Say that what came over a connection is no DICOM, or broke its rules; the association is aborted."""
    _emit(logging.WARNING, NOT_UNDERSTOOD, explanation, address=address)


def association_admitted(request: AssociationRequest) -> None:
    """Say who has opened an association."""
    _emit(logging.DEBUG, ASSOCIATION_ADMITTED, "association opened", **_peer(request))


def association_refused(request: AssociationRequest, refusal: Refusal) -> None:
    """Say in words why an association was refused, which key would admit it, and what its sender is told."""
    codes = refusal.rejection.value
    message = f"{refusal.explanation}. The sender was told {name_rejection(*codes)}"
    _emit(logging.WARNING, ASSOCIATION_REFUSED, message, code="/".join(map(str, codes)), **_peer(request))


def contexts_refused(request: AssociationRequest, explanations: Sequence[str], count: int, *, useless: bool) -> None:
    """Say which presentation contexts of an association were refused and why; a warning where none was accepted."""
    level = logging.WARNING if useless else logging.INFO
    message = f"{request.caller}, presentation contexts refused: {'; '.join(explanations)}"
    _emit(level, CONTEXTS_REFUSED, message, count=count, **_peer(request))


def association_aborted(calling_ae_title: str, address: str, explanation: Explanation) -> None:
    """Say why an association ended without a release."""
    fields = {"code": explanation.code, "calling_ae_title": calling_ae_title, "address": address}
    _emit(logging.WARNING, ASSOCIATION_ABORTED, explanation.sentence, **fields)


def echoed(calling_ae_title: str) -> None:
    """Say that a peer has verified the connection."""
    _emit(logging.INFO, ECHOED, "C-ECHO answered", calling_ae_title=calling_ae_title)


def instance_answered(outcome: Outcome, detail: str, *, sop_instance_uid: str, calling_ae_title: str) -> None:
    """Say what became of one C-STORE request."""
    level, event = _STORED.get(outcome, (logging.WARNING, INSTANCE_REFUSED))
    answer = ANSWERS[outcome]
    said = detail or answer.comment or _SAID.get(outcome, "stored")
    _emit(
        level,
        event,
        f"{said}: see {_KEYS[outcome]}" if outcome in _KEYS else said,
        code=outcome.value,
        status=f"0x{answer.status:04X}",
        sop_instance_uid=sop_instance_uid,
        calling_ae_title=calling_ae_title,
    )


def step_answered(status: int, detail: str, sop_instance_uid: str) -> None:
    """Say what became of an N-CREATE or N-SET of a performed procedure step."""
    level = logging.INFO if status == 0 else logging.WARNING
    fields = {"status": f"0x{status:04X}", "sop_instance_uid": sop_instance_uid}
    _emit(level, STEP_ANSWERED, detail or "performed procedure step answered", **fields)


def quarantine_failed(error: Exception, sop_instance_uid: str) -> None:
    """Say that a refused data set could not be put aside."""
    _emit(logging.ERROR, QUARANTINE_FAILED, _describe(error), sop_instance_uid=sop_instance_uid)


def commitment_asked(status: int, calling_ae_title: str) -> None:
    """Say that a modality has asked for storage commitment, and what it was answered."""
    level = logging.INFO if status == 0 else logging.WARNING
    words = "storage commitment asked for"
    if status == NOT_AUTHORISED:
        words += ", which this sender may not: add [sender.commitment] with its port to its [[sender]]"
    _emit(level, COMMITMENT_ASKED, words, status=f"0x{status:04X}", calling_ae_title=calling_ae_title)


def commitment_reported(status: int, calling_ae_title: str) -> None:
    """Say that a provider of storage commitment has reported, and what it was answered."""
    level = logging.INFO if status == 0 else logging.WARNING
    fields = {"status": f"0x{status:04X}", "calling_ae_title": calling_ae_title}
    _emit(level, COMMITMENT_REPORTED, "storage commitment reported", **fields)


def room_changed(has_room: bool) -> None:
    """Say that files which do not come over associations wait for room on the disk, or do no more."""
    words = "there is room on the disk again" if has_room else "less than limits.free_disk_mib is free: files wait"
    _emit(logging.INFO if has_room else logging.WARNING, ROOM_CHANGED, words, code=Outcome.DISK_HIGH_WATER.value)


def handler_failed(error: Exception) -> None:
    """Say that our own code failed: where, but not the message, which may quote a data set."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    _emit(logging.ERROR, HANDLER_FAILED, f"{_describe(error)} at {where}", code=Outcome.PROCESSING_FAILURE.value)


def _describe(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return f"{type(error).__qualname__} {number}" if number else type(error).__qualname__


def _peer(request: AssociationRequest) -> dict[str, str]:
    return {
        "calling_ae_title": request.calling_ae_title.strip(),
        "called_ae_title": request.called_ae_title.strip(),
        "address": request.address,
    }
