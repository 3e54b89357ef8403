"""The ways in beside C-STORE that a configuration asks for, ready to be started.

Their libraries take a third of a second to import, so each is imported where its table stands in the configuration.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from config.settings import Settings
from dicom_node.feed_ports import FeedLedger
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive import events
from dicom_node.receive.door import Door, sweep
from dicom_node.receive.receipt_counts import ReceiptCounts, Tally, WayIn, count_nothing
from dicom_node.receive.watched_folder import WatchedFolder
from domain.errors import ConfigError


class Way(Protocol):
    """One way in."""

    def start(self) -> None:
        """Begin to take images; raises ConfigError where that cannot be."""
        ...

    def stop(self) -> None:
        """Take no more images, and return when what is under way is through."""
        ...


def build(
    settings: Settings,
    ledger: InstanceLedger,
    feeds: FeedLedger,
    clock: Clock,
    data: Path,
    counts: ReceiptCounts | None = None,
) -> Iterator[Way]:
    """Yield every way in, not started; what a crash left of their files is removed first.

    Args:
        counts: told what became of each image; None where nobody asks.

    Raises:
        ConfigError: a token, a password or a certificate cannot be read.
    """
    if leftovers := sweep(data):
        events.leftovers_removed(leftovers)
    if settings.http is not None:
        from dicom_node.receive.stow_rs.opening import open_stow_rs

        yield open_stow_rs(settings.http, settings, ledger, clock, data, tally_of(counts, WayIn.STOW_RS))
    for folder in settings.folder:
        tiers, tally = {folder.ae_title: folder.tier}, tally_of(counts, WayIn.FOLDER)
        door = Door.of_settings(settings, ledger, clock, data, tier_of=tiers.__getitem__, tally=tally)
        yield WatchedFolder(folder, door, settings.node.ae_title)
    for orthanc in settings.orthanc:
        from dicom_node.receive.orthanc_source.opening import open_source

        yield open_source(orthanc, settings, ledger, feeds, clock, data, tally_of(counts, WayIn.ORTHANC))


def tally_of(counts: ReceiptCounts | None, way: WayIn) -> Tally:
    """Return what counts images that come one way; nothing where nobody asks."""
    return counts.tally(way) if counts is not None else count_nothing


def require_secrets(settings: Settings) -> None:
    """Raise ConfigError where a token, password or certificate of a way in cannot be read; it names all of them."""
    problems: list[str] = []
    for require in (_require_tokens, _require_passwords):
        try:
            require(settings)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(tuple(problems), subject="files that the configuration names")


def _require_tokens(settings: Settings) -> None:
    if settings.http_client:
        from dicom_node.receive.stow_rs.clients import read_tokens

        read_tokens(settings.http_client)


def _require_passwords(settings: Settings) -> None:
    for orthanc in settings.orthanc:
        from dicom_node.receive.orthanc_source.opening import call

        call(orthanc).close()
