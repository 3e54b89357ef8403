"""Associations that end without a release: who broke off, and what is to be done about it."""

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.pdu import A_ABORT_RQ

from dicom_node.association_failures.aborts import explain_abort
from dicom_node.association_failures.explanation import Explanation, Place
from dicom_node.receive import events

#: PS3.8 has no word for these two: we aborted, or the connection ended with neither release nor abort.
ENDED_HERE, LOST = "ABORTED-HERE", "CONNECTION-LOST"


class AssociationEnds:
    """Notes the A-ABORT of callers (PS3.8 9.3.8), and logs each association that was not released."""

    def __init__(self) -> None:
        self._aborts: WeakKeyDictionary[Association, tuple[int, int]] = WeakKeyDictionary()

    @property
    def handlers(self) -> Sequence[tuple[Any, Callable[[evt.Event], None]]]:
        """Events of pynetdicom and what hears them."""
        return ((evt.EVT_PDU_RECV, self._note), (evt.EVT_ABORTED, self._tell))

    def _note(self, event: evt.Event) -> None:
        pdu = getattr(event, "pdu", None)
        if isinstance(pdu, A_ABORT_RQ):
            self._aborts[event.assoc] = (pdu.source or 0, pdu.reason_diagnostic or 0)

    def _tell(self, event: evt.Event) -> None:
        requestor = event.assoc.requestor
        title = requestor.primitive.calling_ae_title.strip() if requestor.primitive else ""
        caller = f"{title!r} at {requestor.address}"
        aborted_here = bool(event.assoc._sent_abort)  # a private name, hence pynetdicom's exact version in our own
        explanation = explain_end(caller, self._aborts.get(event.assoc), aborted_here=aborted_here)
        events.association_aborted(title, str(requestor.address), explanation)


def explain_end(caller: str, abort: tuple[int, int] | None, *, aborted_here: bool) -> Explanation:
    """Return why an association ended without a release.

    Args:
        caller: who had opened it, in words.
        abort: source and reason of the caller's A-ABORT, None where none came.
        aborted_here: this node sent one.
    """
    if abort is not None:
        return explain_abort(*abort, who=caller, by_caller=True)
    if aborted_here:
        return Explanation(
            ENDED_HERE,
            f"this node broke the association of {caller}",
            "nothing came for limits.idle_seconds, this node is stopping, or what came broke the protocol "
            "(receive.not_understood, just before)",
            "let the sender release its association after each study",
            Place.PEER,
        )
    return Explanation(
        LOST,
        f"{caller} closed the connection without a release",
        "its program ended, or something between the two cut the connection; what was acknowledged is here",
        "look in its log at this time, and for time limits of firewalls on the way",
        Place.PEER,
    )
