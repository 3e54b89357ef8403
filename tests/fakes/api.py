"""The HTTP API without a ledger: a few studies, and what was done to them."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from config.settings import Settings
from dicom_node.access_ports import Visitor, Way
from dicom_node.console.api import answers
from dicom_node.console.api.parts import ApiParts
from dicom_node.console.api.rate import CallRate
from dicom_node.console.api.serving import ApiServing
from dicom_node.console.api.table import ENDPOINTS
from dicom_node.delivery_ports import DeadLetterLine
from dicom_node.desk_ports import ImageDesk
from dicom_node.quarantine_ports import QuarantinedFile
from dicom_node.study_ports import (
    Action,
    Carried,
    Cursor,
    Happening,
    HappeningKind,
    PersonRequest,
    RequestOutcome,
    StudyBook,
    StudyPage,
    StudyQuery,
    StudyRow,
)
from domain.breaker import BreakerState
from domain.correction import RetractionReason
from domain.delivery import Delivery, DeliveryState
from domain.errors import OsteonodeError
from domain.role import Role
from domain.study import StudyState
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.desks import FakeDeadLetterDesk, FakeQuarantineDesk
from tests.fakes.final_reports import FakeReports
from tests.fakes.image_desk import FakeDesk

STUDY, OTHER = "1.2.3", "1.2.4"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKENS = {role.value: role for role in Role}


@dataclass
class FakeNode:
    """What the endpoints work with.

    Attributes:
        failure: raised by every question about studies.
        refusal: what actions are refused with.
        looks: who looked at which study, and from where.
    """

    spool: Path
    desk: ImageDesk = field(default_factory=FakeDesk)
    failure: OsteonodeError | None = None
    refusal: str = ""
    requests: list[PersonRequest] = field(default_factory=list)
    codes: list[RetractionReason] = field(default_factory=list)
    looks: list[tuple[str, str, str]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=lambda: {STUDY: 1, OTHER: 3})
    queries: list[StudyQuery] = field(default_factory=list)
    quarantine: FakeQuarantineDesk = field(default_factory=lambda: FakeQuarantineDesk([make_file(7)]))
    trail: FakeAuditTrail = field(default_factory=FakeAuditTrail)
    reports: FakeReports = field(default_factory=FakeReports)
    letters: FakeDeadLetterDesk = field(default_factory=lambda: FakeDeadLetterDesk([make_letter()]))

    def parts(self) -> ApiParts:
        book = StudyBook(
            today=_not_asked,
            search=self.search,
            senders=tuple,
            file=lambda _study: None,
            wait=lambda _study: None,
            carry_out=self.carry_out,
            looked=lambda *look: self.looks.append(look),
            develop=_not_asked,
        )
        return ApiParts(
            studies=book,
            quarantine=self.quarantine,
            dead_letters=self.letters,
            timeline=self.timeline,
            reports=self.reports,
            destinations=self.destinations,
            models=self.models,
            desk=self.desk,
            spool=self.spool,
            trail=self.trail,
        )

    def search(self, query: StudyQuery) -> StudyPage:
        self._fail()
        self.queries.append(query)
        wanted = query.study_instance_uid
        rows = tuple(make_row(uid, version) for uid, version in self.versions.items() if wanted in ("", uid))
        return StudyPage(rows[: query.limit], Cursor(NOON, STUDY) if len(rows) > query.limit else None)

    def timeline(self, study: str) -> tuple[Happening, ...]:
        self._fail()
        asked = [each for each in self.requests if each.study_instance_uid == study]
        came = Happening(HappeningKind.RECEIVED, NOON, 1, facts={"images": 2})
        return (came, *(each for request in asked for each in _tell(request))) if study in self.versions else ()

    def carry_out(self, request: PersonRequest, code: RetractionReason) -> Carried:
        self._fail()
        if self.refusal:
            return Carried(RequestOutcome.REFUSED, refusal=self.refusal)
        self.requests.append(request)
        self.codes.append(code)
        if request.action in (Action.REREAD, Action.RETRACT):
            self.versions[request.study_instance_uid] += 1
            return Carried(RequestOutcome.DONE, self.versions[request.study_instance_uid])
        return Carried(RequestOutcome.NOTHING)

    def destinations(self) -> list[answers.DestinationBody]:
        self._fail()
        state = BreakerState.CLOSED
        names = {"name": "pacs", "kind": "dicom", "explanation": ""}
        return [answers.DestinationBody(**names, state=state, since=None, waiting=1, held=0)]

    def models(self) -> answers.ModelsBody:
        point = answers.OperatingPointBody(region="hand", doubt_from=0.2, present_from=0.5)
        return answers.ModelsBody(
            bundle="light", model_set="0" * 64, precision="f32", models=(), operating_points=(point,)
        )

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class TokenGate:
    """Knows a caller by a token that is the name of a role; the local one by `way`."""

    def __init__(self, way: Way = Way.TOKEN, secret: str = "") -> None:
        self.way, self.secret = way, secret

    def authenticate(self, request: Request) -> Visitor | None:
        role = TOKENS.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if role is None:
            return None
        return Visitor(f"the {role.value}", role, self.way, role is Role.OPERATOR, self.secret)


class ApiClient:
    """Calls an application as a program would."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._call("GET", path, options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._call("POST", path, options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self._call("DELETE", path, options)

    def _call(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, **options)

        return asyncio.run(call())


def open_api(
    node: FakeNode, *, gate: TokenGate | None = None, settings: Settings | None = None, at_once: int = 100_000
) -> Starlette:
    """Return the API alone."""
    rate = CallRate(60, at_once, now=lambda: 0.0)
    serving = ApiServing(settings or Settings(), node.parts(), gate or TokenGate(), ENDPOINTS, rate)
    return Starlette(routes=serving.routes())


def make_row(uid: str, version: int) -> StudyRow:
    """Return a study that was answered and waits for its archive."""
    return StudyRow(
        study_instance_uid=uid,
        version=version,
        state=StudyState.ANSWERED,
        accession_number="A1",
        calling_ae_titles=("XRAY",),
        images=2,
        first_arrival_at=NOON,
        last_arrival_at=NOON + timedelta(seconds=2),
        answered_at=NOON + timedelta(seconds=9),
        fracture="present",
        probability=0.9,
        deliveries={"pacs": DeliveryState.WAITING},
    )


def make_file(number: int) -> QuarantinedFile:
    """Return a file that was put aside."""
    return QuarantinedFile(number, Path("x.dcm"), "NOT-PART-10", "no Part 10 file", "XRAY", NOON, "OSTEONODE")


def make_letter() -> DeadLetterLine:
    """Return a delivery that failed for good."""
    delivery = Delivery(STUDY, 1, "pacs", DeliveryState.HELD, attempts=9, explanation="refused")
    return DeadLetterLine(delivery, {}, NOON, "0xA900")


def _not_asked(*_arguments: object) -> NoReturn:
    raise AssertionError("the API does not ask for this")


def _tell(request: PersonRequest) -> list[Happening]:
    """Return what a timeline has of a request that was carried out; each is for the second version here."""
    person = {"words": request.reason, "by": request.by}
    if request.action is Action.RETRACT:
        return [Happening(HappeningKind.RETRACTED, NOON, 2, **person)]
    facts = {"action": request.action.value, "outcome": RequestOutcome.DONE.value}
    closed = Happening(HappeningKind.COMPLETE, NOON, 2, facts={"rule": "on_request"})
    return [closed, Happening(HappeningKind.ASKED, NOON, 0, facts=facts, **person)]
