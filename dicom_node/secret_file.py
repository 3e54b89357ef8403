"""A secret that the configuration names: one line of a file, read whenever it is used, so that it may change."""

from pathlib import Path

from domain.errors import ConfigError


def read_secret(path: Path, key: str) -> str:
    """Return the secret of a file; raises ConfigError where it cannot be read or is not one line."""
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8"
        raise ConfigError((f"{key}: {path} cannot be read: {why}",), subject=key) from error
    if not secret or not secret.isprintable():
        raise ConfigError((f"{key}: {path} has no secret of one line",), subject=key)
    return secret
