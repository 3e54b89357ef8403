"""What is kept of files that were put aside, in memory."""

from collections.abc import Collection, Sequence
from pathlib import Path

from dicom_node.quarantine_ports import DiscardedFile, QuarantinedFile
from tests.fakes.clock import FakeClock
from tests.fakes.instance_ledger import FakeInstanceLedger, PutAside


class FakeQuarantineLedger:
    """Implements quarantine_ports.QuarantineLedger over what an instance ledger was told of."""

    def __init__(self, instances: FakeInstanceLedger) -> None:
        self._instances = instances
        self._numbers: dict[Path, int] = {}
        self._highest = 0
        self._discarded: list[DiscardedFile] = []

    def files(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what lies there, the newest first."""
        return sorted(map(self._file, self._instances.put_aside), key=lambda file: -file.number)[:limit]

    def find(self, number: int) -> QuarantinedFile | None:
        """Return one file, None where there is none of this number."""
        return next((file for file in self.files() if file.number == number), None)

    def settle(self, number: int) -> None:
        """Forget one file."""
        file = self.find(number)
        if file is not None:
            del self._numbers[file.path]
            self._instances.put_aside = [each for each in self._instances.put_aside if each.path != file.path]

    def give_up(self, discarded: DiscardedFile) -> None:
        """Forget one file that a person removed, and keep who did and why."""
        if self.find(discarded.number) is not None:
            self.settle(discarded.number)
            self._discarded.append(discarded)

    def discarded(self, *, limit: int = 100) -> Sequence[DiscardedFile]:
        """Return what persons removed with a reason, the latest first."""
        return self._discarded[::-1][:limit]

    def unrecorded(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files that no image accounts for."""
        return frozenset(paths) - {instance.path for instance in self._instances.instances.values()}

    def unlisted(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files in quarantine that were not recorded."""
        return frozenset(paths) - {aside.path for aside in self._instances.put_aside}

    def _file(self, aside: PutAside) -> QuarantinedFile:
        if aside.path not in self._numbers:
            self._highest += 1
            self._numbers[aside.path] = self._highest
        return QuarantinedFile(
            self._numbers[aside.path],
            aside.path,
            aside.reason_code,
            aside.reason,
            aside.calling_ae_title,
            FakeClock().now(),
            aside.called_ae_title,
            1 + self._instances.repeated.count(aside.path),
        )
