"""What may be done with a study. Each is safe to ask for twice: the second time it changes nothing more."""

from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dicom_node.console.api.answers import DoneBody
from dicom_node.console.api.endpoint import Call, Endpoint
from dicom_node.console.api.problems import Problem
from dicom_node.console.api.studies import find
from dicom_node.study_ports import Action, HappeningKind, PersonRequest, RequestOutcome
from domain.correction import NAME_LENGTH, NOTE_LENGTH, RetractionReason
from domain.role import Role
from domain.study import CompletionRule


def _on_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("this is one line without control characters")
    return text.strip()


#: Words of a person, on one line.
Words = Annotated[str, Field(max_length=NOTE_LENGTH), AfterValidator(_on_one_line)]
DestinationName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeliveriesAsked(_Asked):
    """Which deliveries of the study are meant."""

    destination: DestinationName | None = Field(None, description="One destination; left out: all of them.")
    reason: Words = Field("", description="Why; kept in the ledger, never logged.")


class RereadAsked(_Asked):
    """Which answer is to be made anew."""

    version: int = Field(ge=1, description="The latest version that you saw; another one is answered `changed`.")
    reason: Words = Field("", description="Why; kept in the ledger, never logged.")


class RetractAsked(_Asked):
    """Which answer is taken back, and why."""

    version: int = Field(ge=1, description="The latest version that you saw; another one is answered `changed`.")
    code: RetractionReason = Field(description="Stands in the documents that take the answer back.")
    reason: Words = Field("", description="In words; stands in the documents too.")


def _act(call: Call, action: Action, code: RetractionReason = RetractionReason.OTHER) -> DoneBody:
    uid = call.path_value("study_instance_uid")
    destination = getattr(call.body, "destination", None) or ""
    request = PersonRequest(uid, action, call.by[:NAME_LENGTH], call.body.reason, destination)
    carried = call.parts.studies.carry_out(request, code)
    if carried.outcome is RequestOutcome.REFUSED:
        raise Problem("refused", carried.refusal)
    return DoneBody(study_instance_uid=uid, action=action, outcome=carried.outcome, changed=carried.changed)


def _on_deliveries(action: Action) -> Callable[[Call], DoneBody]:
    def view(call: Call) -> DoneBody:
        find(call, call.path_value("study_instance_uid"))
        return _act(call, action)

    return view


def reread(call: Call) -> DoneBody:
    """Read the images of a study again."""
    return _done_before(call, Action.REREAD) or _act(call, Action.REREAD)


def retract(call: Call) -> DoneBody:
    """Take the last answer of a study back."""
    return _done_before(call, Action.RETRACT) or _act(call, Action.RETRACT, call.body.code)


def _done_before(call: Call, action: Action) -> DoneBody | None:
    """Return what became of the same request when it was made before; None where it was not.

    Raises:
        Problem: the study is not what the caller saw.
    """
    latest = find(call, call.path_value("study_instance_uid"))
    if latest.version == call.body.version:
        return None
    if latest.version == call.body.version + 1 and _made(call, action, latest.version):
        uid = latest.study_instance_uid
        return DoneBody(study_instance_uid=uid, action=action, outcome=RequestOutcome.DONE, changed=latest.version)
    raise Problem("changed", f"the latest version is {latest.version}, not {call.body.version}")


def _made(call: Call, action: Action, version: int) -> bool:
    """Return whether this caller asked for a version by this action."""
    history = call.parts.timeline(call.path_value("study_instance_uid"))
    if action is Action.RETRACT:
        return any(
            each.kind is HappeningKind.RETRACTED and (each.version, each.by) == (version, call.by) for each in history
        )
    on_request = {"rule": CompletionRule.ON_REQUEST.value}
    asked = {"action": action.value, "outcome": RequestOutcome.DONE.value}
    return any(each.version == version and each.facts.items() >= on_request.items() for each in history) and any(
        each.by == call.by and each.facts.items() >= asked.items() for each in history
    )


_DELIVERIES: Final = (
    (Action.RETRY, "retryStudy", "Try the deliveries that wait or are held again now."),
    (Action.HOLD, "holdStudy", "Hold the deliveries that wait."),
    (Action.RELEASE, "releaseStudy", "Let what is held go on; without a destination the study itself too."),
)
_VERSIONS: Final = (
    (Action.REREAD, "rereadStudy", "Read the images again, with the models that serve now.", reread, RereadAsked),
    (Action.RETRACT, "retractStudy", "Take the last answer back; every destination is told.", retract, RetractAsked),
)

ENDPOINTS: Final = (
    *(
        Endpoint(
            "POST",
            f"/studies/{{study_instance_uid}}/{action.value}",
            name,
            summary,
            "actions",
            _on_deliveries(action),
            answers=DoneBody,
            role=Role.OPERATOR,
            body=DeliveriesAsked,
            problems=("not-found", "refused"),
        )
        for action, name, summary in _DELIVERIES
    ),
    *(
        Endpoint(
            "POST",
            f"/studies/{{study_instance_uid}}/{action.value}",
            name,
            summary,
            "actions",
            view,
            answers=DoneBody,
            role=Role.OPERATOR,
            body=body,
            problems=("not-found", "changed", "refused"),
            description="Made twice with the same version, it is done once and answered the same.",
        )
        for action, name, summary, view, body in _VERSIONS
    ),
)
