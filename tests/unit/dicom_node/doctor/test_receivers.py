from datetime import UTC, datetime

from config.settings import Destination
from dicom_node.doctor.receivers import write_question


def test_the_question_asks_for_a_clock_and_names_nobody() -> None:
    peer = Destination(name="ris", kind="hl7", host="127.0.0.1", port=2575, receiving_facility="A|B")
    question = write_question(peer, "OSTEONODE", "42", datetime(2026, 3, 1, 12, 0, tzinfo=UTC)).decode()
    header, clock, end = question.split("\r")
    assert header == "MSH|^~\\&|OSTEONODE||RIS|AB|20260301120000+0000||NMQ^N01^NMQ_N01|42|D|2.5.1"
    assert (clock, end) == ("NCK|20260301120000+0000", "")
