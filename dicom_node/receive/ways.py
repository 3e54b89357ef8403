"""The ways in beside C-STORE that a configuration asks for, ready to be started."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from config.settings import Settings
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive.door import Door
from dicom_node.receive.watched_folder import WatchedFolder


class Way(Protocol):
    """One way in."""

    def start(self) -> None:
        """Begin to take images; raises OSError where that cannot be."""
        ...

    def stop(self) -> None:
        """Take no more images, and return when what is under way is through."""
        ...


def build(settings: Settings, ledger: InstanceLedger, clock: Clock, data: Path) -> Iterator[Way]:
    """Yield every way in, not started."""
    for folder in settings.folder:
        tiers = {folder.ae_title: folder.tier}
        door = Door.of_settings(settings, ledger, clock, data, tier_of=tiers.__getitem__)
        yield WatchedFolder(folder, door, settings.node.ae_title)
