"""How impressions were worded: by a phrase model, or by the template and why. Codes alone: nothing of what was said."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from dicom_node.ledger import tables
from domain.impression import Impression


@dataclass(frozen=True, slots=True)
class ImpressionLine:
    """The impression of one version: which model was asked, and why the template stands, empty where it does not."""

    version: int
    asked: str
    refusal: str


def keep(connection: Connection, study_instance_uid: str, version: int, impression: Impression | None) -> None:
    """Note how a version's impression was worded; nothing where no model was asked."""
    if impression is not None:
        row = {"study_instance_uid": study_instance_uid, "version": version}
        words = {"asked": impression.asked, "refusal": impression.refusal}
        connection.execute(insert(tables.impression).values(row | words))


def lines_of(connection: Connection, study_instance_uid: str) -> tuple[ImpressionLine, ...]:
    """Return those of a study, by version."""
    columns = tables.impression.c
    query = select(columns.version, columns.asked, columns.refusal)
    rows = connection.execute(query.where(columns.study_instance_uid == study_instance_uid).order_by(columns.version))
    return tuple(ImpressionLine(*row) for row in rows)


def count(connection: Connection) -> Mapping[str, int]:
    """Return how many there are by refusal, the most frequent first; those that the model worded stand under ""."""
    number = func.count()
    columns = tables.impression.c
    query = select(columns.refusal, number).group_by(columns.refusal).order_by(number.desc(), columns.refusal)
    return {str(refusal): int(found) for refusal, found in connection.execute(query)}
