"""An instance ledger in memory."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from dicom_node.ports import Recorded
from domain.instance import ReceivedInstance


@dataclass(frozen=True, slots=True)
class PutAside:
    """One call of `quarantine`."""

    path: Path
    reason_code: str
    reason: str
    calling_ae_title: str
    called_ae_title: str = ""


class FakeInstanceLedger:
    """Implements ports.InstanceLedger.

    Args:
        failure: raised by every call of `record_instance` until it is set to None.
        own_results: SOP Instance UIDs of documents that the node made.
    """

    def __init__(self, failure: Exception | None = None, own_results: frozenset[str] = frozenset()) -> None:
        self.failure = failure
        self.own_results = own_results
        self.instances: dict[str, ReceivedInstance] = {}
        self.put_aside: list[PutAside] = []
        self.repeated: list[Path] = []
        self._lock = Lock()

    def record_instance(self, instance: ReceivedInstance) -> Recorded:
        """Keep the first instance of each SOP Instance UID."""
        if self.failure is not None:
            raise self.failure
        if instance.sop_instance_uid in self.own_results:
            return Recorded.OWN_RESULT
        with self._lock:
            first = self.instances.setdefault(instance.sop_instance_uid, instance)
        if first is instance:
            return Recorded.NEW
        return Recorded.DUPLICATE if first.sha256 == instance.sha256 else Recorded.CONFLICT

    def quarantine(
        self, path: Path, *, reason_code: str, reason: str, calling_ae_title: str, called_ae_title: str = ""
    ) -> None:
        """Remember what was put aside; one path once."""
        if path in [each.path for each in self.put_aside]:
            self.repeated.append(path)
        else:
            self.put_aside.append(PutAside(path, reason_code, reason, calling_ae_title, called_ae_title))
