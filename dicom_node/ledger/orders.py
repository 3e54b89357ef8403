"""Orders that information systems told us of, each once, with what later messages changed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger import messages
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.knowledge_tables import imaging_order, order_message, order_use
from dicom_node.ports import Clock
from domain.order import (
    Authority,
    EntityIdentifier,
    ImagingOrder,
    OrderChange,
    OrderState,
    PatientIdentifier,
)
from domain.order_match import OrderMatch, OrderRemark


@dataclass(frozen=True, slots=True)
class OrderLine:
    """The orders that a version was answered with, by their placer order numbers, and what a person should know."""

    version: int
    placers: tuple[str, ...]
    remark: OrderRemark | None


def lines_of(connection: Connection, study_instance_uid: str) -> tuple[OrderLine, ...]:
    """Return the orders of a study's versions."""
    query = select(order_use).where(order_use.c.study_instance_uid == study_instance_uid).order_by(order_use.c.version)
    return tuple(
        OrderLine(row["version"], tuple(row["placers"]), OrderRemark(row["remark"]) if row["remark"] else None)
        for row in connection.execute(query).mappings()
    )


class OrderBook:
    """Implements knowledge_ports.OrderKeeper and OrderLookup. Safe for threads and processes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def keep_orders(self, message: OrderMessage, changes: Sequence[OrderChange]) -> bool:
        """Keep what a message says of its orders; the same message has no second effect (messages.note)."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            if not messages.note(connection, message, now):
                return False
            for change in changes:
                _keep(connection, change, now)
        return True

    def find_orders(self, study_instance_uid: str, accession_number: str) -> Sequence[ImagingOrder]:
        """Return the orders with this Study Instance UID or, where it is not empty, this accession number."""
        columns = imaging_order.c
        conditions = [columns.study_instance_uid == study_instance_uid] if study_instance_uid else []
        conditions += [columns.accession_number == accession_number] if accession_number else []
        if not conditions:
            return ()
        query = select(columns.content).where(or_(*conditions)).order_by(columns.key)
        with looking(self._engine) as connection:
            return tuple(map(order_from, connection.execute(query).scalars()))

    def note_order(self, study_instance_uid: str, version: int, match: OrderMatch) -> None:
        """Note which orders a version was answered with, or why with none; nothing where no order was found."""
        is_it = (order_use.c.study_instance_uid == study_instance_uid) & (order_use.c.version == version)
        row = {"study_instance_uid": study_instance_uid, "version": version, "remark": match.remark}
        placers = [order.placer.entity if order.placer else "" for order in match.orders]
        with writing(self._engine) as connection:
            connection.execute(delete(order_use).where(is_it))
            if match.orders or match.remark:
                connection.execute(insert(order_use).values(row | {"placers": placers}))

    def forget_orders(self, before: datetime) -> int:
        """Remove the orders and messages that nobody changed since a time; return how many orders that were."""
        with writing(self._engine) as connection:
            connection.execute(delete(order_message).where(order_message.c.kept_at < before))
            return connection.execute(delete(imaging_order).where(imaging_order.c.changed_at < before)).rowcount


def _keep(connection: Connection, change: OrderChange, now: datetime) -> None:
    said = change.order
    query = select(imaging_order.c.content).where(imaging_order.c.key == said.key).with_for_update()
    before = connection.execute(query).scalar()
    first = said if change.state is None else said.changed_by(said, change.state)
    order = first if before is None else order_from(before).changed_by(said, change.state)
    row = {
        "key": said.key,
        "study_instance_uid": order.study_instance_uid,
        "accession_number": order.accession_number,
        "content": asdict(order),
        "changed_at": now,
    }
    if before is None:
        connection.execute(insert(imaging_order).values(row))
    else:
        connection.execute(update(imaging_order).where(imaging_order.c.key == said.key).values(row))


def order_from(value: Mapping[str, Any]) -> ImagingOrder:
    """Return the order of its JSON; the noun's own checks apply."""
    return ImagingOrder(
        **{
            **value,
            "placer": EntityIdentifier(**value["placer"]) if value["placer"] else None,
            "filler": EntityIdentifier(**value["filler"]) if value["filler"] else None,
            "patient": tuple(
                PatientIdentifier(each["digest"], Authority(**each["authority"])) for each in value["patient"]
            ),
            "providers": tuple(tuple(each) for each in value["providers"]),
            "procedure": tuple(value["procedure"]),
            "state": OrderState(value["state"]),
        }
    )
