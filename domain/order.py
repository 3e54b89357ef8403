"""An imaging order, as the information system that placed it tells it (HL7 v2 ORC and OBR)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any


class OrderState(StrEnum):
    """Whether an order stands."""

    ORDERED = "ordered"
    CANCELLED = "cancelled"
    DISCONTINUED = "discontinued"


@dataclass(frozen=True, slots=True)
class EntityIdentifier:
    """A number and who gave it (HL7 data type EI)."""

    entity: str
    namespace: str = ""
    universal_id: str = ""
    universal_id_type: str = ""

    @property
    def components(self) -> tuple[str, str, str, str]:
        """The components of the EI."""
        return self.entity, self.namespace, self.universal_id, self.universal_id_type


@dataclass(frozen=True, slots=True)
class Authority:
    """Who gives patient identifiers (HL7 data type HD)."""

    namespace: str = ""
    universal_id: str = ""
    universal_id_type: str = ""


def digest_patient_id(patient_id: str) -> str:
    """Return what two patient identifiers are compared by: an order is kept without the identifier itself."""
    return sha256(patient_id.strip().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """One repetition of PID-3: the digest of the identifier, and who gave it."""

    digest: str
    authority: Authority = Authority()


@dataclass(frozen=True, slots=True)
class ImagingOrder:
    """One order. What the message did not say is empty.

    Attributes:
        providers: the ordering providers, the components of each XCN.
        procedure: identifier, text and coding system of OBR-4.
        laterality: as requested, in the words of the message.
    """

    placer: EntityIdentifier | None = None
    filler: EntityIdentifier | None = None
    accession_number: str = ""
    accession_issuer: str = ""
    study_instance_uid: str = ""
    patient: tuple[PatientIdentifier, ...] = ()
    providers: tuple[tuple[str, ...], ...] = ()
    procedure: tuple[str, str, str] = ("", "", "")
    laterality: str = ""
    state: OrderState = OrderState.ORDERED

    def __post_init__(self) -> None:
        if not (self.placer or self.filler or self.accession_number):
            raise ValueError("an order has a placer order number, a filler order number or an accession number")

    @property
    def key(self) -> str:
        """What is the same in every message about this order."""
        number = self.placer or self.filler
        kind = "placer" if self.placer else "filler" if self.filler else "accession"
        named = (kind, *(number.components if number else (self.accession_number, self.accession_issuer)))
        return sha256("\x1f".join(named).encode()).hexdigest()

    def changed_by(self, later: "ImagingOrder", state: OrderState | None) -> "ImagingOrder":
        """Return this order with what a later message says of it; what that one leaves out stays."""
        empty: Sequence[Any] = (None, "", (), ("", "", ""))
        said = {each.name: getattr(later, each.name) for each in fields(later) if each.name != "state"}
        changes = {name: value for name, value in said.items() if value not in empty}
        return replace(self, **changes, state=state or self.state)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What one message says of one order; without a state it says nothing of whether the order stands."""

    order: ImagingOrder
    state: OrderState | None = None
