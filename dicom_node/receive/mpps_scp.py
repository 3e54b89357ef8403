"""Modality Performed Procedure Step as provider: what a modality says of its work (PS3.4 F.7, IHE RAD-6 and RAD-7).

N-CREATE when it begins, N-SET while it works and when it ends. Each is durable before it is answered with success.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.events import Event
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.sop_class import ModalityPerformedProcedureStep  # type: ignore[attr-defined]

from dicom_node.knowledge_ports import StepChange, StepCreation, StepKeeper
from dicom_node.receive import events
from dicom_node.receive.contexts import STORAGE_SOP_CLASSES
from dicom_node.receive.header import is_uid
from domain.errors import LedgerError, LedgerFull
from domain.performed_step import PerformedStep, StepStatus

SUCCESS: Final = 0x0000
#: PS3.7 C.5, and PS3.4 Table F.7.2-2 for a step that may no longer be updated (with its error ID).
INVALID_VALUE, PROCESSING_FAILURE, DUPLICATE = 0x0106, 0x0110, 0x0111
NO_SUCH_INSTANCE, MISSING_ATTRIBUTE, RESOURCE_LIMITATION = 0x0112, 0x0120, 0x0213
NO_LONGER_UPDATED: Final = 0xA710
_CREATED: Final = {StepCreation.KEPT: SUCCESS, StepCreation.DUPLICATE: DUPLICATE}
_CHANGED: Final = {
    StepChange.KEPT: SUCCESS,
    StepChange.UNKNOWN: NO_SUCH_INSTANCE,
    StepChange.ENDED_BEFORE: PROCESSING_FAILURE,
}
_REFERENCES: Final = ("ReferencedImageSequence", "ReferencedNonImageCompositeSOPInstanceSequence")


class StepRefused(Exception):
    """A request that is not what the Standard asks for; `status` answers it, the text says which attribute."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


@dataclass(frozen=True, slots=True)
class MppsScp:
    """What the DICOM listener adds for performed procedure steps: presentation contexts, and what serves them."""

    keeper: StepKeeper

    @property
    def contexts(self) -> list[PresentationContext]:
        """The one class, uncompressed."""
        return [build_context(ModalityPerformedProcedureStep, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])]

    @property
    def handlers(self) -> list[tuple[Any, Callable[[Event], tuple[Any, Dataset | None]]]]:
        """Events of pynetdicom and what answers them."""
        return [(evt.EVT_N_CREATE, self._on_create), (evt.EVT_N_SET, self._on_set)]

    def _on_create(self, event: Event) -> tuple[Any, Dataset | None]:
        return self._answer(lambda: self._create(event), _uid_of(event, "AffectedSOPInstanceUID"))

    def _on_set(self, event: Event) -> tuple[Any, Dataset | None]:
        return self._answer(lambda: self._set(event), _uid_of(event, "RequestedSOPInstanceUID"))

    def _create(self, event: Event) -> int:
        step = read_creation(_uid_of(event, "AffectedSOPInstanceUID"), event.attribute_list)
        return _CREATED[self.keeper.create_step(step)]

    def _set(self, event: Event) -> int:
        uid, changed = _uid_of(event, "RequestedSOPInstanceUID"), event.modification_list
        return _CHANGED[self.keeper.change_step(uid, read_status(changed), read_references(changed))]

    def _answer(self, keep: Callable[[], int], sop_instance_uid: str) -> tuple[Any, Dataset | None]:
        """Keep, and turn what went wrong into a status; a handler that raised would leave the modality without one."""
        detail = ""
        try:
            status = keep()
        except StepRefused as refusal:
            status, detail = refusal.status, str(refusal)
        except LedgerFull:
            status, detail = RESOURCE_LIMITATION, "no room is left for the ledger"
        except LedgerError:
            status, detail = PROCESSING_FAILURE, "the ledger's store failed"
        except Exception as error:
            events.handler_failed(error)
            return PROCESSING_FAILURE, None
        events.step_answered(status, detail, sop_instance_uid)
        return _encode(status, is_ended=status == PROCESSING_FAILURE and not detail), None


def _uid_of(event: Event, parameter: str) -> str:
    return str(getattr(event.request, parameter, None) or "")


def _encode(status: int, *, is_ended: bool) -> int | Dataset:
    if not is_ended:
        return status
    elements = Dataset()
    elements.Status, elements.ErrorID = status, NO_LONGER_UPDATED
    elements.ErrorComment = "Performed Procedure Step may no longer be updated"
    return elements


def read_creation(sop_instance_uid: str, ds: Dataset) -> PerformedStep:
    """Return the step of an N-CREATE.

    Raises:
        StepRefused: it names no instance or no study, or does not begin IN PROGRESS (PS3.4 F.7.2.1.2).
    """
    if not is_uid(sop_instance_uid):
        raise StepRefused(MISSING_ATTRIBUTE, "no Affected SOP Instance UID")
    if read_status(ds) is not StepStatus.IN_PROGRESS:
        raise StepRefused(INVALID_VALUE, "a step begins with Performed Procedure Step Status IN PROGRESS")
    scheduled = ds.get("ScheduledStepAttributesSequence") or ()
    uids = dict.fromkeys(str(item.get("StudyInstanceUID") or "") for item in scheduled)
    studies = tuple(uid for uid in uids if is_uid(uid))
    if not studies:
        raise StepRefused(MISSING_ATTRIBUTE, "no Study Instance UID in Scheduled Step Attributes Sequence")
    return PerformedStep(sop_instance_uid, studies, references=frozenset(read_references(ds)))


def read_status(ds: Dataset) -> StepStatus | None:
    """Return Performed Procedure Step Status, None where it is not said. Raises StepRefused where it is none."""
    said = str(ds.get("PerformedProcedureStepStatus") or "").strip().upper()
    if not said:
        return None
    if said not in set(StepStatus):
        raise StepRefused(INVALID_VALUE, "Performed Procedure Step Status is none of the defined terms")
    return StepStatus(said)


def read_references(ds: Dataset) -> list[str]:
    """Return the SOP Instance UIDs of the images that a step has made and that this node would take."""
    taken = set(map(str, STORAGE_SOP_CLASSES))
    return [uid for sop_class, uid in _references(ds) if UID(sop_class) in taken and is_uid(uid)]


def _references(ds: Dataset) -> Iterator[tuple[str, str]]:
    for series in ds.get("PerformedSeriesSequence") or ():
        for keyword in _REFERENCES:
            for item in series.get(keyword) or ():
                yield str(item.get("ReferencedSOPClassUID") or ""), str(item.get("ReferencedSOPInstanceUID") or "")
