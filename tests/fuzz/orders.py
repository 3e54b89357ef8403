"""Spoilt HL7 messages with orders, up to the ledger."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from config.orders import Orders
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.orders import OrderBook
from dicom_node.receive.orders.desk import OrderDesk
from tests.fakes.clock import FakeClock
from tests.fakes.orders import OMI, ORM, make_message
from tests.fuzz.alarm import listen_for_faults
from tests.fuzz.data_sets import scratch


@cache
def desk() -> OrderDesk:
    """Return a desk with a real ledger behind it."""
    engine = open_engine(database_url(Path(mkdtemp(dir=scratch()))))
    create_tables(engine)
    return OrderDesk(Orders(), OrderBook(engine, FakeClock()), FakeClock())


def order_seeds() -> list[bytes]:
    """Return whole messages with orders."""
    latin = make_message(character_set="8859/1").decode().replace("Doe", "M\xfcller").encode("latin-1")
    return [make_message(ORM), make_message(ORM, "CA", control_id="M2"), make_message(OMI), latin]


def try_order(data: bytes) -> None:
    """Answer a message: whatever came, the acknowledgement is a message, and nothing met a fault."""
    faults = listen_for_faults()
    answer = desk().answer(data)
    assert answer.startswith(b"MSH|"), answer
    assert b"\rMSA|" in answer, answer
    assert not faults, faults
