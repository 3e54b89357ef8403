"""What a page wants to be told of: its name in the address, and how often at most."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dicom_node.console.live.sources import Sources
from dicom_node.console.study_address import is_uid
from dicom_node.study_ports import StudyFile

_STUDY: Final = "study:"


@dataclass(frozen=True, slots=True)
class Topic:
    """What one page is about.

    Attributes:
        mark: another text where the page would show something else; blocking. It is asked when the ledger changed.
        least_seconds: between two times that the page is told.
        most_seconds: after so long it is told anyway: it shows how long something has waited; None for never.
    """

    mark: Callable[[], str]
    least_seconds: float
    most_seconds: float | None = None


def topic_of(name: str, sources: Sources) -> Topic:
    """Return what a page asked for; of a name that nobody knows nothing is ever told."""
    if name == "today":
        return Topic(sources.change, least_seconds=5.0, most_seconds=60.0)
    if name.startswith(_STUDY) and is_uid(uid := name.removeprefix(_STUDY)):
        return Topic(lambda: _mark_of(sources.study(uid)), least_seconds=1.0)
    return Topic(str, least_seconds=60.0)


def _mark_of(shown: object | None) -> str:
    """Return a digest of what the parts of a study's page that renew themselves are made of."""
    told = (shown.row, shown.happenings) if isinstance(shown, StudyFile) else shown
    return hashlib.sha256(repr(told).encode()).hexdigest()
