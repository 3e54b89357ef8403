"""Spoilt HL7 messages with orders and final reports, up to the ledger."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from config.final_reports import FinalReportCode, FinalReports
from config.orders import Orders
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.orders import OrderBook
from dicom_node.receive.orders.desk import OrderDesk
from dicom_node.receive.reports.taking import ReportTaking
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import make_oru, say_impression
from tests.fakes.orders import OMI, ORM, make_message
from tests.fuzz.alarm import listen_for_faults
from tests.fuzz.data_sets import scratch

CODE = FinalReportCode(identifier="72704001", fracture=("52101004",))


@cache
def desk() -> OrderDesk:
    """Return a desk with a real ledger behind it."""
    engine = open_engine(database_url(Path(mkdtemp(dir=scratch()))))
    create_tables(engine)
    taking = ReportTaking(FinalReports(), (CODE,), "OSTEONODE", ReportBook(engine, FakeClock()))
    return OrderDesk(Orders(), OrderBook(engine, FakeClock()), FakeClock(), taking)


def order_seeds() -> list[bytes]:
    """Return whole messages with orders, and with reports."""
    latin = make_message(character_set="8859/1").decode().replace("Doe", "M\xfcller").encode("latin-1")
    orders = [make_message(ORM), make_message(ORM, "CA", control_id="M2"), make_message(OMI), latin]
    coded = make_oru("OBX|1|CWE|72704001^Fracture^SCT||52101004^Present^SCT||||||F\r", control_id="R2")
    return [*orders, make_oru(), coded, make_oru(say_impression("No fracture."), "C", "R3"), make_oru(status="X")]


def try_order(data: bytes) -> None:
    """Answer a message: whatever came, the acknowledgement is a message, and nothing met a fault."""
    faults = listen_for_faults()
    answer = desk().answer(data)
    assert answer.startswith(b"MSH|"), answer
    assert b"\rMSA|" in answer, answer
    assert not faults, faults
