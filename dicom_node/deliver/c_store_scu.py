"""DICOM objects to an archive: C-STORE as SCU (PS3.4 Annex B, PS3.7 9.1.1)."""

from collections.abc import Sequence

from pydicom.uid import UID
from pynetdicom import AE
from pynetdicom.association import Association

from config.settings import Destination
from dicom_node.association_failures.contexts import explain_context
from dicom_node.deliver.association import Negotiation, calling_ae_title, request
from dicom_node.deliver.dicom_objects import read_object, reply_for_both, separate
from dicom_node.deliver.echo import probe_dicom
from dicom_node.deliver.parcels import Parcel, plan
from dicom_node.deliver.replies import Reply, conclude, reply
from dicom_node.deliver.statuses import interpret
from dicom_node.ports import Probe
from domain.delivery import Attempt, Outcome
from domain.document import Document
from domain.errors import DocumentError

#: A link slower than this is taken for broken: the wait for an answer grows with the size of what is sent.
SLOWEST_BYTES_PER_SECOND = 250_000
#: PS3.7 9.1.1.1: 0 medium, 1 high, 2 low (which pynetdicom would send).
MEDIUM_PRIORITY = 0


class CStoreDestination:
    """Sends the documents of a study over one association. Safe to call from several threads.

    Args:
        settings: a destination of kind `dicom`.
        node_ae_title: what we call ourselves where the destination does not say.

    Raises:
        ValueError: an AE title is not one (PS3.5 6.2, VR AE).
    """

    def __init__(self, settings: Destination, node_ae_title: str) -> None:
        self.name = settings.name
        self._settings = settings
        self._node_ae_title = node_ae_title
        for title in (settings.ae_title, calling_ae_title(settings, node_ae_title)):
            AE(title)

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Send each document; of a pair where one stands in for the other, only the one that the peer accepts.

        Returns:
            One receipt per document passed. A pair shares its outcome, and the status says which of the two was sent.
        """
        objects, strangers = separate(documents)
        if not objects:
            return conclude(strangers)
        replies, explanation = self._exchange(objects)
        return conclude(replies + strangers, explanation)

    def probe(self) -> Probe:
        """Send a C-ECHO."""
        return probe_dicom(self._settings, self._node_ae_title)

    def _exchange(self, objects: Sequence[Document]) -> tuple[list[Reply], str]:
        classes = {document.sop_class_uid for document in objects}
        with request(self._settings, self._node_ae_title, classes) as negotiation:
            if not (negotiation.established or negotiation.answered):
                replies = [reply(each.identifier, negotiation.outcome, "not sent") for each in objects]
                return replies, negotiation.explain()
            replies = [
                each for parcel in plan(objects, negotiation.accepted) for each in self._send(parcel, negotiation)
            ]
            broken = negotiation.accepted and not negotiation.established
            return replies, negotiation.explain() if broken else ""

    def _send(self, parcel: Parcel, negotiation: Negotiation) -> tuple[Reply, ...]:
        if not parcel.accepted:
            name = UID(parcel.document.sop_class_uid).name
            refusal = explain_context(negotiation.refusal_of(parcel.document.sop_class_uid))
            status = f"not sent: the peer does not accept {name} ({refusal.word})"
            return reply_for_both(parcel, Outcome.REFUSED, status, f"{refusal.change} [{refusal.code}]")
        if negotiation.association is None or not negotiation.established:
            return reply_for_both(parcel, Outcome.RETRY, "not sent: the association broke before")
        try:
            status_code = _store(negotiation.association, parcel.document, self._settings.timeout_seconds)
        except DocumentError as error:
            return reply_for_both(parcel, Outcome.REFUSED, f"not sent: {error}", "report this: it is a fault here")
        if status_code is None:
            negotiation.course.broken = True
            return reply_for_both(parcel, Outcome.RETRY, "no answer to C-STORE")
        meaning = interpret(status_code)
        return reply_for_both(parcel, meaning.outcome, f"0x{status_code:04X} {meaning.words}", meaning.advice)


def _store(association: Association, document: Document, timeout_seconds: float) -> int | None:
    """Send one object and return the peer's status; None where the association broke or no answer came in time.

    The data set is read without decoding values, so in the same transfer syntax the bytes sent are the document's own.
    """
    ds = read_object(document)
    association.dimse_timeout = timeout_seconds + len(document.content) / SLOWEST_BYTES_PER_SECOND
    try:
        answer = association.send_c_store(ds, priority=MEDIUM_PRIORITY)
    except RuntimeError:  # pynetdicom's word for an association that ended since we looked
        return None
    # Only the status: an Error Comment (0000,0902) is free text of the peer and may name the patient.
    return int(answer.Status) if "Status" in answer else None
