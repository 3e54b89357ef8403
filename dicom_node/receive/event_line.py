"""How receiving logs one event: readable as text, and with every field as an attribute of the record."""

import logging

_LOG = logging.getLogger("osteonode.receive")


def emit(level: int, event: str, message: str, **fields: str | int) -> None:
    """Log one event under its name."""
    shown = " ".join(f"{key}={_write(value)}" for key, value in fields.items())
    _LOG.log(level, "%s: %s [%s]", event, message, shown, extra={"event": event, **fields})


def _write(value: str | int) -> str:
    """Write a value that a peer may have chosen: whatever it holds, it begins no line of its own."""
    text = str(value)
    if text.isascii() and text.isprintable() and "\\" not in text:  # nearly all of them
        return text
    return text.encode("unicode_escape").decode("ascii")
