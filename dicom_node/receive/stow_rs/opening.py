"""From the tables of the configuration to an HTTP listener."""

from pathlib import Path

from config.settings import Http, Settings
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive.door import Door
from dicom_node.receive.receipt_counts import Tally, count_nothing
from dicom_node.receive.stow_rs.application import StoreApplication
from dicom_node.receive.stow_rs.clients import Clients, read_tokens
from dicom_node.receive.stow_rs.server import StowRs
from dicom_node.tls.contexts import make_server_context


def open_stow_rs(
    http: Http, settings: Settings, ledger: InstanceLedger, clock: Clock, data: Path, tally: Tally = count_nothing
) -> StowRs:
    """Return a listener that is not started.

    Raises:
        ConfigError: a token or a certificate cannot be read.
    """
    tiers = {client.ae_title: client.tier for client in settings.http_client}
    door = Door.of_settings(settings, ledger, clock, data, tier_of=tiers.__getitem__, tally=tally)
    clients = Clients(settings.http_client, read_tokens(settings.http_client))
    application = StoreApplication(http, clients, door, settings.node.ae_title)
    context = make_server_context(settings.tls) if http.tls and settings.tls else None
    return StowRs(http, application, context)
