"""What is logged of certificates at start and every day: those near their end, and settings that protect little."""

import logging
from datetime import datetime
from typing import Final

from config.settings import Settings
from dicom_node.tls.inventory import Listed, find_weaknesses, list_certificates
from domain.errors import ConfigError

CERTIFICATE_EXPIRES = "tls.certificate_expires"
CERTIFICATE_USELESS = "tls.certificate_useless"
CERTIFICATE_UNREADABLE = "tls.certificate_unreadable"
WEAK_SETTING = "tls.weak_setting"
DAILY_SECONDS: Final = 86400.0

_log = logging.getLogger("osteonode.tls")


def watch_certificates(settings: Settings, now: datetime) -> None:
    """Log every certificate of the configuration that is near its end or past it, and every weak setting."""
    try:
        listed = list_certificates(settings)
    except ConfigError as error:
        _emit(logging.ERROR, CERTIFICATE_UNREADABLE, "; ".join(error.problems))
        return
    for each in listed:
        _watch_one(each, now)
    for weakness in find_weaknesses(settings):
        _emit(logging.WARNING, WEAK_SETTING, weakness)


def _watch_one(listed: Listed, now: datetime) -> None:
    verdict, days = listed.certificate.verdict(now), listed.certificate.days_left(now)
    if verdict == "good":
        return
    level, event = (
        (logging.WARNING, CERTIFICATE_EXPIRES) if verdict == "near its end" else (logging.ERROR, CERTIFICATE_USELESS)
    )
    _emit(level, event, f"{listed.key}: {listed.path}: {verdict}, {days} days left: {listed.advise(now)}")


def _emit(level: int, event: str, message: str) -> None:
    _log.log(level, "%s: %s", event, message, extra={"event": event})
