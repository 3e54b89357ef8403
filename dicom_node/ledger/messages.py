"""Messages that were kept: the same one, sent again, has no second effect."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger.knowledge_tables import order_message


def note(connection: Connection, message: OrderMessage, now: datetime) -> bool:
    """Note a message in the transaction that keeps what it says; False where it was kept before.

    One that carries another content under a known MSH-10 is another message: some systems count from 1 again.
    """
    columns = order_message.c
    known = select(columns.content).where(columns.identity == message.identity)
    before = connection.execute(known.with_for_update()).scalar()
    if before == message.content:
        return False
    row = {"identity": message.identity, "content": message.content, "kept_at": now}
    if before is None:
        connection.execute(insert(order_message).values(row))
    else:
        connection.execute(update(order_message).where(columns.identity == message.identity).values(row))
    return True
