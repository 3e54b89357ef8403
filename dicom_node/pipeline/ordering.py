"""The order of a study: found by what its images say of themselves, and how many views it lets expect."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pydicom
from pydicom import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import DigitalXRayImageStorageForProcessing

from dicom_node.knowledge_ports import OrderLookup
from dicom_node.ports import Clock
from domain.completeness import CountedBy, ImageCount
from domain.order import ImagingOrder
from domain.order_match import REMARKS, OrderMatch, StudyIdentity, match_orders
from domain.study import Study

_TAGS: Final = ["StudyInstanceUID", "AccessionNumber", "IssuerOfAccessionNumberSequence", "PatientID"]
_MOST_IDENTITIES: Final = 1000
_LOOK_AGAIN: Final = timedelta(seconds=1)
_log = logging.getLogger(__name__)


class NoOrderLookup:
    """Implements knowledge_ports.OrderLookup of a node without orders."""

    def find_orders(self, _study_instance_uid: str, _accession_number: str) -> Sequence[ImagingOrder]:
        """Return none."""
        return ()

    def note_order(self, _study_instance_uid: str, _version: int, _match: OrderMatch) -> None:
        """Note nothing."""


NO_ORDER_LOOKUP: Final = NoOrderLookup()


def identify(ds: Dataset) -> StudyIdentity:
    """Return what an image says of its study."""
    issuers = ds.get("IssuerOfAccessionNumberSequence") or ()
    issuer = issuers[0] if issuers else Dataset()
    return StudyIdentity(
        study_instance_uid=_text(ds, "StudyInstanceUID"),
        accession_number=_text(ds, "AccessionNumber"),
        accession_issuer=_text(issuer, "LocalNamespaceEntityID") or _text(issuer, "UniversalEntityID"),
        patient_id=_text(ds, "PatientID"),
    )


def identify_file(path: Path | None) -> StudyIdentity | None:
    """Return what the header of an image says of its study; None without a file, or where it cannot be read."""
    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS) if path else None
    except (OSError, InvalidDicomError):
        return None
    return None if ds is None else identify(ds)


def find_order(lookup: OrderLookup, identity: StudyIdentity, version: int) -> OrderMatch:
    """Return the order of a study that is answered now, and note which one, or why none, for a person to see."""
    found = match_orders(lookup.find_orders(identity.study_instance_uid, identity.accession_number), identity)
    lookup.note_order(identity.study_instance_uid, version, found)
    if found.remark is not None and not found.orders:
        _log.warning("study %s: order %s", identity.study_instance_uid, REMARKS[found.remark])
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was found for a study, and when."""

    last_arrival_at: datetime
    at: datetime
    count: ImageCount | None

    def holds(self, study: Study, now: datetime) -> bool:
        """Whether no image has come since, and it is not long ago."""
        return self.last_arrival_at == study.last_arrival_at and abs(now - self.at) < _LOOK_AGAIN


@dataclass(slots=True)
class OrderedViews:
    """Implements facts.ExpectedViews by orders and the site's table of procedures.

    Args:
        views: number of images by procedure code.
        first_header: returns a file with the header of an image of a study, None where there is none.
    """

    views: Mapping[str, int]
    lookup: OrderLookup
    first_header: Callable[[str], Path | None]
    clock: Clock
    _identities: dict[str, StudyIdentity] = field(default_factory=dict)
    _counted: dict[str, _Counted] = field(default_factory=dict)

    def expected(self, study: Study, arrived: Callable[[], Mapping[str, str]]) -> ImageCount | None:
        """Return the count, None where no order is known or one of its procedures has no number of views.

        Orders are looked for once a second: studies are looked at far more often than that.
        """
        uid, now = study.study_instance_uid, self.clock.now()
        before = self._counted.get(uid)
        if before is not None and before.holds(study, now):
            return before.count
        if len(self._counted) >= _MOST_IDENTITIES:
            self._counted.clear()
        self._counted[uid] = counted = _Counted(study.last_arrival_at, now, self._count(study, arrived))
        return counted.count

    def _count(self, study: Study, arrived: Callable[[], Mapping[str, str]]) -> ImageCount | None:
        identity = self._identify(study.study_instance_uid)
        if identity is None:
            return None
        found = self.lookup.find_orders(identity.study_instance_uid, identity.accession_number)
        orders = match_orders(found, identity).orders if found else ()
        numbers = [self.views.get(order.procedure[0], 0) for order in orders]
        if not numbers or not all(numbers):
            return None
        return ImageCount(CountedBy.ORDER, count_views(arrived()), sum(numbers))

    def _identify(self, study_instance_uid: str) -> StudyIdentity | None:
        """Read one header of a study, once."""
        if study_instance_uid in self._identities:
            return self._identities[study_instance_uid]
        found = identify_file(self.first_header(study_instance_uid))
        if found is None:
            return None
        if len(self._identities) >= _MOST_IDENTITIES:
            self._identities.clear()
        self._identities[study_instance_uid] = found
        return found


def count_views(arrived: Mapping[str, str]) -> int:
    """Count the images of a study; one for processing is the same view as the one for presentation made of it."""
    return sum(sop_class != DigitalXRayImageStorageForProcessing for sop_class in arrived.values())


def _text(ds: Dataset, keyword: str) -> str:
    value = ds.get(keyword)
    return "" if value is None else str(value).strip(" \0")
