"""From the segments of ORM^O01 and OMI^O23 to orders: which field is read where, as tables.

HL7 2.3 to 2.5.1 chapter 4; IHE RAD-2, RAD-3 and RAD-4 (Study Instance UID in ZDS-1) and their 2.5.1 options (IPC).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from dicom_node.receive.header import is_uid
from dicom_node.receive.orders.er7 import Message, Segment
from domain.order import (
    Authority,
    EntityIdentifier,
    ImagingOrder,
    OrderChange,
    OrderState,
    PatientIdentifier,
    digest_patient_id,
)

#: ORC-1 (table 0119): what it does to the order. None: nothing is said of whether it stands.
CONTROLS: Final[dict[str, OrderState | None]] = {
    **dict.fromkeys(("NW", "SN", "RO", "CH", "PA", "RE"), OrderState.ORDERED),
    **dict.fromkeys(("CA", "OC", "CR", "RP", "RU", "RQ"), OrderState.CANCELLED),
    **dict.fromkeys(("DC", "OD", "DR"), OrderState.DISCONTINUED),
    **dict.fromkeys(("XO", "XX", "XR", "UX", "SC", "SR", "SS", "NA", "OK", "CN", "PR", ""), None),
    **dict.fromkeys(("HD", "OH", "HR", "UH", "RL", "OE", "OR", "UR", "UC", "UD", "UM"), None),
}
#: ORC-5 (table 0038), where ORC-1 says that the status has changed.
STATUSES: Final = {"CA": OrderState.CANCELLED, "DC": OrderState.DISCONTINUED}
_STATUS_CHANGES: Final = ("SC", "SR", "XO", "XX")
#: Where a requested side is said: the site modifier of the specimen source, and the supplement of the placer.
_SIDES: Final = ((15, 5), (15, 4), (46, 2), (46, 1))
#: HL7 2.5.1 gives an entity identifier 199 characters (2.A.28); what is longer is no number of any system.
_LONGEST_NUMBER: Final = 199
_MOST_PROVIDERS: Final = 5
_MOST_COMPONENTS: Final = 9


class OrderUnreadable(ValueError):
    """The message is HL7, but not an order that can be kept; `place` is segment^sequence^field of the fault."""

    def __init__(self, why: str, place: str, code: int = 101) -> None:
        super().__init__(why)
        self.place, self.code = place, code


@dataclass(slots=True)
class OrderGroup:
    """The segments of one order, or of one report."""

    segments: list[Segment] = field(default_factory=list)

    def first(self, name: str) -> Segment | None:
        """Return the first segment of a name."""
        return next((segment for segment in self.segments if segment.name == name), None)

    def text(self, name: str, number: int, component: int = 1, subcomponent: int = 1) -> str:
        """Return a field of the first segment of a name, empty where there is none."""
        segment = self.first(name)
        return segment.text(number, component, subcomponent) if segment is not None else ""


def read_changes(message: Message, accession_fields: Sequence[str]) -> list[OrderChange]:
    """Return what a message says of each of its orders.

    Args:
        accession_fields: where the accession number may stand, such as "OBR-18"; the first that has a value counts.

    Raises:
        OrderUnreadable: it has no order, one without any number, or an order control that nobody knows.
    """
    groups = list(read_groups(message))
    if not groups:
        raise OrderUnreadable("the message has neither ORC nor OBR", "ORC^1^1", 100)
    patient = tuple(read_patient(message))
    shared = find_shared_study(message)
    return [_read_change(group, number, accession_fields, patient, shared) for number, group in enumerate(groups, 1)]


def read_groups(message: Message) -> Iterator[OrderGroup]:
    """Yield the orders: each begins with ORC, or with an OBR that has no ORC of its own."""
    group: OrderGroup | None = None
    for segment in message.segments:
        begins = segment.name == "ORC" or (segment.name == "OBR" and (group is None or group.first("OBR") is not None))
        if begins:
            if group is not None:
                yield group
            group = OrderGroup()
        if group is not None:
            group.segments.append(segment)
    if group is not None:
        yield group


def _read_change(
    group: OrderGroup, number: int, accession_fields: Sequence[str], patient: tuple[PatientIdentifier, ...], shared: str
) -> OrderChange:
    control = group.text("ORC", 1).upper()
    if control not in CONTROLS:
        raise OrderUnreadable("ORC-1 is no order control that is known here", f"ORC^{number}^1", 103)
    state = CONTROLS[control]
    if control in _STATUS_CHANGES:
        state = STATUSES.get(group.text("ORC", 5).upper())
    try:
        return OrderChange(read_order(group, number, accession_fields, patient, shared), state)
    except ValueError as error:
        if isinstance(error, OrderUnreadable):
            raise
    why = "the order has no placer order number, no filler order number and no accession number"
    raise OrderUnreadable(why, f"ORC^{number}^2")


def read_order(
    group: OrderGroup, number: int, accession_fields: Sequence[str], patient: tuple[PatientIdentifier, ...], shared: str
) -> ImagingOrder:
    """Return the order of a group. Raises ValueError where it has no number, OrderUnreadable where one is none."""
    placer, filler = _read_number(group, 2), _read_number(group, 3)
    accession, issuer = _read_accession(group, accession_fields)
    parts = (*(placer.components if placer else ()), *(filler.components if filler else ()), accession, issuer)
    if any(len(part) > _LONGEST_NUMBER for part in parts):
        raise OrderUnreadable(f"a number of the order has more than {_LONGEST_NUMBER} characters", f"ORC^{number}", 102)
    return ImagingOrder(
        placer=placer,
        filler=filler,
        accession_number=accession,
        accession_issuer=issuer,
        study_instance_uid=_read_study(group) or shared,
        patient=patient,
        providers=tuple(_read_providers(group)),
        procedure=(group.text("OBR", 4), group.text("OBR", 4, 2), group.text("OBR", 4, 3)),
        laterality=next((said for place in _SIDES if (said := group.text("OBR", *place))), ""),
    )


def _read_number(group: OrderGroup, number: int) -> EntityIdentifier | None:
    """Return the number of ORC-2 or ORC-3, else of OBR-2 or OBR-3."""
    for name in ("ORC", "OBR"):
        parts = [group.text(name, number, component) for component in range(1, 5)]
        if parts[0]:
            return EntityIdentifier(*parts)
    return None


def _read_accession(group: OrderGroup, accession_fields: Sequence[str]) -> tuple[str, str]:
    for place in accession_fields:
        name, _, number = place.partition("-")
        if value := group.text(name, int(number)):
            return value, group.text(name, int(number), 2)
    return "", ""


def _read_study(group: OrderGroup) -> str:
    return next((uid for name, number in (("IPC", 3), ("ZDS", 1)) if is_uid(uid := group.text(name, number))), "")


def find_shared_study(message: Message) -> str:
    """The Study Instance UID of the one ZDS of a message: it stands after all orders and is meant for each of them."""
    stated = {segment.text(1) for segment in message.named("ZDS")}
    uid = stated.pop() if len(stated) == 1 else ""
    return uid if is_uid(uid) else ""


def read_patient(message: Message) -> Iterator[PatientIdentifier]:
    """PID-3, and the PID-2 of older systems."""
    for pid in message.named("PID"):
        for components in (*pid.repetitions(3), *pid.repetitions(2)):
            if number := pid.part(components, 1):
                authority = Authority(*(pid.part(components, 4, place) for place in (1, 2, 3)))
                yield PatientIdentifier(digest_patient_id(number), authority)


def _read_providers(group: OrderGroup) -> Iterator[tuple[str, ...]]:
    """OBR-16, else ORC-12."""
    for name, number in (("OBR", 16), ("ORC", 12)):
        segment = group.first(name)
        repetitions = segment.repetitions(number)[:_MOST_PROVIDERS] if segment is not None else []
        for components in repetitions:
            assert segment is not None
            yield tuple(
                segment.part(components, place) for place in range(1, min(len(components), _MOST_COMPONENTS) + 1)
            )
        if repetitions:
            return
