"""Orders as information systems really send them; fictitious patients."""

from collections.abc import Sequence

from dicom_node.knowledge_ports import OrderKeeper, OrderMessage
from domain.order import ImagingOrder, OrderChange, OrderState
from domain.order_match import OrderMatch

ORM = (
    "MSH|^~\\&|RIS|HOSPITAL|OSTEONODE|RADIOLOGY|20260301080000||ORM^O01|{control_id}|P|2.3.1||||||{character_set}\r"
    "PID|1|OLD-1|PID-4711^^^NORTH&1.2.840.99&ISO^MR~999^^^SSA||Doe^Jane||19800131|F\r"
    "PV1||E\r"
    "ORC|{control}|PL-1^RIS|FI-1^RIS||{status}||||||||1234^House^Gregory^^^Dr^^^HOSPITAL\r"
    "OBR|1|PL-1^RIS|FI-1^RIS|XRWRI2^XR wrist 2 views^LOCAL|||||||||||^^^^L|5678^Cuddy^Lisa||ACC-0815|RP1|SPS1\r"
    "ZDS|1.2.840.1.1^RIS^Application^DICOM\r"
    "ZXX|something of this site\r"
)
OMI = (
    "MSH|^~\\&|RIS|HOSPITAL|OSTEONODE|RADIOLOGY|20260301080000||OMI^O23^OMI_O23|{control_id}|P|2.5.1\r"
    "PID|1||PID-4711^^^NORTH^MR\r"
    "ORC|{control}|PL-1^RIS^1.2.3^ISO|||{status}\r"
    "TQ1|1\r"
    "OBR|1|PL-1^RIS^1.2.3^ISO||XRWRI2^XR wrist 2 views^LOCAL||||||||||||5678^Cuddy^Lisa~1234^House\r"
    "IPC|ACC-0815^NORTH|RP1|1.2.840.1.1|SPS1|DX\r"
)


def make_message(
    template: str = ORM, control: str = "NW", *, control_id: str = "M1", status: str = "", character_set: str = ""
) -> bytes:
    """Return a message as bytes."""
    values = {"control": control, "control_id": control_id, "status": status, "character_set": character_set}
    return template.format(**values).encode()


class FakeOrders:
    """Implements knowledge_ports.OrderKeeper and OrderLookup in memory.

    Args:
        failure: raised by every call until it is set to None.
    """

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.orders: dict[str, ImagingOrder] = {}
        self._messages: dict[str, str] = {}
        self.noted: dict[tuple[str, int], OrderMatch] = {}

    def keep_orders(self, message: OrderMessage, changes: Sequence[OrderChange]) -> bool:
        if self.failure is not None:
            raise self.failure
        if self._messages.get(message.identity) == message.content:
            return False
        self._messages[message.identity] = message.content
        for change in changes:
            before = self.orders.get(change.order.key, change.order)
            self.orders[change.order.key] = before.changed_by(change.order, change.state)
        return True

    def find_orders(self, study_instance_uid: str, accession_number: str) -> Sequence[ImagingOrder]:
        return tuple(
            order
            for _key, order in sorted(self.orders.items())
            if (study_instance_uid and order.study_instance_uid == study_instance_uid)
            or (accession_number and order.accession_number == accession_number)
        )

    def note_order(self, study_instance_uid: str, version: int, match: OrderMatch) -> None:
        self.noted[study_instance_uid, version] = match


def keep(book: OrderKeeper, order: ImagingOrder, state: OrderState = OrderState.ORDERED) -> None:
    """Keep an order as if a message of its own had brought it."""
    book.keep_orders(OrderMessage(f"{order.key} {state}", repr(order)), [OrderChange(order, state)])
