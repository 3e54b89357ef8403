"""What the answered versions of a study said, and which of them a later version supersedes."""

from sqlalchemy import Connection, insert, select

from dicom_node.ledger import tables
from dicom_node.ledger.rows import findings_from, findings_json
from domain.correction import Superseded
from domain.finding import StudyFindings
from domain.study import SPOKEN, StudyState


def keep(connection: Connection, version: int, findings: StudyFindings) -> None:
    """Keep what one version says."""
    row = {"study_instance_uid": findings.study_instance_uid, "version": version, "model_set": findings.model_set}
    connection.execute(insert(tables.answer).values(row | {"findings": findings_json(findings)}))


def find(connection: Connection, study_instance_uid: str, version: int) -> StudyFindings | None:
    """Return what one version said; None where it was not answered, or by a program that did not keep it."""
    columns = tables.answer.c
    query = select(columns.findings).where(columns.study_instance_uid == study_instance_uid, columns.version == version)
    value = connection.execute(query).scalar()
    return None if value is None else findings_from(value)


def superseded(connection: Connection, study_instance_uid: str, version: int) -> Superseded | None:
    """Return the last answer before a version; None where there is none."""
    columns = tables.study.c
    query = select(columns.version, columns.state).where(
        columns.study_instance_uid == study_instance_uid, columns.version < version, columns.state.in_(SPOKEN)
    )
    row = connection.execute(query.order_by(columns.version.desc()).limit(1)).first()
    if row is None:
        return None
    if row.state == StudyState.RETRACTED:
        return Superseded(row.version, retracted=True)
    return Superseded(row.version, find(connection, study_instance_uid, row.version))
