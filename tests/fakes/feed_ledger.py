"""What is kept of change feeds, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from dicom_node.feed_ports import FeedItem, FeedPosition, FeedStudy, Resource
from tests.fakes.clock import FakeClock


class FakeFeedLedger:
    """Implements feed_ports.FeedLedger.

    Attributes:
        versions: latest version of each study, and whether it is answered, by Study Instance UID; tests fill it.
        studies: what came from which source, with the version that it was told of.
    """

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.versions: dict[str, tuple[int, bool]] = {}
        self.studies: dict[tuple[str, str], tuple[str, int]] = {}
        self._positions: dict[str, FeedPosition] = {}
        self._items: dict[tuple[str, Resource, str], FeedItem] = {}

    def position(self, source: str) -> FeedPosition | None:
        """Return how far a feed was followed."""
        return self._positions.get(source)

    def advance(self, source: str, position: FeedPosition, items: Sequence[FeedItem]) -> None:
        """Note changes and the position behind them."""
        self._positions[source] = position
        self._note(items)

    def due(self, source: str, limit: int, *, longest_wait_seconds: float) -> Sequence[FeedItem]:
        """Return what may be fetched now."""
        now = self.clock.now()
        latest = now + timedelta(seconds=longest_wait_seconds)
        waiting = [item for item in self.waiting(source) if not now < (item.next_attempt_at or now) <= latest]
        return sorted(waiting, key=lambda item: item.sequence)[:limit]

    def waiting(self, source: str) -> Sequence[FeedItem]:
        """Return everything that is still to be fetched."""
        items = [item for item in self._items.values() if item.source == source]
        return sorted(items, key=lambda item: (-item.attempts, item.sequence))

    def finish(self, item: FeedItem, found: Sequence[FeedItem] = ()) -> None:
        """Forget an item that no later change spoke of."""
        if self._items[_key(item)].sequence == item.sequence:
            del self._items[_key(item)]
        self._note(found)

    def postpone(self, item: FeedItem, reason: str, delay_seconds: float) -> None:
        """Plan the next attempt."""
        self._items[_key(item)] = replace(
            self._items[_key(item)],
            attempts=item.attempts + 1,
            reason=reason,
            next_attempt_at=self.clock.now() + timedelta(seconds=delay_seconds),
        )

    def note_study(self, source: str, identifier: str, study_instance_uid: str) -> None:
        """Note that a study has come from a source."""
        self.studies.setdefault((source, identifier), (study_instance_uid, 0))

    def studies_to_mark(self, source: str) -> Sequence[FeedStudy]:
        """Return the studies that the source should be told something new of."""
        found = []
        for (name, identifier), (uid, marked) in self.studies.items():
            version, is_answered = self.versions.get(uid, (0, False))
            if name == source and marked < version and (is_answered or marked):
                found.append(FeedStudy(source, identifier, uid, version, is_answered, marked))
        return found

    def keep_mark(self, study: FeedStudy, marked_version: int) -> None:
        """Note what the source was told."""
        self.studies[study.source, study.identifier] = (study.study_instance_uid, marked_version)

    def _note(self, items: Sequence[FeedItem]) -> None:
        for item in items:
            known = self._items.get(_key(item), item)
            self._items[_key(item)] = replace(known, sequence=item.sequence, next_attempt_at=self.clock.now())


def _key(item: FeedItem) -> tuple[str, Resource, str]:
    return item.source, item.resource, item.identifier
