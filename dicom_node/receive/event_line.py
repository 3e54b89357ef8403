"""How receiving logs one event: readable as text, and with every field as an attribute of the record."""

import logging

_LOG = logging.getLogger("osteonode.receive")


def emit(level: int, event: str, message: str, **fields: str | int) -> None:
    """Log one event under its name."""
    shown = " ".join(f"{key}={value}" for key, value in fields.items())
    _LOG.log(level, "%s: %s [%s]", event, message, shown, extra={"event": event, **fields})
