"""What an operator may ask for a study: the same requests as the commands, each recorded with who asked and why."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from dicom_node.console.study_address import find_study
from dicom_node.console.visit import Visit
from dicom_node.study_ports import Action, PersonRequest, RequestOutcome, StudyFile
from domain.commitment import CommitmentState
from domain.correction import NAME_LENGTH, NOTE_LENGTH, RetractionReason
from domain.delivery import DeliveryState
from domain.study import MADE, StudyState

RETRACTION_REASONS: Final = tuple(each.value for each in RetractionReason)


@dataclass(frozen=True, slots=True)
class Offered:
    """An action that can be asked for now, and what its form asks: a destination, a reason, a coded reason."""

    action: Action
    tone: str = "plain"
    asks_destination: bool = False
    asks_reason: bool = False
    asks_code: bool = False


_RETRY: Final = Offered(Action.RETRY, "main", asks_destination=True)
_RELEASE: Final = Offered(Action.RELEASE, "main", asks_destination=True)
_HOLD: Final = Offered(Action.HOLD, asks_destination=True, asks_reason=True)
_REREAD: Final = Offered(Action.REREAD)
_RETRACT: Final = Offered(Action.RETRACT, "bad", asks_reason=True, asks_code=True)


def list_actions(file: StudyFile) -> tuple[Offered, ...]:
    """Return what makes sense for a study as it stands; the ledger decides again when it is asked for."""
    states = set(file.row.deliveries.values())
    stuck = CommitmentState.HELD in file.row.commitments.values()
    settled = file.row.state in MADE
    offers = (
        (_RETRY, bool(states & {DeliveryState.WAITING, DeliveryState.HELD}) or stuck),
        (_RELEASE, file.row.state is StudyState.HELD or DeliveryState.HELD in states),
        (_HOLD, DeliveryState.WAITING in states),
        (_REREAD, settled and all(image.stored is not None for image in file.images)),
        (_RETRACT, file.row.state is StudyState.ANSWERED),
    )
    return tuple(offered for offered, makes_sense in offers if makes_sense)


def act(visit: Visit) -> Response:
    """Carry an action out, and say on the page of the study what became of it."""
    uid = find_study(visit).row.study_instance_uid
    page = f"/studies/{quote(uid, safe='')}"
    reason = " ".join(visit.field("reason").split())
    if len(reason) > NOTE_LENGTH or not reason.isprintable():
        return visit.go(page, "study.reason_too_long", "bad", most=NOTE_LENGTH)
    carried = visit.services.studies.carry_out(_read(visit, uid, reason), _read_code(visit))
    if carried.outcome is RequestOutcome.REFUSED:
        return visit.go(page, "study.refused", "bad", why=carried.refusal[:300])
    if carried.outcome is RequestOutcome.NOTHING:
        return visit.go(page, "study.nothing", "bad")
    return visit.go(page, f"study.did_{visit.field('action')}")


def _read(visit: Visit, uid: str, reason: str) -> PersonRequest:
    """Return what is asked for; raises HTTPException 400 where that is nothing that can be asked for."""
    action, destination = visit.field("action"), visit.field("destination")
    known = {each.name for each in visit.services.settings.destination}
    if action not in set(Action) or (destination and destination not in known):
        raise HTTPException(400)
    by = visit.visitor.name if visit.visitor else ""
    return PersonRequest(uid, Action(action), by[:NAME_LENGTH], reason, destination)


def _read_code(visit: Visit) -> RetractionReason:
    code = visit.field("code")
    if visit.field("action") == Action.RETRACT and code not in RETRACTION_REASONS:
        raise HTTPException(400)
    return RetractionReason(code) if code in RETRACTION_REASONS else RetractionReason.OTHER
