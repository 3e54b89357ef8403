"""What a person does goes to the audit trail with how it ended: alike from a page, a program and the command line."""

import logging
import os
import pwd
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from dicom_node.audit_ports import AuditTrail
from domain.audit import Action, AuditEvent, EventOutcome
from domain.audit_templates import baseline_changed, data_export, instances_accessed, put_aside_changed
from domain.correction import NAME_LENGTH
from domain.delivery import Delivery
from domain.errors import InterventionRefused, LedgerError

T = TypeVar("T")
#: What the trail calls what is done to files and images of the quarantine, and to dead letters.
RETRIED: Final = "quarantine retry"
IMAGE_RETRIED: Final = "quarantine retry of an image"
DISCARDED: Final = "quarantine discard"
REPLAYED: Final = "dead letters sent again"
GIVEN_UP: Final = "dead letters given up"
#: Most dead letters of which it is recorded, study by study, that somebody sent all of them again.
MOST_NOTED: Final = 10_000
_log = logging.getLogger("osteonode.audit")


def name_commander() -> str:
    """Return who runs this command, as the trail names them: `cli:` and the operating system's user.

    The kernel says who that is, not the environment; a user without a name (as in containers) is named by the number.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return f"cli:{name}"[:NAME_LENGTH]


def studies_to_replay(
    letters: Callable[[], Iterable[Delivery]], study_instance_uid: str | None, destination: str | None
) -> list[str]:
    """Return the studies whose dead letters somebody wants sent again: the one that is named, else all to a peer."""
    if study_instance_uid is not None:
        return [study_instance_uid]
    return [each.study_instance_uid for each in letters() if destination in (None, each.peer)]


def _is_enough(_answer: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActRecords:
    """Records what one person does; a trail that cannot be written is told in the log, and keeps nobody from acting.

    What an unexpected error ends is not recorded; what is refused is, as a failure.

    Attributes:
        by: who, as the trail names them; never empty.
        address: where they act from; empty for a command.
    """

    trail: AuditTrail
    by: str
    address: str = ""

    def note(self, event: AuditEvent) -> None:
        """Record an event."""
        try:
            self.trail.record(event)
        except LedgerError as error:
            _log.error("audit.lost: %s", error, extra={"event": "audit.lost", "code": error.code})

    def looked(self, study_instance_uid: str) -> None:
        """Record that the person looked at a study."""
        self.note(instances_accessed(self.by, study_instance_uid, address=self.address))

    def took_out(self, study_instance_uid: str, what: str, files: Iterable[Path]) -> None:
        """Record that the person had something of a study written to files; `what` says nothing of a patient."""
        for path in files:
            medium, studies = str(path.absolute()), (study_instance_uid,)
            self.note(data_export(self.by, medium, studies=studies, address=self.address, explanation=what))

    def change(
        self,
        study_instance_uids: Iterable[str],
        what: str,
        act: Callable[[], T],
        *,
        is_done: Callable[[T], bool] = _is_enough,
    ) -> T:
        """Act on studies, record it for each of them once, and return what `act` does.

        Args:
            what: which intervention, in a word or two; nothing of a patient, no words of a person.
            is_done: says of what `act` returned whether it was done, where it may be refused without an error.
        """
        uids = tuple(dict.fromkeys(study_instance_uids))

        def tell(outcome: EventOutcome) -> Iterable[AuditEvent]:
            said = partial(instances_accessed, self.by, action=Action.UPDATE, outcome=outcome)
            return (said(uid, address=self.address, explanation=what) for uid in uids)

        return self._told(tell, act, is_done)

    def change_file(
        self,
        number: int,
        what: str,
        act: Callable[[], T],
        *,
        action: Action = Action.UPDATE,
        is_done: Callable[[T], bool] = _is_enough,
    ) -> T:
        """Act on a file of the quarantine, which belongs to no study; see `change`."""

        def tell(outcome: EventOutcome) -> Iterable[AuditEvent]:
            yield put_aside_changed(self.by, number, what, action=action, address=self.address, outcome=outcome)

        return self._told(tell, act, is_done)

    def change_baseline(self, sender: str, act: Callable[[], int]) -> int:
        """Act on what later images of a sender are compared with, and record it; see `change`. 0 changed nothing."""

        def tell(outcome: EventOutcome) -> Iterable[AuditEvent]:
            yield baseline_changed(self.by, sender, address=self.address, outcome=outcome)

        return self._told(tell, act, is_done=bool)

    def _told(
        self, tell: Callable[[EventOutcome], Iterable[AuditEvent]], act: Callable[[], T], is_done: Callable[[T], bool]
    ) -> T:
        outcome = EventOutcome.MINOR_FAILURE
        try:
            answer = act()
        except (InterventionRefused, OSError):
            self._note_all(tell(outcome))
            raise
        self._note_all(tell(EventOutcome.SUCCESS if is_done(answer) else outcome))
        return answer

    def _note_all(self, events: Iterable[AuditEvent]) -> None:
        for event in events:
            self.note(event)
