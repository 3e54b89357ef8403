"""What the pages about studies work with, put together."""

from collections.abc import Callable

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.act_records import ActRecords
from dicom_node.audit_ports import AuditTrail
from dicom_node.console_process.developing import Developer
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.person_requests import PersonRequests
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.search import StudySearch
from dicom_node.ledger.study_files import StudyFiles
from dicom_node.ledger.today import DayBook
from dicom_node.open_studies import OpenStudies
from dicom_node.pipeline.workflow_starts import WorkflowStarts
from dicom_node.ports import Clock
from dicom_node.study_ports import Carried, PersonRequest, RequestOutcome, StudyBook, Wait
from domain.correction import RetractionReason


def make_study_book(settings: Settings, engine: Engine, clock: Clock, trail: AuditTrail) -> StudyBook:
    """Return what pages about studies ask and act through."""
    data, search = settings.node.data, StudySearch(engine)
    starts = WorkflowStarts(engine, {each.name: each.concurrency for each in settings.destination})
    interventions = Interventions(engine, clock, starts)
    audited = _Audited(PersonRequests(engine, clock, interventions), trail)
    return StudyBook(
        today=DayBook(engine, [each.name for each in settings.destination]).today,
        search=search.search,
        senders=search.senders,
        file=StudyFiles(engine, data).file,
        wait=_find_waits(OpenStudies(settings, engine, data, clock), LedgerView(engine, data)),
        carry_out=audited.carry_out,
        looked=audited.looked,
        develop=Developer().develop,
    )


def _find_waits(open_studies: OpenStudies, view: LedgerView) -> Callable[[str], Wait | None]:
    def wait(study_instance_uid: str) -> Wait | None:
        history = view.history(study_instance_uid)
        versions = [line.study for line in history.versions] if history else []
        return open_studies.waits(versions).get(study_instance_uid)

    return wait


class _Audited:
    """Records in the audit trail what persons do with studies; a trail that fails stops nobody from looking."""

    def __init__(self, requests: PersonRequests, trail: AuditTrail) -> None:
        self._requests, self._trail = requests, trail

    def carry_out(self, request: PersonRequest, retraction: RetractionReason) -> Carried:
        """Carry out a request, and record it with its outcome."""
        return ActRecords(self._trail, request.by).change(
            [request.study_instance_uid],
            request.action.value,
            lambda: self._requests.carry_out(request, retraction),
            is_done=lambda carried: carried.outcome is not RequestOutcome.REFUSED,
        )

    def looked(self, by: str, study_instance_uid: str, address: str) -> None:
        """Record that somebody looked at a study."""
        ActRecords(self._trail, by, address).looked(study_instance_uid)
