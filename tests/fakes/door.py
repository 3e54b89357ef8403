"""The door of a data folder, with a ledger in memory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.settings import Settings
from dicom_node.receive.door import Door
from domain.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.instance_ledger import FakeInstanceLedger


class DoorBench:
    """A door, and everything behind it.

    Args:
        folder: the data folder.
        application_entity: tables of that name.
        limits: keys of the section `limits`.
    """

    def __init__(
        self,
        folder: Path,
        ledger: FakeInstanceLedger | None = None,
        *,
        application_entity: Sequence[Any] = (),
        **limits: Any,
    ) -> None:
        self.folder, self.ledger = folder, ledger or FakeInstanceLedger()
        tables = {"limits": {"free_disk_mib": 1, **limits}, "application_entity": list(application_entity)}
        self.settings = Settings.model_validate(tables)
        self.door = Door.of_settings(self.settings, self.ledger, FakeClock(), folder, tier_of=lambda _title: Tier.TYPES)

    @property
    def files(self) -> dict[str, int]:
        """How many files there are below each folder of the shelf."""
        folders = ("incoming", "instances", "quarantine")
        return {name: sum(path.is_file() for path in (self.folder / name).rglob("*")) for name in folders}
