"""Whether the node works: conditions that are looked at now and then, so that whoever asks never waits."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dicom_node.ports import Clock
from domain.errors import OsteonodeError

INTERVAL_SECONDS: Final = 10.0
#: Older than this, a look says nothing any more: it hangs.
STALE: Final = timedelta(seconds=60)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether something holds, and in words how it stands; no patient data."""

    holds: bool
    words: str


STARTING: Final = Condition(False, "the node is starting")


class Health:
    """The conditions of readiness; `look` asks, the others tell what was found.

    Args:
        names: of the conditions, each of which must hold; `watch` says how to look at them.
    """

    def __init__(self, names: tuple[str, ...], clock: Clock) -> None:
        self._clock, self._looks = clock, dict[str, Callable[[], Condition]]()
        self._found = dict.fromkeys(names, STARTING)
        self._looked_at: datetime | None = None

    def watch(self, looks: Mapping[str, Callable[[], Condition]]) -> None:
        """Look at these conditions from now on, the first time at once."""
        self._looks |= looks
        self.look()

    def look(self) -> None:
        """Look at every condition."""
        self._found |= {name: _try(look) for name, look in self._looks.items()}
        self._looked_at = self._clock.now()

    def conditions(self) -> Mapping[str, Condition]:
        """Return what was found last; nothing holds where that is too long ago."""
        if self._looked_at is not None and self._clock.now() - self._looked_at > STALE:
            stale = Condition(False, f"nobody could look since {self._looked_at.isoformat(timespec='seconds')}")
            return dict.fromkeys(self._found, stale)
        return dict(self._found)

    def is_ready(self) -> bool:
        """Return whether every condition holds."""
        return all(each.holds for each in self.conditions().values())


def _try(look: Callable[[], Condition]) -> Condition:
    try:
        return look()
    except OsteonodeError as error:
        return Condition(False, str(error))
    except OSError as error:
        return Condition(False, error.strerror or type(error).__name__)
