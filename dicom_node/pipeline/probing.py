"""Destinations that are left alone: whether one is there again, and what waited for it.

Each probe has a thread of its own, for a peer that hangs must not keep the others from being found.
"""

import logging
import threading
from datetime import timedelta
from typing import Final

from config.settings import Destination as DestinationSettings
from dicom_node.pipeline.failures import jittered_seconds
from dicom_node.pipeline.stages import Parts
from domain.breaker import Breaker
from domain.delivery import Attempt, Delivery, Outcome

INTERVAL_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


class Probing:
    """Probes open destinations when they are due, and plans what no breaker keeps waiting any more."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._threads: dict[str, threading.Thread] = {}
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin: what was open when the node ended is probed at once."""
        guarded = [each.name for each in self._parts.settings.destination if each.breaker.failures]
        self._parts.breakers.restart(guarded)

    def look(self) -> None:
        """Start the probes that are due and plan what may go. To be called every second or so."""
        for name in self._parts.breakers.due(_longest_waits(self._parts)):
            thread = self._threads.get(name)
            if thread is None or not thread.is_alive():
                # A daemon: a node that stops waits for no peer that hangs.
                self._threads[name] = threading.Thread(
                    target=self._probe, args=(name,), name=f"probe-{name}", daemon=True
                )
                self._threads[name].start()
        self._parts.breakers.release()

    def stop(self) -> None:
        """Keep nothing more of what a probe under way finds: the next start probes anyway."""
        self._stopped.set()

    def wait(self) -> None:
        """Return when the probes that are under way have ended."""
        for thread in self._threads.values():
            thread.join()

    def _probe(self, name: str) -> None:
        try:
            probe_destination(self._parts, name, self._stopped)
        except Exception:  # the outermost frame of the thread
            _log.exception("destination %s could not be probed; trying again", name)


def probe_destination(parts: Parts, name: str, stopped: threading.Event) -> None:
    """Probe one destination and keep what was found, unless the node has stopped meanwhile."""
    probe = parts.destinations[name].probe()
    if stopped.is_set():
        return
    _log.log(
        # That it is left alone was a warning; `osteonode destinations` has the words of the last probe.
        logging.INFO if probe.reachable else logging.DEBUG,
        "destination %s %s: %s",
        name,
        "is there again" if probe.reachable else "is still not there",
        probe.explanation,
    )
    parts.breakers.keep_probe(name, probe, wait=timedelta(seconds=_settings(parts, name).breaker.probe_seconds))


def admit(parts: Parts, delivery: Delivery) -> bool:
    """Return whether an attempt may be made now; otherwise the delivery waits for its destination to be back."""
    settings = next((each for each in parts.settings.destination if each.name == delivery.peer), None)
    if settings is None:  # told by the attempt itself
        return True
    return parts.breakers.admit(delivery, soonest=timedelta(seconds=settings.breaker.probe_seconds))


def note(parts: Parts, delivery: Delivery, attempt: Attempt) -> None:
    """Tell the breaker of a destination how an attempt there ended."""
    settings = _settings(parts, delivery.peer)
    answered = attempt.outcome is not Outcome.RETRY or any(
        receipt.outcome is Outcome.DELIVERED for receipt in attempt.receipts
    )
    if not settings.breaker.failures:
        return
    changed = parts.breakers.note(
        delivery,
        attempt.explanation,
        answered=answered,
        limit=settings.breaker.failures,
        wait=lambda trials: _wait_after(trials, parts, settings, attempt),
    )
    if changed is not None:
        _tell(changed)


def _wait_after(trials: int, parts: Parts, settings: DestinationSettings, attempt: Attempt) -> timedelta:
    """Return the wait until the next probe: where it is there and takes nothing, it grows as a delivery's does."""
    patient = settings.retry.model_copy(update={"max_attempts": trials + 2})
    backoff = jittered_seconds(trials + 1, patient, parts.chance) if trials else 0.0
    asked_seconds = min(attempt.left_alone_seconds, settings.retry.cap_seconds)
    return timedelta(seconds=max(settings.breaker.probe_seconds, backoff or 0.0, asked_seconds))


def _tell(breaker: Breaker) -> None:
    if breaker.lets_all_through:
        _log.info("destination %s answers again: what waited for it goes", breaker.destination)
    else:
        _log.warning(
            "destination %s is left alone after %d failures in a row; deliveries wait until a probe finds it: %s",
            *(breaker.destination, breaker.failures, breaker.explanation),
        )


def _settings(parts: Parts, name: str) -> DestinationSettings:
    return next(each for each in parts.settings.destination if each.name == name)


def _longest_waits(parts: Parts) -> dict[str, timedelta]:
    return {
        each.name: timedelta(seconds=max(each.breaker.probe_seconds, each.retry.cap_seconds))
        for each in parts.settings.destination
    }
