"""Final reports that information systems sent, each once, with the study that each is of."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, insert, select, update

from dicom_node.agreement_ports import ReportCandidate
from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger import messages, report_comparisons, tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.orders import order_from
from dicom_node.ledger.report_tables import final_report, report_comparison
from dicom_node.ledger.search_tables import study_entry
from dicom_node.ports import Clock
from domain.final_report import FinalReport, ReportRemark, ReportStatement, ReportStatus
from domain.order import digest_patient_id

_REPORTS, _STUDIES, _ENTRIES = final_report.c, tables.study.c, study_entry.c


class ReportBook:
    """Implements agreement_ports.ReportKeeper and ReportMatching. Safe for threads and processes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def keep_reports(self, message: OrderMessage, reports: Sequence[FinalReport]) -> bool:
        """Keep what a message says; the same message has no second effect (messages.note)."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            if not messages.note(connection, message, now):
                return False
            for report in reports:
                _keep(connection, report, now)
        return True

    def candidates(self, since: datetime | None = None) -> Sequence[ReportCandidate]:
        """Return the reports without a study that may be of one that is here, by Study Instance UID or number."""
        found: dict[str, ReportCandidate] = {}
        with looking(self._engine) as connection:
            for query in _candidates(since):
                for key, content, remark, uid in connection.execute(query):
                    before = found.get(key) or ReportCandidate(key, order_from(content), (), _remark_from(remark))
                    uids = tuple(dict.fromkeys((*before.study_instance_uids, uid)))
                    found[key] = replace(before, study_instance_uids=uids)
        return tuple(found[key] for key in sorted(found))

    def assign(self, key: str, study_instance_uid: str, remark: ReportRemark | None = None) -> None:
        """Note the study of a report; see the port."""
        values = {"study_instance_uid": study_instance_uid, "remark": remark}
        with writing(self._engine) as connection:
            connection.execute(update(final_report).where(_REPORTS.key == key).values(values))

    def compare(self) -> int:
        """Note what answers say beside new reports; see the port."""
        now = self._clock.now()
        waiting = _REPORTS.compared_at.is_(None), _REPORTS.study_instance_uid > ""
        query = select(_REPORTS.study_instance_uid).where(*waiting).distinct()
        with looking(self._engine) as connection:
            uids = connection.execute(query.order_by(_REPORTS.study_instance_uid)).scalars().all()
        compared = 0
        for uid in uids:
            with writing(self._engine) as connection:
                compared += report_comparisons.compare(connection, uid, now)
        return compared

    def forget_reports(self, before: datetime) -> int:
        """Remove the reports without a study that came before a time; return how many. Others go with their study."""
        old = delete(final_report).where(_REPORTS.received_at < before, _REPORTS.study_instance_uid == "")
        with writing(self._engine) as connection:
            return connection.execute(old).rowcount

    def erase_reports(self, patient_id: str) -> int:
        """Remove the reports of a patient, and what they were compared with; return how many."""
        digest = digest_patient_id(patient_id)
        with writing(self._engine) as connection:
            rows = connection.execute(select(_REPORTS.key, _REPORTS.study_instance_uid, _REPORTS.content)).all()
            mine = [row for row in rows if digest in str(row.content["patient"])]
            studies = {row.study_instance_uid for row in mine if row.study_instance_uid}
            connection.execute(delete(final_report).where(_REPORTS.key.in_([row.key for row in mine])))
            of_studies = report_comparison.c.study_instance_uid.in_(studies)
            connection.execute(delete(report_comparison).where(of_studies))
        return len(mine)


def _candidates(since: datetime | None) -> Iterator[Select[Any]]:
    """Give the queries: by UID and by number, each from the side of the report and from that of the study."""
    said = _REPORTS.key, _REPORTS.content, _REPORTS.remark
    of_number = (_REPORTS.accession_number == _ENTRIES.accession_number) & (_REPORTS.accession_number != "")
    of_uid = (_REPORTS.stated_uid == _STUDIES.study_instance_uid) & (_REPORTS.stated_uid != "")
    by_uid = select(*said, _STUDIES.study_instance_uid).join_from(final_report, tables.study, of_uid)
    by_number = select(*said, _ENTRIES.study_instance_uid).join_from(final_report, study_entry, of_number)
    # As an expression: the index of the many without a study would be taken, and not that of the few that came.
    unmatched = func.coalesce(_REPORTS.study_instance_uid, "") == ""
    if since is None:
        yield from (by_uid.where(unmatched), by_number.where(unmatched))
        return
    came, of_entry = _STUDIES.last_arrival_at >= since, _STUDIES.study_instance_uid == _ENTRIES.study_instance_uid
    for way in (by_uid, by_number):
        yield way.where(unmatched, _REPORTS.received_at >= since)
    yield by_uid.where(unmatched, came)
    yield by_number.join(tables.study, of_entry).where(unmatched, came)


def _remark_from(value: str | None) -> ReportRemark | None:
    return None if value is None else ReportRemark(value)


def _keep(connection: Connection, report: FinalReport, now: datetime) -> None:
    query = select(final_report).where(_REPORTS.key == report.key).with_for_update()
    before = connection.execute(query).mappings().first()
    row = _row_of(report, now)
    if before is None:
        connection.execute(insert(final_report).values(row | {"study_instance_uid": "", "remark": None}))
        return
    if not report.replaces(_report_from(before)):
        return
    if before["content"] != row["content"]:  # it may be of another study now
        report_comparisons.take_back(connection, before["study_instance_uid"])
        row |= {"study_instance_uid": "", "remark": None}
    connection.execute(update(final_report).where(_REPORTS.key == report.key).values(row))


def _row_of(report: FinalReport, now: datetime) -> dict[str, Any]:
    return {
        "key": report.key,
        "stated_uid": report.order.study_instance_uid,
        "accession_number": report.order.accession_number,
        "content": _as_json(report),
        "status": report.status,
        "statement": report.statement,
        "rule": report.rule,
        "control_id": report.control_id,
        "said_at": report.said_at,
        "received_at": now,
        "compared_at": None,
    }


def _as_json(report: FinalReport) -> dict[str, Any]:
    """Return the numbers as the ledger gives them back: JSON knows lists and no tuples."""
    content = asdict(report.order)
    return {
        **content,
        "patient": list(content["patient"]),
        "providers": list(map(list, content["providers"])),
        "procedure": list(content["procedure"]),
    }


def _report_from(row: RowMapping) -> FinalReport:
    return FinalReport(
        order=order_from(row["content"]),
        status=ReportStatus(row["status"]),
        statement=ReportStatement(row["statement"]),
        rule=row["rule"],
        control_id=row["control_id"],
        said_at=row["said_at"],
    )
