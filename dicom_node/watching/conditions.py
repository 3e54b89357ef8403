"""The conditions of readiness: listener up, readers warm, ledger writable, room on the disk."""

from collections.abc import Callable, Mapping
from shutil import disk_usage
from typing import Final

from config.settings import Settings
from dicom_node.monitoring.health import Condition
from dicom_node.monitoring_ports import MeasuredLedger
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.ports import Clock, FractureReader
from dicom_node.watching.watch import Listening

NAMES: Final = ("listener", "readers", "ledger", "disk")
_MIB: Final = 1 << 20


def look_at_node(
    settings: Settings, ledger: MeasuredLedger, clock: Clock, listening: Listening, reader: FractureReader
) -> Mapping[str, Callable[[], Condition]]:
    """Return how to look at each condition of a node that has started."""
    looks = (
        lambda: _look_at_listener(listening),
        lambda: _look_at_readers(reader),
        lambda: _look_at_ledger(ledger, clock),
        lambda: _look_at_disk(settings),
    )
    return dict(zip(NAMES, looks, strict=True))


def _look_at_listener(listening: Listening) -> Condition:
    if listening.is_listening:
        return Condition(True, "images are taken in")
    return Condition(False, "the process that receives is not there; it is being replaced")


def _look_at_readers(reader: FractureReader) -> Condition:
    """Readers are warm once the node has started; one that was lost since is replaced when an image asks for it."""
    if not isinstance(reader, ReaderPool):
        return Condition(True, "the models are loaded")
    number = len(reader.pids)
    words = "reader process has its models" if number == 1 else "reader processes have their models"
    return Condition(not reader.is_closed, f"{number} {words} loaded" if number else "the next image starts a reader")


def _look_at_ledger(ledger: MeasuredLedger, clock: Clock) -> Condition:
    ledger.try_to_write(clock.now())
    return Condition(True, "the ledger takes changes")


def _look_at_disk(settings: Settings) -> Condition:
    free_mib, least_mib = free_bytes(settings) // _MIB, settings.limits.free_disk_mib
    words = f"{free_mib} MiB are free, limits.free_disk_mib is {least_mib}"
    return Condition(free_mib >= least_mib, words)


def free_bytes(settings: Settings) -> int:
    """Return the free space where the data folder is."""
    return disk_usage(settings.node.data).free
