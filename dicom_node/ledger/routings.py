"""Where each version of an answer went, and why: kept with the answer, so that a later look finds what held then."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from dicom_node.ledger import answers, retractions, studies, tables
from dicom_node.ledger.delivery_tables import routing as table
from dicom_node.ledger.rows import instance_from
from domain.document import DocumentKind
from domain.finding import StudyFindings
from domain.instance import ReceivedInstance
from domain.routing import Condition, JudgedRoute, Kinds, Routing, unite


@dataclass(frozen=True, slots=True)
class RoutedStudy:
    """What routes ask of a study, for a person who tries other routes.

    Attributes:
        version: the last one that was answered; where none was, the one that waits.
        findings: None where it was not answered.
        retracts: it takes the version before it back.
        routing: where it went when it was answered; None where nobody kept that.
        earlier: the destinations that versions before this one went to.
    """

    version: int
    instances: tuple[ReceivedInstance, ...]
    findings: StudyFindings | None
    retracts: bool
    routing: Routing | None
    earlier: Mapping[str, Kinds]


def look_up(connection: Connection, study_instance_uid: str, data: Path) -> RoutedStudy:
    """Return what routes ask of the last version of a study that was answered."""
    version = studies.last_made(connection, study_instance_uid) or 1
    columns = tables.instance.c
    query = select(tables.instance).where(columns.study_instance_uid == study_instance_uid, columns.version <= version)
    return RoutedStudy(
        version=version,
        instances=tuple(instance_from(row, data) for row in connection.execute(query).mappings()),
        findings=answers.find(connection, study_instance_uid, version),
        retracts=retractions.find(connection, study_instance_uid, version) is not None,
        routing=find(connection, study_instance_uid, version),
        earlier=earlier(connection, study_instance_uid, version),
    )


def keep(connection: Connection, study_instance_uid: str, version: int, routing: Routing) -> None:
    """Keep where a version goes; never what a study had where a condition asked, for that may name a patient."""
    row = {
        "study_instance_uid": study_instance_uid,
        "version": version,
        "route": routing.route,
        "documents": {name: _kinds_json(kinds) for name, kinds in routing.documents.items()},
        "corrected": list(routing.corrected),
        "judged": [_judged_json(each) for each in routing.judged],
    }
    connection.execute(insert(table).values(row))


def find(connection: Connection, study_instance_uid: str, version: int) -> Routing | None:
    """Return where a version went; None where it was answered by a program that knew no routes."""
    columns = table.c
    query = select(table).where(columns.study_instance_uid == study_instance_uid, columns.version == version)
    row = connection.execute(query).mappings().first()
    return None if row is None else _routing_from(row)


def of_study(connection: Connection, study_instance_uid: str) -> dict[int, Routing]:
    """Return where each version of a study went."""
    query = select(table).where(table.c.study_instance_uid == study_instance_uid).order_by(table.c.version)
    return {row["version"]: _routing_from(row) for row in connection.execute(query).mappings()}


def earlier(connection: Connection, study_instance_uid: str, version: int) -> dict[str, Kinds]:
    """Return the destinations that versions before this one went to, with the kinds that might go there."""
    columns = tables.delivery.c
    query = select(columns.version, columns.destination).where(
        columns.study_instance_uid == study_instance_uid, columns.version < version
    )
    routed = of_study(connection, study_instance_uid)
    went: dict[str, Kinds] = {}
    for before, destination in connection.execute(query.order_by(columns.version, columns.destination)):
        name = destination.partition(":")[0]
        kinds = routed[before].kinds_for(name) if before in routed else None
        went[name] = unite(went.get(name, frozenset()), kinds)
    return went


def _kinds_json(kinds: Kinds) -> list[str] | None:
    return None if kinds is None else sorted(kinds)


def _judged_json(judged: JudgedRoute) -> dict[str, Any]:
    conditions = [{"key": each.key, "wanted": each.wanted, "holds": each.holds} for each in judged.conditions]
    return {"name": judged.name, "asked": judged.asked, "conditions": conditions}


def _routing_from(row: Mapping[Any, Any]) -> Routing:
    documents = {
        name: None if kinds is None else frozenset(map(DocumentKind, kinds)) for name, kinds in row["documents"].items()
    }
    judged = tuple(
        JudgedRoute(each["name"], tuple(Condition(**condition) for condition in each["conditions"]), each["asked"])
        for each in row["judged"]
    )
    return Routing(row["route"], documents, tuple(row["corrected"]), judged)
