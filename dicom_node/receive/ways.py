"""The ways in beside C-STORE that a configuration asks for, ready to be started."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from config.settings import Settings
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive.door import Door
from dicom_node.receive.stow_rs.application import StoreApplication
from dicom_node.receive.stow_rs.clients import Clients, read_tokens
from dicom_node.receive.stow_rs.server import StowRs
from dicom_node.receive.watched_folder import WatchedFolder
from dicom_node.tls.contexts import make_server_context


class Way(Protocol):
    """One way in."""

    def start(self) -> None:
        """Begin to take images; raises OSError where that cannot be."""
        ...

    def stop(self) -> None:
        """Take no more images, and return when what is under way is through."""
        ...


def build(settings: Settings, ledger: InstanceLedger, clock: Clock, data: Path) -> Iterator[Way]:
    """Yield every way in, not started.

    Raises:
        ConfigError: a token or a certificate cannot be read.
    """
    if settings.http is not None:
        yield build_stow_rs(settings, ledger, clock, data)
    for folder in settings.folder:
        tiers = {folder.ae_title: folder.tier}
        door = Door.of_settings(settings, ledger, clock, data, tier_of=tiers.__getitem__)
        yield WatchedFolder(folder, door, settings.node.ae_title)


def require_secrets(settings: Settings) -> None:
    """Raise ConfigError where a token that a way in needs cannot be read."""
    read_tokens(settings.http_client)


def build_stow_rs(settings: Settings, ledger: InstanceLedger, clock: Clock, data: Path) -> StowRs:
    """Return the HTTP listener of a configuration that has one."""
    if settings.http is None:
        raise ValueError("this configuration has no [http]")
    tiers = {client.ae_title: client.tier for client in settings.http_client}
    door = Door.of_settings(settings, ledger, clock, data, tier_of=tiers.__getitem__)
    clients = Clients(settings.http_client, read_tokens(settings.http_client))
    application = StoreApplication(settings.http, clients, door, settings.node.ae_title)
    context = make_server_context(settings.tls) if settings.http.tls and settings.tls else None
    return StowRs(settings.http, application, context)
