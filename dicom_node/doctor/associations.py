"""An association with an archive: whether it stands, which documents it would store, and whether it answers C-ECHO."""

from collections.abc import Generator, Iterator

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from config.settings import Destination
from dicom_node.association_failures.contexts import explain_context
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.association import Negotiation, calling_ae_title, request
from dicom_node.doctor.reaching import Way, reach, shake
from dicom_node.doctor.verdicts import Check, Verdict, faulty, good
from dicom_node.doctor.wanted_contexts import Wanted, is_spared, stand_in_of
from dicom_node.tls.inspection import Call


def go_to(peer: Destination) -> Way:
    """Go as far as an association could be asked for: name, TCP, and TLS where the peer is called by it."""
    if not (yield from reach(peer.host, peer.port, peer.timeout_seconds)):
        return False
    if peer.tls is None:
        return True
    return (yield from shake(Call(peer.name, peer.host, peer.port, peer.tls, peer.timeout_seconds)))


def examine_archive(peer: Destination, node_ae_title: str, wanted: Wanted) -> Iterator[Check]:
    """Look at an archive that documents are sent to; sends nothing but C-ECHO.

    Args:
        wanted: what it would be sent, in which SOP classes.
    """
    if not (yield from go_to(peer)):
        return
    with request(peer, node_ae_title, [Verification, *wanted]) as negotiation:
        if not (yield from tell_association(negotiation, peer, node_ae_title)):
            return
        yield from _judge_contexts(negotiation, wanted)
        yield from _echo(negotiation, peer)


def tell_association(negotiation: Negotiation, peer: Destination, node_ae_title: str) -> Generator[Check, None, bool]:
    """Say whether an association was accepted, by what software, or why not."""
    if not (negotiation.established or negotiation.answered):
        yield faulty("association", negotiation.explanation)
        return False
    software = _name_software(negotiation)
    called = f"{peer.ae_title} knows this node as {calling_ae_title(peer, node_ae_title)}"
    yield good("association", f"{called}{f'; its software is {software}' if software else ''}")
    return True


def _name_software(negotiation: Negotiation) -> str:
    association = negotiation.association
    return str(association.acceptor.implementation_version_name or "").strip() if association is not None else ""


def _judge_contexts(negotiation: Negotiation, wanted: Wanted) -> Iterator[Check]:
    accepted = negotiation.accepted
    if stored := [str(kind) for uid in wanted if uid in accepted for kind in wanted[uid]]:
        yield good("contexts", f"it accepts the contexts of {', '.join(stored)}")
    for uid in wanted:
        if uid not in accepted and not is_spared(uid, wanted, accepted):
            yield _judge_refused(uid, negotiation.refusal_of(uid), wanted, accepted)


def _judge_refused(uid: UID, result: int, wanted: Wanted, accepted: frozenset[str]) -> Check:
    words = explain_context(result)
    refused = f"it does not take {uid.name} ({result}: {words.word}): {words.meaning}"
    kinds, code = ", ".join(map(str, wanted[uid])), words.code
    if (instead := stand_in_of(uid, wanted, accepted)) is not None:
        meaning = f"{refused}. {kinds} goes as {instead.name}"
        return Check("contexts", Verdict.WARNING, meaning, f"{words.change}, if it can", Place.PEER, code)
    change = f"{words.change}, or choose a profile of this destination without it"
    return Check("contexts", Verdict.FAULT, f"{refused}. Not stored: {kinds}", change, Place.PEER, code)


def _echo(negotiation: Negotiation, peer: Destination) -> Iterator[Check]:
    if Verification not in negotiation.accepted:
        meaning = f"{peer.ae_title} does not take Verification: it is there, and cannot be probed by C-ECHO"
        yield Check("C-ECHO", Verdict.WARNING, meaning, "enable Verification there, if it can", Place.PEER)
        return
    association = negotiation.association
    answer = association.send_c_echo() if association is not None and negotiation.established else Dataset()
    if "Status" not in answer:
        yield faulty("C-ECHO", negotiation.explanation)
    elif answer.Status == 0:
        yield good("C-ECHO", f"{peer.ae_title} answered 0x0000")
    else:
        meaning = f"{peer.ae_title} answered 0x{answer.Status:04X}"
        yield Check("C-ECHO", Verdict.FAULT, meaning, "look in its log for the reason", Place.PEER)
