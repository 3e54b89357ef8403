"""Following what comes to an end in the ledger: each event once, in whatever process it happened."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

#: A row may be committed this much later than its time says: transactions wait for each other.
LATENESS: Final = timedelta(minutes=2)


class Ended(Protocol):
    """Something that came to an end."""

    @property
    def key(self) -> str:
        """Tells it from any other."""
        ...

    @property
    def ended_at(self) -> datetime:
        """When."""
        ...


End = TypeVar("End", bound=Ended)


class Following(Generic[End]):
    """Gives each event once that ended at `since` or later.

    Args:
        find: returns what ended at a time or later.
    """

    def __init__(self, find: Callable[[datetime], Sequence[End]], since: datetime) -> None:
        self._find, self._since = find, since
        self._seen: dict[str, datetime] = {}

    def take(self) -> list[End]:
        """Return what came to an end since the last call; raises what `find` raises, and nothing is lost then."""
        new = [each for each in self._find(self._since) if self._seen.get(each.key) != each.ended_at]
        self._seen |= {each.key: each.ended_at for each in new}
        newest = max((each.ended_at for each in new), default=self._since)
        self._since = max(self._since, newest - LATENESS)
        self._seen = {key: ended_at for key, ended_at in self._seen.items() if ended_at >= self._since}
        return new
