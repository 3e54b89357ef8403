"""How a web destination is told who calls."""

from base64 import b64encode
from collections.abc import Iterable

from config.settings import Destination
from dicom_node.secret_file import read_secret
from domain.errors import ConfigError


def read_credentials(settings: Destination) -> dict[str, str]:
    """Return the header that says who calls, empty where the destination names no secret.

    The files are read each time: a token may be another one tomorrow.

    Raises:
        ConfigError: a file cannot be read, or is empty.
    """
    if settings.password_file is not None:
        password = read_secret(settings.password_file, "password_file")
        return {"Authorization": f"Basic {b64encode(f'{settings.user}:{password}'.encode()).decode()}"}
    if settings.token_file is not None:
        token = read_secret(settings.token_file, "token_file")
        return {settings.token_header: f"Bearer {token}" if settings.token_header == "Authorization" else token}
    return {}


def require_credentials(destinations: Iterable[Destination]) -> None:
    """Raise ConfigError with every secret of the destinations that cannot be read."""
    problems: list[str] = []
    for each in destinations:
        try:
            read_credentials(each)
        except ConfigError as error:
            problems += (f"destination {each.name}: {problem}" for problem in error.problems)
    if problems:
        raise ConfigError(tuple(problems), subject="the secrets of destinations")
