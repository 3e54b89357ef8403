"""One address of the API: all that the routes and the document need to know of it, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request

from config.settings import Settings
from dicom_node.access_ports import Visitor
from dicom_node.act_records import ActRecords
from dicom_node.console.api.parts import ApiParts
from domain.role import Role

PREFIX: Final = "/v1"
_OF_EVERY_CALL: Final = ("internal",)
_OF_KNOWN_CALLERS: Final = ("unknown-token", "role", "too-many-requests", "ledger")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an endpoint.

    Attributes:
        query, body: what was sent, checked by the models of the endpoint; None where it has none.
    """

    request: Request
    settings: Settings
    parts: ApiParts
    visitor: Visitor | None
    query: Any = None
    body: Any = None

    def path_value(self, name: str) -> str:
        """Return what stands in the address in the place of `{name}`."""
        return str(self.request.path_params[name])

    @property
    def by(self) -> str:
        """Who asks, for the ledger."""
        return self.visitor.name if self.visitor is not None else ""

    @property
    def acts(self) -> ActRecords:
        """What records the acts of who asks."""
        return ActRecords(self.parts.trail, self.by or "unknown", self.visitor.address if self.visitor else "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of an address in braces: its JSON schema, and what it is."""

    schema: Mapping[str, Any]
    description: str


#: Every part of an address that is in braces.
PARAMETERS: Final[Mapping[str, Parameter]] = {
    "study_instance_uid": Parameter(
        {"type": "string", "pattern": r"^[0-9][0-9.]{0,63}$"}, "Study Instance UID (0020,000D)."
    ),
    "number": Parameter({"type": "integer", "minimum": 1, "maximum": 2**53}, "By which the list names it."),
    "destination": Parameter(
        {"type": "string", "pattern": r"^[A-Za-z0-9_.:-]{1,64}$"}, "Name of a destination, as the configuration has it."
    ),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, who may call it, what it takes and what it answers.

    Attributes:
        name: operationId of the document; the name of a function for whoever makes a client from it.
        view: takes a Call. A plain function is called in a thread, for it may wait for the ledger; a coroutine is
            awaited. It returns a model of `answers`, or a Response of its own.
        answers: model of the answer; None where `media_type` says what it is.
        role: least role; None for everybody.
        query: model of what stands behind the question mark.
        body: model of a JSON body.
        takes_image: the body is an image; the view reads it.
        problems: codes of the problems that only this endpoint has.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    view: Callable[[Call], Any]
    answers: type[BaseModel] | None = None
    role: Role | None = Role.VIEWER
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    takes_image: bool = False
    problems: tuple[str, ...] = ()
    description: str = ""
    media_type: str = "application/json"

    @property
    def changes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parts of its address in braces."""
        names = [part[1:-1] for part in self.path.split("/") if part.startswith("{")]
        return {name: PARAMETERS[name] for name in names}

    @property
    def every_problem(self) -> tuple[str, ...]:
        """The codes of all problems that it may answer with, by status."""
        codes = [*_OF_EVERY_CALL, *self.problems]
        codes += _OF_KNOWN_CALLERS if self.role is not None else ()
        codes += ["foreign-page"] if self.changes else []
        codes += ["invalid-request"] if self.query or self.body or self.parameters or self.takes_image else []
        codes += ["media-type", "too-large"] if self.body or self.takes_image else []
        return tuple(dict.fromkeys(codes))
