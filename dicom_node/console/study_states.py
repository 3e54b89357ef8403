"""Where a study stands, as a person sees it: a word, a tone, and how far it has come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from dicom_node.study_ports import HappeningKind, Standing, StudyFile, StudyRow
from domain.commitment import CommitmentState
from domain.delivery import DeliveryState
from domain.finding import FractureState
from domain.study import StudyState

State = TypeVar("State", DeliveryState, CommitmentState)


@dataclass(frozen=True, slots=True)
class Badge:
    """A tone of templates/parts.html and a key of the table of words."""

    tone: str
    key: str


@dataclass(frozen=True, slots=True)
class Sent:
    """How far the answer is at one destination."""

    destination: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class RowShown:
    """A study of the list, with how it is shown."""

    row: StudyRow
    standing: Badge
    statement: Badge | None
    sent: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage on the way of a study: its name, and done, now, waits, trouble, or none."""

    name: str
    state: str


_STATEMENTS: Final = {
    FractureState.PRESENT: Badge("bad", "states.present"),
    FractureState.DOUBT: Badge("wait", "states.doubt"),
    FractureState.ABSENT: Badge("good", "states.absent"),
}
UNREAD: Final = Badge("held", "states.not_analysed")
STANDINGS: Final[Mapping[Standing, Badge]] = {
    Standing.OPEN: Badge("busy", "states.open"),
    Standing.COMPLETE: Badge("busy", "states.complete"),
    Standing.ANSWERED: Badge("good", "states.answered"),
    Standing.HELD: Badge("bad", "states.held"),
    Standing.RETRACTED: Badge("held", "states.retracted"),
    Standing.UNDELIVERED: Badge("wait", "states.undelivered"),
    Standing.FAILED: Badge("bad", "states.failed"),
    Standing.SHADOW: Badge("held", "states.shadow"),
}
_DELIVERIES: Final = {
    DeliveryState.WAITING: Badge("wait", "states.delivery_waiting"),
    DeliveryState.DELIVERED: Badge("good", "states.delivery_delivered"),
    DeliveryState.HELD: Badge("bad", "states.delivery_held"),
    DeliveryState.DISCARDED: Badge("plain", "states.delivery_discarded"),
}
_COMMITTED: Final = Badge("good", "states.delivery_committed")
#: In the order in which one of them decides how a stage looks.
_DELIVERY_STAGE: Final = {
    DeliveryState.HELD: "trouble",
    DeliveryState.WAITING: "waits",
    DeliveryState.DELIVERED: "done",
    DeliveryState.DISCARDED: "none",
}
_COMMITMENT_STAGE: Final = {
    CommitmentState.HELD: "trouble",
    CommitmentState.FAILED: "trouble",
    CommitmentState.RESENDING: "waits",
    CommitmentState.DUE: "waits",
    CommitmentState.ASKED: "waits",
    CommitmentState.COMMITTED: "done",
    CommitmentState.SUPERSEDED: "none",
}


def describe_row(row: StudyRow) -> RowShown:
    """Return a study as the list shows it."""
    state = FractureState(row.fracture) if row.fracture else None
    speaks = row.state in (StudyState.ANSWERED, StudyState.SHADOW)
    statement = _STATEMENTS[state] if state else UNREAD
    sent = tuple(
        Sent(name, _COMMITTED if row.commitments.get(name) is CommitmentState.COMMITTED else _DELIVERIES[delivery])
        for name, delivery in row.deliveries.items()
    )
    return RowShown(row, STANDINGS[Standing(row.state.value)], statement if speaks else None, sent)


def statement_of(state: FractureState | None) -> Badge:
    """Return what is said of a fracture; that nothing could be said where there is no state."""
    return _STATEMENTS[state] if state else UNREAD


def list_stages(file: StudyFile) -> tuple[Stage, ...]:
    """Return how far the latest version of a study has come."""
    row = file.row
    happened = {each.kind for each in file.happenings if each.version == row.version}
    is_answered = row.answered_at is not None
    read = any(image.reading is not None for image in file.images)
    return (
        Stage("received", "done"),
        Stage("complete", "now" if row.state is StudyState.OPEN else "done"),
        Stage("read", "done" if is_answered or read else "waits"),
        Stage("composed", _composed(row.state, is_answered=is_answered)),
        Stage("delivered", _worst(row.deliveries.values(), _DELIVERY_STAGE)),
        Stage("committed", _committed(row, happened)),
    )


def _composed(state: StudyState, *, is_answered: bool) -> str:
    if state is StudyState.HELD:
        return "trouble"
    return "done" if is_answered else "now" if state is StudyState.COMPLETE else "none"


def _committed(row: StudyRow, happened: Collection[HappeningKind]) -> str:
    if HappeningKind.COMMITMENT_HELD in happened:
        return "trouble"
    return _worst(row.commitments.values(), _COMMITMENT_STAGE)


def _worst(states: Collection[State], stages: Mapping[State, str]) -> str:
    """Return how a stage looks of which several states are true; "none" where there is none."""
    return next((stage for state, stage in stages.items() if state in states), "none")
