"""What is done with one message, of orders or of final reports: read, kept, and only then accepted."""

import hashlib
import logging
from typing import Final, Protocol

from config.orders import Orders
from dicom_node.knowledge_ports import OrderKeeper, OrderMessage
from dicom_node.ports import Clock
from dicom_node.receive import events
from dicom_node.receive.event_line import emit
from dicom_node.receive.orders.acknowledgement import ACCEPTED, Code, Verdict, acknowledge
from dicom_node.receive.orders.er7 import Message, NotHl7, Segment, read_header, read_message
from dicom_node.receive.orders.order_message import OrderUnreadable, read_changes
from domain.errors import LedgerError

ORDERS_KEPT: Final = "receive.orders_kept"
ORDERS_REFUSED: Final = "receive.orders_refused"
REPORTS_TAKEN: Final = "receive.reports_taken"
_TYPES: Final = (("ORM", "O01"), ("OMI", "O23"))
_REPORT: Final = ("ORU", "R01")
_SEND_AGAIN: Final = Verdict(Code.AE, "not kept, an internal error of this node: send the message again", "", 207)


class Reports(Protocol):
    """Takes messages with final reports."""

    def take(self, message: Message, identity: OrderMessage) -> str:
        """Keep what a message says, and return in words what was done; raises OrderUnreadable and LedgerError."""
        ...


class OrderDesk:
    """Answers messages with orders, and with final reports. Safe for threads.

    Args:
        keeper: keeps orders; what it has kept is durable.
        reports: takes final reports; None where they are refused.
    """

    def __init__(self, settings: Orders, keeper: OrderKeeper, clock: Clock, reports: Reports | None = None) -> None:
        self._settings, self._keeper, self._clock, self._reports = settings, keeper, clock, reports

    def answer(self, content: bytes) -> bytes:
        """Return the acknowledgement of a message; never raises."""
        header: Segment | None = None
        try:
            header = read_header(content)
            verdict = self._keep(content, header)
        except NotHl7 as error:
            verdict = Verdict(Code.AR, str(error), "MSH^1^18" if header is not None else "MSH^1", 102)
        except OrderUnreadable as error:
            verdict = Verdict(Code.AE, str(error), error.place, error.code)
        except LedgerError:
            verdict = _SEND_AGAIN
        except Exception as error:
            events.handler_failed(error)
            verdict = _SEND_AGAIN
        if verdict.code is not Code.AA:
            emit(logging.WARNING, ORDERS_REFUSED, verdict.why, code=verdict.code.value, place=verdict.place)
        return acknowledge(header, verdict, self._clock.now())

    def _keep(self, content: bytes, header: Segment) -> Verdict:
        refusal = self._refuse(header)
        if refusal is not None:
            return refusal
        message = read_message(content, self._settings.character_set)
        if self._reports is not None and _kind_of(header) == _REPORT:
            emit(logging.INFO, REPORTS_TAKEN, self._reports.take(message, _identify(message)))
            return ACCEPTED
        changes = read_changes(message, self._settings.accession_fields)
        is_new = self._keeper.keep_orders(_identify(message), changes)
        said = "orders kept" if is_new else "a message that was kept before"
        emit(logging.INFO, ORDERS_KEPT, said, orders=len(changes), type=header.text(9))
        return ACCEPTED

    def _refuse(self, header: Segment) -> Verdict | None:
        """Return why a message is not for this node by its header alone, None where it may be."""
        processing_id = header.text(11).upper()
        if _kind_of(header) not in (_TYPES if self._reports is None else (*_TYPES, _REPORT)):
            return Verdict(Code.AR, self._say_what_is_taken(header), "MSH^1^9", 200)
        if not header.text(12).startswith("2."):
            return Verdict(Code.AR, "this node reads HL7 version 2", "MSH^1^12", 203)
        if processing_id and processing_id not in self._settings.processing_ids:
            return Verdict(Code.AR, "MSH-11 is not among orders.processing_ids of this node", "MSH^1^11", 202)
        if not header.text(10):
            return Verdict(Code.AR, "MSH-10 is empty: without it a message cannot be acknowledged", "MSH^1^10", 101)
        return None

    def _say_what_is_taken(self, header: Segment) -> str:
        if self._reports is not None:
            return "this node takes ORM^O01, OMI^O23 and ORU^R01"
        missing = ": ORU^R01 needs its table final_reports" if _kind_of(header) == _REPORT else ""
        return f"this node takes ORM^O01 and OMI^O23{missing}"


def _kind_of(header: Segment) -> tuple[str, str]:
    return header.text(9, 1).upper(), header.text(9, 2).upper()


def _identify(message: Message) -> OrderMessage:
    """Return who sent which message, and a digest of all of it but its header, which a sender may write anew."""
    names = (message.header.raw(3), message.header.raw(4), message.header.text(10))
    body = "\r".join(segment.delimiters.field.join(segment.fields) for segment in message.segments[1:])
    return OrderMessage(_digest("\x1f".join(names)), _digest(body))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
