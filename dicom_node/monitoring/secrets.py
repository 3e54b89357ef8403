"""The secrets of those who are told: all looked at before a node starts."""

from config.settings import Settings
from dicom_node.secret_file import read_secret
from domain.errors import ConfigError


def require_channels(settings: Settings) -> None:
    """Raise ConfigError with every secret of the channels that cannot be read."""
    problems: list[str] = []
    for each in settings.alert_channel:
        for key in ("password_file", "secret_file"):
            if (path := getattr(each, key)) is not None:
                try:
                    read_secret(path, f"alert_channel {each.name}.{key}")
                except ConfigError as error:
                    problems += error.problems
    if problems:
        raise ConfigError(tuple(problems), subject="the channels of alerts")
