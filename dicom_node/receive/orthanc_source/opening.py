"""From a table of the configuration to an Orthanc that can be followed."""

from pathlib import Path

from config.settings import Orthanc, Settings
from dicom_node.feed_ports import FeedLedger
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive.door import Door
from dicom_node.receive.orthanc_source.peer import OrthancPeer
from dicom_node.receive.orthanc_source.source import OrthancSource
from dicom_node.receive.receipt_counts import Tally, count_nothing
from dicom_node.tls.contexts import make_lasting_client_context
from domain.errors import ConfigError


def open_source(
    orthanc: Orthanc,
    settings: Settings,
    ledger: InstanceLedger,
    feeds: FeedLedger,
    clock: Clock,
    data: Path,
    tally: Tally = count_nothing,
) -> OrthancSource:
    """Return a source that is not started; raises ConfigError, see `call`."""
    tiers = {orthanc.ae_title: orthanc.tier}
    door = Door.of_settings(settings, ledger, clock, data, tier_of=tiers.__getitem__, tally=tally)
    if settings.node.shadow_mode:  # nobody is told anything, not even that a study is answered
        orthanc = orthanc.model_copy(update={"label": ""})
    return OrthancSource(orthanc, call(orthanc), feeds, door, settings.node.ae_title)


def call(orthanc: Orthanc) -> OrthancPeer:
    """Return what asks an Orthanc; nothing is asked yet.

    Raises:
        ConfigError: its password or a certificate cannot be read.
    """
    context = make_lasting_client_context(orthanc.tls, table="orthanc.tls") if orthanc.tls is not None else None
    return OrthancPeer(orthanc, _read_password(orthanc), context)


def _read_password(orthanc: Orthanc) -> str:
    path = orthanc.password_file
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError((f"password_file of orthanc {orthanc.name}: {path}: {why}",), subject="orthanc") from error
