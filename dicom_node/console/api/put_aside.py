"""What waits for a person: files in quarantine, and deliveries that failed for good."""

from functools import partial
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from dicom_node.act_records import DISCARDED, GIVEN_UP, MOST_NOTED, REPLAYED, RETRIED, studies_to_replay
from dicom_node.console.api.actions import DestinationName, Words
from dicom_node.console.api.answers import (
    ChangedBody,
    DeadLetterBody,
    DeadLettersBody,
    QuarantineBody,
    QuarantinedBody,
    RetriedBody,
)
from dicom_node.console.api.endpoint import Call, Endpoint
from dicom_node.console.api.problems import Problem
from dicom_node.delivery_ports import DeadLetterLine
from dicom_node.quarantine_ports import QuarantinedFile
from domain.audit import Action
from domain.correction import NAME_LENGTH
from domain.role import Role

StudyUid = Annotated[str, Field(pattern=r"^[0-9][0-9.]{0,63}$")]


class ListQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000, description="Most of them.")


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DiscardFileAsked(_Asked):
    """Why a file is removed for good."""

    reason: Words = Field(pattern=r"\S", description="Kept in the ledger, never logged.")


class ReplayAsked(_Asked):
    """Which dead letters are sent again; left out: of every study, to every destination."""

    study_instance_uid: StudyUid | None = None
    destination: DestinationName | None = None


class DiscardLettersAsked(_Asked):
    """Which dead letters are given up, and why."""

    study_instance_uid: StudyUid
    destination: DestinationName | None = Field(None, description="One destination; left out: all of them.")
    reason: Words = Field(pattern=r"\S", description="Kept in the ledger, never logged.")


def list_quarantine(call: Call) -> QuarantineBody:
    """Return what was put aside."""
    return QuarantineBody(files=tuple(map(_describe_file, call.parts.quarantine.files(limit=call.query.limit))))


def retry_file(call: Call) -> RetriedBody:
    """Take a file in again."""
    number = _number(call)
    take_in = partial(call.parts.quarantine.retry, number)
    retried = call.acts.change_file(number, RETRIED, take_in, is_done=lambda it: it.taken_in)
    return RetriedBody(outcome=retried.code, taken_in=retried.taken_in)


def discard_file(call: Call) -> ChangedBody:
    """Remove a file for good."""
    number = _number(call)
    remove = partial(call.parts.quarantine.discard, number, call.body.reason, call.by[:NAME_LENGTH])
    call.acts.change_file(number, DISCARDED, remove, action=Action.DELETE)
    return ChangedBody(changed=1)


def _number(call: Call) -> int:
    """Return the number in the address. Raises Problem where nothing has it."""
    number = int(call.path_value("number"))
    if call.parts.quarantine.find(number) is None:
        raise Problem("not-found", "nothing in quarantine has this number")
    return number


def _describe_file(file: QuarantinedFile) -> QuarantinedBody:
    return QuarantinedBody(**{name: getattr(file, name) for name in QuarantinedBody.model_fields})


def list_letters(call: Call) -> DeadLettersBody:
    """Return what failed for good."""
    letters = call.parts.dead_letters.letters(limit=call.query.limit)
    return DeadLettersBody(dead_letters=tuple(map(_describe_letter, letters)))


def replay_letters(call: Call) -> ChangedBody:
    """Send what failed again."""
    asked: ReplayAsked = call.body
    letters, wanted = call.parts.dead_letters, (asked.study_instance_uid, asked.destination)
    studies = studies_to_replay(lambda: [each.delivery for each in letters.letters(limit=MOST_NOTED)], *wanted)
    return ChangedBody(changed=call.acts.change(studies, REPLAYED, partial(letters.replay, *wanted)))


def discard_letters(call: Call) -> ChangedBody:
    """Give up what failed of a study."""
    asked: DiscardLettersAsked = call.body
    given_up = asked.study_instance_uid, asked.destination, asked.reason, call.by[:NAME_LENGTH]
    give_up = partial(call.parts.dead_letters.discard, *given_up)
    return ChangedBody(changed=call.acts.change([asked.study_instance_uid], GIVEN_UP, give_up))


def _describe_letter(line: DeadLetterLine) -> DeadLetterBody:
    delivery = line.delivery
    return DeadLetterBody(
        study_instance_uid=delivery.study_instance_uid,
        version=delivery.version,
        destination=delivery.destination,
        since=line.since,
        attempts=delivery.attempts,
        last_status=line.last_status,
        explanation=delivery.explanation,
    )


def _act(path: str, name: str, summary: str, tag: str, view: object, **rest: object) -> Endpoint:
    return Endpoint("POST", path, name, summary, tag, view, role=Role.OPERATOR, **rest)  # type: ignore[arg-type]


def _list(path: str, name: str, summary: str, tag: str, view: object, answers: type[BaseModel]) -> Endpoint:
    return Endpoint("GET", path, name, summary, tag, view, answers=answers, query=ListQuery)  # type: ignore[arg-type]


_FILE: Final = ("not-found", "refused")
_Q, _D = "quarantine", "dead letters"
_NUMBER: Final = "/quarantine/{number}"
ENDPOINTS: Final = (
    _list("/quarantine", "listQuarantine", "Files that were put aside.", _Q, list_quarantine, QuarantineBody),
    _act(
        f"{_NUMBER}/retry",
        "retryQuarantined",
        "Take a file in again, by the checks for what has just arrived.",
        _Q,
        retry_file,
        answers=RetriedBody,
        problems=_FILE,
    ),
    _act(
        f"{_NUMBER}/discard",
        "discardQuarantined",
        "Remove a file for good.",
        _Q,
        discard_file,
        answers=ChangedBody,
        body=DiscardFileAsked,
        problems=_FILE,
    ),
    _list("/dead-letters", "listDeadLetters", "Deliveries that failed for good.", _D, list_letters, DeadLettersBody),
    _act(
        "/dead-letters/retry",
        "retryDeadLetters",
        "Send them again: the same objects under the same UIDs.",
        _D,
        replay_letters,
        answers=ChangedBody,
        body=ReplayAsked,
    ),
    _act(
        "/dead-letters/discard",
        "discardDeadLetters",
        "Give up those of a study.",
        _D,
        discard_letters,
        answers=ChangedBody,
        body=DiscardLettersAsked,
    ),
)
