"""How long each model took, of the latest answers."""

from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Engine, and_, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from dicom_node.reading_ports import MemberTime

_TWENTIETHS = 20


class MemberTimeBook:
    """Implements ReadingTimes; safe while a node writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def member_times(self, model_set: str, *, studies: int = 100) -> Sequence[MemberTime]:
        """Return it of the latest answers, where this set of models gave them, by model."""
        answers, versions = tables.answer.c, tables.study.c
        # The latest first, by their index: of all answers at once the findings would be read to be thrown away.
        latest = select(versions.study_instance_uid, versions.version).where(versions.answered_at.is_not(None))
        last = latest.order_by(versions.answered_at.desc()).limit(studies).subquery()
        same = and_(answers.study_instance_uid == last.c.study_instance_uid, answers.version == last.c.version)
        query = select(answers.findings).join_from(last, tables.answer, same).where(answers.model_set == model_set)
        with looking(self._engine) as connection:
            return _count(connection.execute(query).scalars())


def _count(findings: Any) -> list[MemberTime]:
    taken: dict[tuple[str, str], list[float]] = {}
    for each in findings:
        for member in _members(each):
            taken.setdefault((member["model"], member["version"]), []).append(member["milliseconds"])
    return [
        MemberTime(model, version, len(times), median(times), _nearly_all(times))
        for (model, version), times in sorted(taken.items())
    ]


def _members(findings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [member for reading in findings["readings"] for member in reading["members"]]


def _nearly_all(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return times[0] if len(times) == 1 else quantiles(times, n=_TWENTIETHS, method="inclusive")[-1]
