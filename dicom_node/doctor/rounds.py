"""Several looks at the same time, each with a limit of its own: one peer that hangs keeps nobody from an answer."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.verdicts import Check, Examined, Verdict
from domain.errors import ConfigError, OsteonodeError

#: A look has some steps, each of which has the deadline; together they may take so many times as long.
STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be looked at: yields each check as soon as it is made."""

    subject: str
    examine: Callable[[], Iterable[Check]]


class _Round:
    """One look in a thread of its own; what it has found so far can be had at any time."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._checks: list[Check] = []
        self._began = time.monotonic()
        self._seconds = 0.0
        # A daemon: a name service that never answers cannot be broken off, and holds no exit.
        self._thread = threading.Thread(target=self._run, name=f"look-{look.subject}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._checks.extend(_guarded(self._look.examine, self._checks))
        finally:
            self._seconds = time.monotonic() - self._began

    def result(self, until: float, limit_seconds: float) -> Examined:
        """Return what was found by `until`, of time.monotonic()."""
        self._thread.join(max(0.0, until - time.monotonic()))
        checks = tuple(self._checks)
        if not self._thread.is_alive():
            return Examined(self._look.subject, checks, self._seconds)
        late = Check(
            "time",
            Verdict.FAULT,
            f"not finished within {limit_seconds:g} s: something of it does not answer",
            "look at the last line above this one; --deadline SECONDS waits longer",
            Place.EITHER,
        )
        return Examined(self._look.subject, (*checks, late), limit_seconds)


def _guarded(examine: Callable[[], Iterable[Check]], found: list[Check]) -> list[Check]:
    """Collect into `found`; return what an error that nobody foresaw leaves to say."""
    try:
        for check in examine():
            found.append(check)
    except ConfigError as error:
        return [
            Check("settings", Verdict.FAULT, problem, place=Place.HERE, code=error.code) for problem in error.problems
        ]
    except OsteonodeError as error:
        return [Check("examination", Verdict.FAULT, error.args[0], place=Place.HERE, code=error.code)]
    except Exception as error:  # the outermost frame of the thread
        words = f"an error that nobody foresaw: {type(error).__name__}"
        return [Check("examination", Verdict.FAULT, words, "report it with the output of --json", Place.HERE)]
    return []


def look_all_round(looks: Sequence[Look], deadline_seconds: float) -> tuple[Examined, ...]:
    """Make all looks at the same time; return what each found, in their order.

    Args:
        deadline_seconds: that one step of a look has.
    """
    rounds = [_Round(look) for look in looks]
    limit_seconds = STEPS * deadline_seconds
    until = time.monotonic() + limit_seconds
    return tuple(each.result(until, limit_seconds) for each in rounds)
