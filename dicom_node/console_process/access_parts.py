"""Who may use the console, put together."""

from typing import TYPE_CHECKING

from sqlalchemy import Engine

from config.settings import Console, Settings
from dicom_node.clock import SystemClock
from dicom_node.console.access.access import Access
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from domain.errors import ConfigError

if TYPE_CHECKING:
    from dicom_node.console.access.oidc.provider import Provider


def make_access(settings: Settings, engine: Engine) -> Access:
    """Return what knows who may use the console.

    Raises:
        ConfigError: the secret of this console at the provider of identities cannot be read.
    """
    clock, provider = SystemClock(), _open_provider(settings.console)
    trail = LedgerAuditTrail(engine, clock)
    return Access.of(settings.console, Accesses(engine, clock), trail, clock, provider=provider)


def _open_provider(console: Console) -> "Provider | None":
    if console.oidc is None:
        return None
    from dicom_node.console.access.oidc.provider import Provider

    try:
        return Provider.of(console.oidc, console.public_url, SystemClock())
    except (OSError, UnicodeDecodeError) as error:
        words = f"console.oidc.client_secret_file: {console.oidc.client_secret_file} cannot be read"
        raise ConfigError((words,), subject="console.oidc") from error
