"""What archives are asked beside storage: C-FIND, C-MOVE and C-GET of sources, and storage commitment."""

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from config.completion import Query
from config.settings import Destination
from dicom_node.association_failures.contexts import explain_context
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.association import Negotiation, request
from dicom_node.deliver.c_find_scu import Finder, NotAnswered
from dicom_node.deliver.commitment_report import reporting_role
from dicom_node.deliver.commitment_scu import provider_of
from dicom_node.deliver.query_peer import as_destination
from dicom_node.deliver.retrieve_scu import MOVE_DESTINATION_UNKNOWN, explain_status
from dicom_node.doctor.associations import go_to, tell_association
from dicom_node.doctor.verdicts import Check, Verdict, faulty, good
from dicom_node.storage_commitment import PUSH_MODEL
from domain.retrieval import RetrievalMethod

#: A study that nobody has: a question about it brings nothing of a patient, and nothing is sent.
NOBODYS_STUDY = "2.25.0"
_MODELS = {
    RetrievalMethod.MOVE: StudyRootQueryRetrieveInformationModelMove,
    RetrievalMethod.GET: StudyRootQueryRetrieveInformationModelGet,
}


def examine_source(query: Query, node_ae_title: str, timeout_seconds: float) -> Iterator[Check]:
    """Look at an archive of `[[query]]`: asks it for a study that nobody has, and to send that."""
    peer = as_destination(query).model_copy(update={"timeout_seconds": timeout_seconds})
    if not (yield from go_to(peer)):
        return
    find = StudyRootQueryRetrieveInformationModelFind
    with request(peer, node_ae_title, [find]) as negotiation:
        if not (yield from tell_association(negotiation, peer, node_ae_title)):
            return
        yield _find(negotiation, peer) if find in negotiation.accepted else _refused("C-FIND", find, negotiation)
    yield _examine_retrieval(peer, query, node_ae_title)


def _examine_retrieval(peer: Destination, query: Query, node_ae_title: str) -> Check:
    # An association of its own: archives break the one on which a question was asked that is not allowed.
    probe, model = f"C-{query.retrieve.value.upper()}", _MODELS[query.retrieve]
    with request(peer, node_ae_title, [model]) as negotiation:
        if model not in negotiation.accepted:
            return _refused(probe, model, negotiation)
        if query.retrieve is RetrievalMethod.GET:
            return good(probe, f"{query.ae_title} takes {model.name}")
        return _move(negotiation, query, node_ae_title)


def _refused(probe: str, model: UID, negotiation: Negotiation) -> Check:
    result = negotiation.refusal_of(model)
    words = explain_context(result)
    meaning = f"it does not take {model.name} ({result}: {words.word}): {words.meaning}"
    return Check(
        probe, Verdict.FAULT, meaning, "allow queries for this node's AE title", Place.PEER, f"context {result}"
    )


def _find(negotiation: Negotiation, peer: Destination) -> Check:
    try:
        found = Finder(negotiation, peer.ae_title).find("STUDY", {"StudyInstanceUID": NOBODYS_STUDY})
    except NotAnswered as error:
        if negotiation.course.abort is not None:
            return _forbidden("C-FIND", negotiation)
        return Check("C-FIND", Verdict.FAULT, error.args[0], place=Place.PEER)
    if found:
        meaning = "it answers a question about a study that nobody has: it does not look at Study Instance UID"
        return Check("C-FIND", Verdict.FAULT, meaning, "report it to its maker", Place.PEER)
    return good("C-FIND", f"{peer.ae_title} answers questions")


def _forbidden(probe: str, negotiation: Negotiation) -> Check:
    """What archives do that accept every association and then look who asks."""
    explanation = negotiation.explanation
    meaning = f"{explanation.said} when it was asked: many archives do so where an AE title may not ask them"
    change = "let this node's AE title ask there (Orthanc: DicomModalities, AllowFind, AllowMove), or look in its log"
    return Check(probe, Verdict.FAULT, meaning, change, Place.PEER, explanation.code)


def _move(negotiation: Negotiation, query: Query, node_ae_title: str) -> Check:
    identifier = Dataset()
    identifier.QueryRetrieveLevel, identifier.StudyInstanceUID = "STUDY", NOBODYS_STUDY
    association = negotiation.association
    if association is None or not negotiation.established:
        return faulty("C-MOVE", negotiation.explanation)
    last = Dataset()
    for answer, _identifier in association.send_c_move(
        identifier, node_ae_title, StudyRootQueryRetrieveInformationModelMove
    ):
        last = answer
    if "Status" not in last:
        is_abort = negotiation.course.abort is not None
        return _forbidden("C-MOVE", negotiation) if is_abort else faulty("C-MOVE", negotiation.explanation)
    return _judge_move(int(last.Status), query, node_ae_title)


def _judge_move(status: int, query: Query, node_ae_title: str) -> Check:
    """Say what a final status means of a study that nobody has: most archives look for it before they look where to."""
    unseen = f"whether it knows the address of {node_ae_title} shows with the first study that is fetched"
    if status == 0:
        return good("C-MOVE", f"{query.ae_title} takes C-MOVE; {unseen}")
    if status != MOVE_DESTINATION_UNKNOWN:
        meaning = f"{query.ae_title} takes C-MOVE, and answers 0x{status:04X} to a study that nobody has; {unseen}"
        return Check("C-MOVE", Verdict.UNKNOWN, meaning)
    meaning = f"{query.ae_title} answered 0x{status:04X}: {explain_status(status, node_ae_title)}"
    change = f'enter {node_ae_title} with the address and port of this node there, or set retrieve = "get" here'
    return Check("C-MOVE", Verdict.FAULT, meaning, change, Place.PEER)


def examine_commitment(destination: Destination, node_ae_title: str) -> Iterator[Check]:
    """Look whether whoever is to commit takes requests; none is made."""
    provider = provider_of(destination)
    if not (yield from go_to(provider)):
        return
    with request(provider, node_ae_title, [PUSH_MODEL]) as negotiation:
        if not (yield from tell_association(negotiation, provider, node_ae_title)):
            return
        if PUSH_MODEL in negotiation.accepted:
            reports = "it reports by calling this node, which its list of peers must have"
            yield good("storage commitment", f"{provider.ae_title} takes requests; {reports}")
            return
        result = negotiation.refusal_of(PUSH_MODEL)
        meaning = f"{provider.ae_title} does not take storage commitment ({result}: {explain_context(result).word})"
        change = "enable it there, or set commitment = false for this destination"
        yield Check("storage commitment", Verdict.FAULT, meaning, change, Place.PEER, f"context {result}")


def examine_report_taker(sender: Destination, node_ae_title: str) -> Iterator[Check]:
    """Look whether a sender that asks this node to commit takes reports; none is sent."""
    if not (yield from go_to(sender)):
        return
    with request(sender, node_ae_title, (), reporting_role()) as negotiation:
        if not (yield from tell_association(negotiation, sender, node_ae_title)):
            return
        if PUSH_MODEL in negotiation.accepted:
            yield good("storage commitment", f"{sender.ae_title} takes reports")
            return
        result = negotiation.refusal_of(PUSH_MODEL)
        meaning = f"{sender.ae_title} does not take reports ({result}: {explain_context(result).word})"
        change = "let it accept the Storage Commitment Push Model with this node as the SCP (SCP/SCU role selection)"
        yield Check("storage commitment", Verdict.FAULT, meaning, change, Place.PEER, f"context {result}")
