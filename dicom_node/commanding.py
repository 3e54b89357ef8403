"""What the commands change, with who asked: as the console does it, in the trail and in the history of each study."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import Engine

from config.completion import Query
from dicom_node.act_records import (
    DISCARDED,
    GIVEN_UP,
    IMAGE_RETRIED,
    REPLAYED,
    RETRIED,
    ActRecords,
    studies_to_replay,
)
from dicom_node.ledger.database import looking
from dicom_node.ledger.dead_letters import every
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.person_requests import PersonRequests
from dicom_node.ledger.readings import study_of
from dicom_node.ledger.retrievals import Retrievals
from dicom_node.ports import Clock
from dicom_node.receive.quarantine import Quarantine, Retried
from dicom_node.study_ports import Action, PersonRequest
from domain.audit import Action as AuditAction
from domain.audit import Participant, Role
from domain.audit_templates import query
from domain.correction import Retraction
from domain.delivery import Delivery
from domain.retrieval import Retrieval

#: Study Root Query/Retrieve Information Model - FIND (PS3.4 C.6.2).
STUDY_ROOT_FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"


class CommandedInterventions:
    """Interventions by somebody at the command line; each method raises what that of Interventions does."""

    def __init__(self, engine: Engine, clock: Clock, interventions: Interventions, acts: ActRecords) -> None:
        self._engine, self._interventions, self._acts = engine, interventions, acts
        self._requests = PersonRequests(engine, clock, interventions)

    def retry_delivery(self, study_instance_uid: str, destination: str | None = None) -> int:
        """Try what waits or is held again now."""
        return self._ask(Action.RETRY, self._interventions.retry_delivery, study_instance_uid, destination)

    def hold(self, study_instance_uid: str, destination: str | None = None) -> int:
        """Hold what waits."""
        return self._ask(Action.HOLD, self._interventions.hold, study_instance_uid, destination)

    def release(self, study_instance_uid: str, destination: str | None = None) -> int:
        """Let what is held go on."""
        return self._ask(Action.RELEASE, self._interventions.release, study_instance_uid, destination)

    def reread(self, study_instance_uid: str) -> int:
        """Read the images again; return the number of the version."""
        return self._record(Action.REREAD, study_instance_uid, partial(self._interventions.reread, study_instance_uid))

    def retract(self, study_instance_uid: str, retraction: Retraction) -> int:
        """Take the last answer back; return the number of the version. Documents name who the retraction names."""
        retract = partial(self._interventions.retract, study_instance_uid, retraction)
        return self._record(Action.RETRACT, study_instance_uid, retract)

    def replay(self, study_instance_uid: str | None = None, destination: str | None = None) -> int:
        """Send dead letters again."""
        studies = studies_to_replay(partial(self._letters, destination), study_instance_uid, destination)
        replay = partial(self._interventions.replay, study_instance_uid, destination)
        return self._acts.change(studies, REPLAYED, replay)

    def discard(self, study_instance_uid: str, destination: str | None, reason: str, by: str = "") -> int:
        """Give dead letters up; without a name, who gave the command is kept."""
        give_up = partial(self._interventions.discard, study_instance_uid, destination, reason, by or self._acts.by)
        return self._acts.change([study_instance_uid], GIVEN_UP, give_up)

    def retry_image(self, sop_instance_uid: str) -> int:
        """Decode and read an image again; return the number of the version."""
        with looking(self._engine) as connection:
            study = study_of(connection, sop_instance_uid)
        retry = partial(self._interventions.retry_image, sop_instance_uid)
        return self._acts.change([study] if study else [], IMAGE_RETRIED, retry)

    def _ask(self, action: Action, act: Callable[[str, str | None], int], study: str, destination: str | None) -> int:
        return self._record(action, study, partial(act, study, destination), destination or "")

    def _record(self, action: Action, study: str, act: Callable[[], int], destination: str = "") -> int:
        request = PersonRequest(study, action, self._acts.by, destination=destination)
        return self._acts.change([study], action.value, lambda: self._requests.perform(request, act))

    def _letters(self, destination: str | None) -> list[Delivery]:
        with looking(self._engine) as connection:
            return [each.delivery for each in every(connection, destination)]


class CommandedQuarantine:
    """The quarantine for somebody at the command line; each method raises what that of Quarantine does."""

    def __init__(self, quarantine: Quarantine, acts: ActRecords) -> None:
        self._quarantine, self._acts = quarantine, acts

    def retry(self, number: int) -> Retried:
        """Take a file in again."""
        take_in = partial(self._quarantine.retry, number)
        return self._acts.change_file(number, RETRIED, take_in, is_done=lambda retried: retried.taken_in)

    def discard(self, number: int, reason: str = "", by: str = "") -> None:
        """Remove a file for good; without a name, who gave the command is kept."""
        remove = partial(self._quarantine.discard, number, reason, by.strip() or self._acts.by)
        self._acts.change_file(number, DISCARDED, remove, action=AuditAction.DELETE)


class CommandedRetrievals:
    """Requests to archives by somebody at the command line."""

    def __init__(self, retrievals: Retrievals, acts: ActRecords) -> None:
        self._retrievals, self._acts = retrievals, acts

    def ask(self, study_instance_uid: str, archive: str) -> bool:
        """Keep a request; False where the same one waits already."""
        ask = partial(self._retrievals.ask, study_instance_uid, archive)
        return self._acts.change([study_instance_uid], f"fetch from {archive}", ask)

    def latest(self) -> Sequence[Retrieval]:
        """Return the latest requests, the newest first."""
        return self._retrievals.latest()


def note_prior_query(acts: ActRecords, node: Participant, archive: Query, study_instance_uid: str) -> None:
    """Record that somebody asks an archive for the other studies of the patient of a study that is here."""
    asking = replace(node, role=Role.SOURCE)
    answering = Participant(archive.ae_title, (archive.ae_title,), role=Role.DESTINATION, address=archive.host)
    asked = f"other studies of the patient of {study_instance_uid}"  # the ID itself could not be erased from here
    acts.note(query(asking, answering, STUDY_ROOT_FIND, asked, by=acts.by, study=study_instance_uid))
