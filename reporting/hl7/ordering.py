"""What a message takes from the order: its numbers as they came, who placed it, and whose patient identifiers are."""

from collections.abc import Iterable
from typing import Final

from domain.order import EntityIdentifier, ImagingOrder, digest_patient_id
from reporting.hl7 import er7

#: EI and one repetition of an XCN as messages of 2.5.1 carry them (chapter 2.A.28, 4.5.3.16).
NUMBER_LIMIT_BYTES: Final = 427
PROVIDER_LIMIT_BYTES: Final = 250


def placer_number(order: ImagingOrder | None) -> str:
    """ORC-2 and OBR-2, empty where no order is known: a receiver finds its order by exactly this."""
    return _number(order.placer if order else None)


def filler_number(order: ImagingOrder | None) -> str:
    """ORC-3 and OBR-3 as the order has them, empty where it has none."""
    return _number(order.filler if order else None)


def ordering_providers(order: ImagingOrder | None) -> str:
    """ORC-12 and OBR-16: whole repetitions, as many as fit; half a name would be another one."""
    providers = (er7.components(*map(er7.escape, each)) for each in (order.providers if order else ()))
    return er7.repetitions(each for each in providers if 0 < len(each.encode()) <= PROVIDER_LIMIT_BYTES)


def assigning_authority(order: ImagingOrder | None, patient_id: str) -> str:
    """CX-4 of the order's identifier that is the images' own, empty where there is none."""
    digest = digest_patient_id(patient_id)
    named = (each.authority for each in (order.patient if order else ()) if each.digest == digest)
    return next(filter(None, (_subcomponents((a.namespace, a.universal_id, a.universal_id_type)) for a in named)), "")


def _number(number: EntityIdentifier | None) -> str:
    whole = er7.components(*map(er7.escape, number.components)) if number else ""
    return whole if len(whole.encode()) <= NUMBER_LIMIT_BYTES else ""


def _subcomponents(values: Iterable[str]) -> str:
    return "&".join(map(er7.escape, values)).rstrip("&")
