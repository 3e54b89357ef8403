"""What happens to one C-STORE request, from the file that arrived to its outcome."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from pydicom.uid import UID

from dicom_node.knowledge_ports import AssociationMarks
from dicom_node.ports import Clock, InstanceLedger, Recorded
from dicom_node.receive import events
from dicom_node.receive.header import Header, read_header
from dicom_node.receive.incoming import IncomingDataSet
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import ANSWERS, Outcome, Refused
from domain.errors import LedgerError, LedgerFull
from domain.instance import ReceivedInstance
from domain.tier import Tier


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """The command of a C-STORE request (PS3.7 9.1.1) and the presentation context it came in.

    Where no association was negotiated, what the file's meta information says stands in their place.

    Attributes:
        study_instance_uid: that the sender announced; empty where it announced none.
        association: that it came in; None where it came another way.
    """

    sop_class_uid: str
    sop_instance_uid: str
    abstract_syntax_uid: str
    transfer_syntax_uid: str
    calling_ae_title: str
    called_ae_title: str
    study_instance_uid: str = ""
    association: Hashable = None


class Storing:
    """Takes data sets in: checked, durable, recorded - and only then acknowledged.

    Args:
        most_bytes: of one data set.
        tier_of: the tier that was agreed with a calling AE that calls one of our titles; kept with each instance,
            whatever is agreed later. Calling and called AE title are kept beside it.
        marks: told which association brings images of which study.
    """

    def __init__(
        self,
        shelf: Shelf,
        ledger: InstanceLedger,
        clock: Clock,
        *,
        most_bytes: int,
        tier_of: Callable[[str, str], Tier] = lambda _calling_ae_title, _called_ae_title: Tier.FULL,
        marks: AssociationMarks | None = None,
    ) -> None:
        self._shelf, self._ledger, self._clock, self._most_bytes = shelf, ledger, clock, most_bytes
        self._tier_of = tier_of
        self._marks = marks

    def store(self, request: StoreRequest, incoming: IncomingDataSet, known: Refused | None = None) -> Outcome:
        """Return what became of the data set; when that is a success it is durable and recorded.

        The incoming file is gone afterwards: it was kept, put aside or removed.

        Args:
            known: why it is not taken in, where that showed before it was whole.
        """
        detail = ""
        try:
            if known is not None and incoming.failure is None:
                raise known
            outcome = self._take_in(request, incoming)
        except Refused as refusal:
            outcome, detail = refusal.outcome, refusal.detail
            if ANSWERS[outcome].quarantined and incoming.path is not None:
                self._put_aside(request, incoming, refusal)
        except LedgerFull:
            outcome = Outcome.LEDGER_FULL
        except LedgerError:
            outcome = Outcome.LEDGER_FAILED
        except OSError as error:
            outcome, detail = Outcome.DISK_FAILED, error.strerror or ""
        finally:
            incoming.discard()
        events.instance_answered(
            outcome,
            detail,
            sop_instance_uid=request.sop_instance_uid,
            calling_ae_title=request.calling_ae_title,
        )
        return outcome

    def _take_in(self, request: StoreRequest, incoming: IncomingDataSet) -> Outcome:
        header = self._check(request, incoming)
        if self._marks is not None and request.association is not None:
            self._marks.bring(request.association, header.study_instance_uid)
        path = self._shelf.keep(incoming, header)
        # A file whose recording fails stays: it is whole and durable, and the same bytes, sent again, land on it.
        # To remove it would risk a copy that another association was told is safe.
        recorded = self._ledger.record_instance(self._describe(request, incoming, header, path))
        if recorded is Recorded.CONFLICT:
            self._move_aside(request, incoming, path)
        if recorded is Recorded.OWN_RESULT:
            path.unlink(missing_ok=True)
        return {
            Recorded.NEW: Outcome.STORED,
            Recorded.RETRACTED: Outcome.RETRACTED,
            Recorded.OWN_RESULT: Outcome.OWN_RESULT,
            Recorded.DUPLICATE: Outcome.DUPLICATE,
            Recorded.CONFLICT: Outcome.CONFLICT,
        }[recorded]

    def _check(self, request: StoreRequest, incoming: IncomingDataSet) -> Header:
        if incoming.failure is not None:
            raise Refused(incoming.failure, f"after {incoming.size_bytes} bytes")
        if incoming.path is None:
            raise Refused(Outcome.UNPARSABLE, "the request has no data set")
        syntax = UID(request.transfer_syntax_uid)
        header = read_header(incoming.path, incoming.data_set_offset, syntax, self._most_bytes)
        if not header.sop_class_uid == request.sop_class_uid == request.abstract_syntax_uid:
            said = f"{request.sop_class_uid or 'nothing'} in context {request.abstract_syntax_uid}"
            held = header.sop_class_uid if header.sop_class_uid.replace(".", "").isdigit() else "no UID"
            raise Refused(Outcome.CLASS_CONTRADICTION, f"the request says {said}, the data set {held}")
        if header.sop_instance_uid != request.sop_instance_uid:
            raise Refused(Outcome.INSTANCE_CONTRADICTION, f"the data set says {header.sop_instance_uid}")
        if request.study_instance_uid not in ("", header.study_instance_uid):
            raise Refused(Outcome.STUDY_CONTRADICTION, f"the data set says {header.study_instance_uid}")
        return header

    def _describe(
        self, request: StoreRequest, incoming: IncomingDataSet, header: Header, path: Path
    ) -> ReceivedInstance:
        return ReceivedInstance(
            study_instance_uid=header.study_instance_uid,
            series_instance_uid=header.series_instance_uid,
            sop_instance_uid=header.sop_instance_uid,
            sop_class_uid=header.sop_class_uid,
            transfer_syntax_uid=request.transfer_syntax_uid,
            path=path,
            sha256=incoming.sha256,
            size_bytes=incoming.size_bytes,
            calling_ae_title=request.calling_ae_title,
            called_ae_title=request.called_ae_title,
            received_at=self._clock.now(),
            tier=self._tier_of(request.calling_ae_title, request.called_ae_title),
        )

    def _put_aside(self, request: StoreRequest, incoming: IncomingDataSet, refusal: Refused) -> None:
        """Keep a refused data set for a person; that it fails does not change what the sender is told."""
        try:
            path = self._shelf.put_aside(incoming, request.sop_instance_uid, refusal.outcome)
            self._record_quarantine(request, path, refusal.outcome, refusal.detail)
        except (OSError, LedgerError) as error:
            events.quarantine_failed(error, request.sop_instance_uid)

    def _move_aside(self, request: StoreRequest, incoming: IncomingDataSet, path: Path) -> None:
        """Put the second of two contradicting instances aside; where that fails, the sender must keep its copy."""
        outcome = Outcome.CONFLICT
        target = self._shelf.move_aside(path, request.sop_instance_uid, incoming.sha256, outcome)
        self._record_quarantine(request, target, outcome, "an instance of this UID with other bytes came before")

    def _record_quarantine(self, request: StoreRequest, path: Path, outcome: Outcome, reason: str) -> None:
        self._ledger.quarantine(
            path,
            reason_code=outcome.value,
            reason=reason,
            calling_ae_title=request.calling_ae_title,
            called_ae_title=request.called_ae_title,
        )
