"""Sending what is due: in order, again until it is taken, and given up when it is too old to help anybody."""

import logging
from datetime import timedelta
from typing import Final

from dicom_node.alert_ports import AlertBook, AlertChannel, AlertMessage
from dicom_node.ports import Clock
from domain.errors import DeliveryError

INTERVAL_SECONDS: Final = 5.0
#: First wait after a failure, and the longest; each is twice the one before.
FIRST_SECONDS, LONGEST_SECONDS = 30.0, 900.0
#: Older than this a message says nothing of now; a reminder follows where its cause is still there.
TOO_OLD: Final = timedelta(days=2)
GIVEN_UP: Final = "given up: too old to send"
_log = logging.getLogger(__name__)


def send_due(book: AlertBook, channel: AlertChannel, clock: Clock) -> int:
    """Send what a channel is to be told now; stop at the first that it does not take. Return how many it took."""
    sent = 0
    for message in book.due(channel.name):
        if clock.now() - message.created_at > TOO_OLD:
            book.settle(message, GIVEN_UP)
            _log.error("alert %d to %s %s", message.alert, channel.name, GIVEN_UP)
        elif not _send(book, channel, message):
            break
        else:
            sent += 1
    return sent


def _send(book: AlertBook, channel: AlertChannel, message: AlertMessage) -> bool:
    try:
        taken_by = channel.send(message)
    except DeliveryError as error:
        wait_seconds = min(FIRST_SECONDS * 2**message.attempts, LONGEST_SECONDS)
        book.postpone(message, wait_seconds, str(error))
        _log.warning("alert %d not sent by %s, again in %.0f s: %s", message.alert, channel.name, wait_seconds, error)
        return False
    book.settle(message)
    _log.info("alert %d (%s) sent by %s to %s", message.alert, message.event, channel.name, taken_by)
    return True
