"""Instances as receiving hands them to the ledger, without files behind them."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

from domain.instance import ReceivedInstance
from domain.tier import Tier

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def arrive(
    study: str,
    image: str,
    *,
    seconds: float = 0.0,
    content: str = "",
    data: Path = Path("/data"),
    tier: Tier = Tier.FULL,
) -> ReceivedInstance:
    """Return an instance that came `seconds` after BEGIN; other `content` under the same name is another data set."""
    return ReceivedInstance(
        study_instance_uid=f"1.{study}",
        series_instance_uid=f"1.{study}.1",
        sop_instance_uid=f"1.{study}.1.{image}",
        sop_class_uid=str(ComputedRadiographyImageStorage),
        transfer_syntax_uid=str(ExplicitVRLittleEndian),
        path=data / "instances" / f"1.{study}.1.{image}.dcm",
        sha256=hashlib.sha256(f"{study} {image} {content}".encode()).hexdigest(),
        size_bytes=1000,
        calling_ae_title="MODALITY",
        called_ae_title="OSTEONODE",
        received_at=BEGIN + timedelta(seconds=seconds),
        tier=tier,
    )
