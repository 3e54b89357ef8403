"""Rows of the ledger to nouns, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from domain.completeness import NOTHING_KNOWN, CountedBy, ImageCount, Known, Remark
from domain.correction import Retraction, RetractionReason
from domain.delivery import Delivery, DeliveryState, Outcome, Receipt
from domain.explanation import Explanation, ExplanationState
from domain.finding import (
    Box,
    Fracture,
    FractureState,
    ImageReading,
    Labelled,
    MemberScore,
    ReadingStatus,
    Reason,
    SilentMember,
    StudyFindings,
)
from domain.instance import ReceivedInstance
from domain.study import CompletionRule, Study, StudyState
from domain.tier import Tier


def instance_from(row: RowMapping, data: Path) -> ReceivedInstance:
    """Return the instance of a row; paths in rows are relative to the data folder, so that it can be moved."""
    values = {name: row[name] for name in row if name not in ("version", "purged_at")}
    held = {"path": data / row["path"], "tier": Tier(row["tier"]), "is_purged": row["purged_at"] is not None}
    return ReceivedInstance(**{**values, **held})


def study_from(row: RowMapping) -> Study:
    """Return the study of a row."""
    return Study(
        study_instance_uid=row["study_instance_uid"],
        state=StudyState(row["state"]),
        version=row["version"],
        first_arrival_at=row["first_arrival_at"],
        last_arrival_at=row["last_arrival_at"],
        closed_at=row["closed_at"],
        closed_by=CompletionRule(row["closed_by"]) if row["closed_by"] else None,
        known=known_from(row["known"]),
    )


def known_json(known: Known) -> dict[str, Any] | None:
    """Return what is known as JSON, None for nothing."""
    if known == NOTHING_KNOWN:
        return None
    return {"counts": [asdict(each) for each in known.counts], "remarks": sorted(known.remarks)}


def known_from(value: Mapping[str, Any] | None) -> Known:
    """Return what was known of its JSON."""
    if not value:
        return NOTHING_KNOWN
    counts = (ImageCount(**{**each, "counted_by": CountedBy(each["counted_by"])}) for each in value["counts"])
    return Known(tuple(counts), frozenset(map(Remark, value["remarks"])))


def retraction_from(row: RowMapping) -> Retraction:
    """Return the retraction of a row."""
    return Retraction(RetractionReason(row["reason"]), row["by"], row["note"])


def delivery_from(row: Mapping[Any, Any]) -> Delivery:
    """Return the delivery of a row."""
    values = dict(row)
    return Delivery(
        **{**values, "state": DeliveryState(row["state"]), "receipts": receipts_from(row["receipts"])},
    )


def explanation_from(row: RowMapping) -> Explanation:
    """Return the explanation of a row."""
    return Explanation(
        study_instance_uid=row["study_instance_uid"],
        version=row["version"],
        state=ExplanationState(row["state"]),
        recipients=tuple(row["recipients"]),
        turn=row["turn"],
        reason=row["reason"],
    )


def receipts_json(receipts: Sequence[Receipt]) -> list[dict[str, str]]:
    """Return receipts as JSON."""
    return [asdict(receipt) for receipt in receipts]


def receipts_from(values: Sequence[Mapping[str, str]]) -> tuple[Receipt, ...]:
    """Return the receipts of their JSON."""
    return tuple(Receipt(value["identifier"], Outcome(value["outcome"]), value["status"]) for value in values)


def reading_json(reading: ImageReading) -> dict[str, Any]:
    """Return a reading as JSON: the fields of the noun by name."""
    return asdict(reading)


def reading_from(value: Mapping[str, Any]) -> ImageReading:
    """Return the reading of its JSON; the noun's own checks apply."""
    fracture = value["fracture"]
    return ImageReading(
        **{
            **value,
            "status": ReadingStatus(value["status"]),
            "reason": Reason(**value["reason"]) if value["reason"] else None,
            "region": Labelled(**value["region"]) if value["region"] else None,
            "fracture": _fracture_from(fracture) if fracture else None,
            "boxes": tuple(Box(**box) for box in value["boxes"]),
            "types": tuple(Labelled(**label) for label in value["types"]),
            "members": tuple(MemberScore(**member) for member in value["members"]),
            "silent": tuple(SilentMember(**member) for member in value.get("silent", ())),
        }
    )


def findings_json(findings: StudyFindings) -> dict[str, Any]:
    """Return what was said of a study as JSON."""
    return asdict(findings)


def findings_from(value: Mapping[str, Any]) -> StudyFindings:
    """Return the findings of their JSON; the nouns' own checks apply."""
    return StudyFindings(
        study_instance_uid=value["study_instance_uid"],
        model_set=value["model_set"],
        readings=tuple(map(reading_from, value["readings"])),
        fracture=_fracture_from(value["fracture"]) if value["fracture"] else None,
    )


def _fracture_from(value: Mapping[str, Any]) -> Fracture:
    low, high = value["interval"]
    return Fracture(FractureState(value["state"]), value["probability"], (low, high))
