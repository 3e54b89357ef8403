"""Which order a study was made for: by Study Instance UID, then by accession number and its issuer, never by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from domain.order import ImagingOrder, OrderState, digest_patient_id


@dataclass(frozen=True, slots=True)
class StudyIdentity:
    """What the images of a study say of themselves; what they do not say is empty."""

    study_instance_uid: str
    accession_number: str = ""
    accession_issuer: str = ""
    patient_id: str = ""


class OrderRemark(StrEnum):
    """Why an order fills nothing, or not everything."""

    PATIENT_CONTRADICTS = "patient_contradicts"
    CANCELLED = "cancelled"
    SEVERAL = "several"


REMARKS: Mapping[OrderRemark, str] = {
    OrderRemark.PATIENT_CONTRADICTS: "not used: the patient identifier of the order is not that of the images",
    OrderRemark.CANCELLED: "not used: cancelled or discontinued",
    OrderRemark.SEVERAL: "several orders: what they do not agree on is left empty",
}


@dataclass(frozen=True, slots=True)
class OrderMatch:
    """The orders of a study that stand and are of its patient.

    Attributes:
        orders: in an order that does not depend on when they came.
        remark: what a person should know; None where there is nothing.
    """

    orders: tuple[ImagingOrder, ...] = ()
    remark: OrderRemark | None = None

    @property
    def order(self) -> ImagingOrder | None:
        """What all of them agree on, None where there is none, or where they agree on no number."""
        if len(self.orders) < 2:
            return self.orders[0] if self.orders else None
        first, *others = self.orders
        agreed: dict[str, Any] = {
            each.name: getattr(first, each.name)
            for each in fields(ImagingOrder)
            if all(getattr(other, each.name) == getattr(first, each.name) for other in others)
        }
        has_number = agreed.get("placer") or agreed.get("filler") or agreed.get("accession_number")
        return ImagingOrder(**agreed) if has_number else None


def match_orders(found: Sequence[ImagingOrder], identity: StudyIdentity) -> OrderMatch:
    """Return those of the orders found that the study was made for.

    An order of another patient is never used, whatever else agrees: the accession number may have been typed.
    """
    meant = _of_study(found, identity) or _of_accession(found, identity)
    of_patient = [order for order in meant if not _contradicts(order, identity)]
    standing = tuple(order for order in of_patient if order.state is OrderState.ORDERED)
    if standing:
        return OrderMatch(standing, OrderRemark.SEVERAL if len(standing) > 1 else None)
    if of_patient:
        return OrderMatch(remark=OrderRemark.CANCELLED)
    return OrderMatch(remark=OrderRemark.PATIENT_CONTRADICTS if meant else None)


def _of_study(found: Sequence[ImagingOrder], identity: StudyIdentity) -> list[ImagingOrder]:
    uid = identity.study_instance_uid
    return [order for order in found if uid and order.study_instance_uid == uid]


def _of_accession(found: Sequence[ImagingOrder], identity: StudyIdentity) -> list[ImagingOrder]:
    """Orders with the study's accession number; two issuers that differ are two numbers."""
    number, issuer = identity.accession_number, identity.accession_issuer
    return [
        order
        for order in found
        if number
        and order.accession_number == number
        and (not issuer or not order.accession_issuer or order.accession_issuer == issuer)
    ]


def _contradicts(order: ImagingOrder, identity: StudyIdentity) -> bool:
    """Whether both name a patient and not the same; where one of them names none, nothing is contradicted."""
    digest = digest_patient_id(identity.patient_id)
    return bool(identity.patient_id.strip() and order.patient) and all(each.digest != digest for each in order.patient)
