"""Which study a final report is of, and what our answer says beside it.

By Study Instance UID where the report names it, else by accession number and its issuer, never by name; a report of
another patient is compared with nothing, whatever else agrees. Remembers nothing but how far it looked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from dicom_node.agreement_ports import ReportCandidate, ReportMatching
from dicom_node.ports import Clock
from domain.final_report import ReportRemark
from domain.order_match import OrderRemark, StudyIdentity, match_orders

INTERVAL_SECONDS: Final = 5.0
#: Images may be committed in another order than they came in; so far back is looked again.
_LOOK_BACK: Final = timedelta(minutes=10)
_MOST_IDENTITIES: Final = 1000


@dataclass(slots=True)
class ReportMatcher:
    """Finds the studies of reports, and compares them.

    Attributes:
        identify: returns what the images of a study say of themselves, None where no header is left.
        note_entries: notes what studies are looked for by, and returns how many it noted.
    """

    book: ReportMatching
    identify: Callable[[str], StudyIdentity | None]
    note_entries: Callable[[], int]
    clock: Clock
    _looked_at: datetime | None = None
    _identities: dict[str, StudyIdentity] = field(default_factory=dict)

    def look(self) -> int:
        """Find the studies of the reports that came, or whose images came, since the last call; return of how many.

        Raises:
            LedgerError: the store failed; what was not done is done by the next call.
        """
        began = self.clock.now()
        while self.note_entries():
            pass
        since = None if self._looked_at is None else self._looked_at - _LOOK_BACK
        for candidate in self.book.candidates(since):
            self._find(candidate)
        self._looked_at = began
        return self.book.compare()

    def _find(self, candidate: ReportCandidate) -> None:
        uids, remark = self._judge(candidate)
        if len(uids) > 1:
            remark = ReportRemark.SEVERAL_STUDIES
        uid = uids[0] if len(uids) == 1 else ""
        if uid or remark is not candidate.remark:
            self.book.assign(candidate.key, uid, None if uid else remark)

    def _judge(self, candidate: ReportCandidate) -> tuple[list[str], ReportRemark | None]:
        """Return the studies that the report is of, and why others with its number are not."""
        order, meant, remark = candidate.order, [], None
        named = [uid for uid in candidate.study_instance_uids if uid == order.study_instance_uid]
        for uid in named or candidate.study_instance_uids:
            identity = self._identity_of(uid)
            if identity is None:
                continue
            match = match_orders([order], identity)
            if match.orders:
                meant.append(uid)
            elif match.remark is OrderRemark.PATIENT_CONTRADICTS:
                remark = ReportRemark.PATIENT_CONTRADICTS
            elif match_orders([replace(order, accession_issuer="")], identity).orders:
                remark = remark or ReportRemark.ISSUER_DIFFERS
        return meant, remark

    def _identity_of(self, uid: str) -> StudyIdentity | None:
        if uid not in self._identities:
            found = self.identify(uid)
            if found is None:
                return None
            if len(self._identities) >= _MOST_IDENTITIES:
                self._identities.clear()
            self._identities[uid] = found
        return self._identities[uid]
