"""What a person should know of the settings of the console: who reaches it, and what can be read on the way."""

from collections.abc import Iterator

from config.console import Console
from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.console.hosts import is_loopback
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.database import FILE_NAME, database_url, open_engine
from domain.errors import ConfigError, LedgerError


def find_console_remarks(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each setting of the console that works, but not as it seems to; none where it is off."""
    return tuple(_find(settings)) if settings.console.enabled else ()


def require_console(settings: Settings) -> None:
    """Raise ConfigError where a file that the table [console.oidc] names cannot be read."""
    oidc = settings.console.oidc
    for key in ("client_secret_file", "authorities_file") if oidc is not None else ():
        path = getattr(oidc, key)
        try:
            if path is not None and not path.read_bytes().strip():
                raise ConfigError((f"console.oidc.{key}: {path} is empty",))
        except OSError as error:
            raise ConfigError((f"console.oidc.{key}: {path} cannot be read: {error.strerror}",)) from error


def _find(settings: Settings) -> Iterator[str]:
    console = settings.console
    if console.oidc is None and not _has_users(settings):
        where = "" if is_loopback(console.bind) else f", and not at {console.bind},"
        yield (
            f"console: nobody is configured, so it is reached at 127.0.0.1 alone{where} and whoever sits at this "
            f"machine is {_article(console)}: `osteonode users add NAME --role administrator`, or [console.oidc]"
        )
    is_encrypted = console.tls or console.public_url.startswith("https://")
    if is_encrypted and not console.tls and not console.proxies:
        yield (
            "console.public_url is https, but console.proxies names no proxy: cookies are not kept to HTTPS, and every "
            "visitor seems to come from the proxy, so that failed logins of one lock out all"
        )


def _article(console: Console) -> str:
    name = console.local_role.value
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _has_users(settings: Settings) -> bool:
    data = settings.node.data.resolve()
    if not (data / FILE_NAME).is_file():
        return False
    engine = open_engine(database_url(data))
    try:
        return not Accesses(engine, SystemClock()).is_empty()
    except LedgerError:  # of an earlier version, without a table of users
        return False
    finally:
        engine.dispose()
