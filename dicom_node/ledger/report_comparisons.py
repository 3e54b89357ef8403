"""What final reports say beside our answers: one row for each study that has both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, insert, or_, select, update

from dicom_node.agreement_ports import Comparison, ReportsNow, StudyReport, Tally
from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.report_tables import final_report, report_comparison
from dicom_node.ledger.rows import findings_from
from domain.final_report import (
    SEVERAL,
    ReportRemark,
    ReportStatement,
    ReportStatus,
    StudyAnswer,
    combine_statements,
)
from domain.finding import StudyFindings
from domain.study import SAID

_REPORTS, _COMPARED = final_report.c, report_comparison.c
_ANSWERS, _STUDIES = tables.answer.c, tables.study.c


class ComparisonView:
    """Implements agreement_ports.Comparisons; safe while a node writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def comparisons(self, since: datetime | None = None) -> Sequence[Comparison]:
        """Return the comparisons, the latest first; see the port."""
        query = select(report_comparison).order_by(_COMPARED.compared_at.desc(), _COMPARED.study_instance_uid)
        if since is not None:
            query = query.where(_COMPARED.compared_at >= since)
        with looking(self._engine) as connection:
            return tuple(map(_comparison_from, connection.execute(query).mappings()))

    def tallies(self, since: datetime | None = None) -> Sequence[Tally]:
        """Return the same as counts; see the port."""
        kinds = _COMPARED.answer, _COMPARED.statement, _COMPARED.region, _COMPARED.calling_ae_title, _COMPARED.model_set
        query = select(*kinds, func.count()).group_by(*kinds)
        if since is not None:
            query = query.where(_COMPARED.compared_at >= since)
        with looking(self._engine) as connection:
            return tuple(
                Tally(StudyAnswer(answer), ReportStatement(said), *rest)
                for answer, said, *rest in connection.execute(query)
            )

    def contradicting(self, since: datetime | None = None, limit: int | None = None) -> Sequence[Comparison]:
        """Return the studies where answer and report contradict each other; see the port."""
        not_called = (_COMPARED.answer == StudyAnswer.ABSENT) & (_COMPARED.statement == ReportStatement.FRACTURE)
        not_reported = (_COMPARED.answer == StudyAnswer.PRESENT) & (_COMPARED.statement == ReportStatement.NO_FRACTURE)
        # "absent" is before "present".
        order = _COMPARED.answer, _COMPARED.compared_at.desc(), _COMPARED.study_instance_uid
        query = select(report_comparison).where(or_(not_called, not_reported)).order_by(*order).limit(limit)
        if since is not None:
            query = query.where(_COMPARED.compared_at >= since)
        with looking(self._engine) as connection:
            return tuple(map(_comparison_from, connection.execute(query).mappings()))

    def comparison_of(self, study_instance_uid: str) -> Comparison | None:
        """Return the comparison of a study; see the port."""
        query = select(report_comparison).where(_COMPARED.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _comparison_from(row)

    def reports_of(self, study_instance_uid: str) -> Sequence[StudyReport]:
        """Return the final reports of a study; see the port."""
        query = select(final_report).where(_REPORTS.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            rows = connection.execute(query.order_by(_REPORTS.received_at, _REPORTS.key)).mappings()
            return tuple(map(_study_report_from, rows))

    def reports_now(self, since: datetime | None = None) -> ReportsNow:
        """Return what is kept; see the port."""
        has_study, is_compared = _REPORTS.study_instance_uid != "", _REPORTS.compared_at.is_not(None)
        kinds = (_REPORTS.status, _REPORTS.remark, has_study, is_compared)
        query = select(*kinds, func.count()).group_by(*kinds)
        if since is not None:
            query = query.where(_REPORTS.received_at >= since)
        with looking(self._engine) as connection:
            return _count(connection.execute(query).all())


def compare(connection: Connection, study_instance_uid: str, now: datetime) -> bool:
    """Note what the reports of a study say beside its latest answer; False where it has none yet.

    An answer that was taken back since is compared all the same: it was said.
    """
    answer = connection.execute(_latest_answer(study_instance_uid)).first()
    if answer is None:
        return False
    of_study = _REPORTS.study_instance_uid == study_instance_uid
    standing = select(_REPORTS.statement, _REPORTS.rule).where(of_study, _REPORTS.status != ReportStatus.WITHDRAWN)
    said = combine_statements((ReportStatement(each), rule) for each, rule in connection.execute(standing))
    connection.execute(delete(report_comparison).where(_COMPARED.study_instance_uid == study_instance_uid))
    connection.execute(update(final_report).where(of_study).values(compared_at=now))
    if said is None:  # every one was withdrawn
        return True
    findings = findings_from(answer.findings)
    row = {
        "study_instance_uid": study_instance_uid,
        "version": answer.version,
        "statement": said[0],
        "rule": said[1],
        "answer": StudyAnswer.of(findings),
        "region": find_region(findings),
        "calling_ae_title": _find_sender(connection, study_instance_uid),
        "model_set": answer.model_set,
        "compared_at": now,
    }
    connection.execute(insert(report_comparison).values(row))
    return True


def _latest_answer(study_instance_uid: str) -> Select[Any]:
    is_version = (_ANSWERS.study_instance_uid == _STUDIES.study_instance_uid) & (_ANSWERS.version == _STUDIES.version)
    return (
        select(_ANSWERS.version, _ANSWERS.model_set, _ANSWERS.findings)
        .join(tables.study, is_version)
        .where(_ANSWERS.study_instance_uid == study_instance_uid, _STUDIES.state.in_(SAID))
        .order_by(_ANSWERS.version.desc())
        .limit(1)
    )


def take_back(connection: Connection, study_instance_uid: str) -> None:
    """Compare the other reports of a study anew: one of them is not of this study, or not any more."""
    if study_instance_uid:
        connection.execute(delete(report_comparison).where(_COMPARED.study_instance_uid == study_instance_uid))
        of_study = _REPORTS.study_instance_uid == study_instance_uid
        connection.execute(update(final_report).where(of_study).values(compared_at=None))


def find_region(findings: StudyFindings) -> str:
    """Return the region of the images that were read; "several" where they differ, empty where none was."""
    regions = {reading.region.label for reading in findings.read if reading.region is not None}
    return regions.pop() if len(regions) == 1 else SEVERAL if regions else ""


def _find_sender(connection: Connection, study_instance_uid: str) -> str:
    images = tables.instance.c
    query = select(images.calling_ae_title).where(images.study_instance_uid == study_instance_uid)
    return str(connection.execute(query.order_by(images.received_at).limit(1)).scalar() or "")


def _comparison_from(row: RowMapping) -> Comparison:
    return Comparison(
        **{**row, "statement": ReportStatement(row["statement"]), "answer": StudyAnswer(row["answer"])},
    )


def _study_report_from(row: RowMapping) -> StudyReport:
    return StudyReport(
        statement=ReportStatement(row["statement"]),
        rule=row["rule"],
        status=ReportStatus(row["status"]),
        control_id=row["control_id"],
        accession_number=row["accession_number"],
        said_at=row["said_at"],
        received_at=row["received_at"],
    )


def _count(rows: Sequence[Any]) -> ReportsNow:
    """Sum groups of status, remark, whether a study is known, whether it was compared, and how many they are."""
    standing = [row for row in rows if row[0] != ReportStatus.WITHDRAWN]
    refused: dict[ReportRemark, int] = {}
    for row in standing:
        if row[1] is not None:
            refused[ReportRemark(row[1])] = refused.get(ReportRemark(row[1]), 0) + row[4]
    free = [row for row in standing if row[1] is None]
    return ReportsNow(
        received=sum(row[4] for row in rows),
        compared=sum(row[4] for row in free if row[3]),
        unmatched=sum(row[4] for row in free if not row[2]),
        unanswered=sum(row[4] for row in free if row[2] and not row[3]),
        withdrawn=sum(row[4] for row in rows) - sum(row[4] for row in standing),
        refused=refused,
    )
