"""Limits on guessing: how many failed logins an address, a name, and a name at an address may have."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from dicom_node.ports import Clock

#: Failures within the window. One person mistypes five times; behind one address may be a whole ward; and one name is
#: guarded against many addresses by a limit so high that nobody can lock its owner out by hand.
PER_NAME_AND_ADDRESS: Final = 5
PER_ADDRESS: Final = 30
PER_NAME: Final = 100
WINDOW: Final = timedelta(minutes=15)
#: Keys that are remembered; whoever makes up names pushes the oldest out, and meets the limit of their address.
_MOST_KEYS: Final = 10_000
_Key = tuple[str, str]


@dataclass
class Attempts:
    """Tries that failed, or are not decided yet, in the life of this process. Safe for threads."""

    clock: Clock
    _failures: "OrderedDict[_Key, list[datetime]]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, name: str, address: str) -> int:
        """Count a try before its password is looked at, so that a thousand at once are no way around the limits.

        Returns:
            0, or how many seconds nobody may try this name from this address; then the try is not counted.
        """
        now = self.clock.now()
        with self._lock:
            limits = _limits(name, address)
            if wait := max(self._wait(key, most) for key, most in limits):
                return wait
            for key, _most in limits:
                self._failures.setdefault(key, []).append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)
            return 0

    def forgive(self, name: str, address: str) -> None:
        """Forget a try that was right, and the earlier failures of this name at this address."""
        with self._lock:
            self._failures.pop((name, address), None)
            for key in (("", address), (name, "")):
                if times := self._failures.get(key):
                    times.pop()

    def _wait(self, key: _Key, most: int) -> int:
        now = self.clock.now()
        recent = [at for at in self._failures.get(key, ()) if at > now - WINDOW]
        if key in self._failures:
            self._failures[key] = recent
        if len(recent) < most:
            return 0
        return max(1, int((recent[-most] + WINDOW - now).total_seconds()))


def _limits(name: str, address: str) -> tuple[tuple[_Key, int], ...]:
    return ((name, address), PER_NAME_AND_ADDRESS), (("", address), PER_ADDRESS), ((name, ""), PER_NAME)
