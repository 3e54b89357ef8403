"""Following the change feed of an Orthanc: what is noted is durable, so nothing is lost and nothing read twice."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from config.image_classes import uids_of
from config.orthanc import Orthanc
from dicom_node.feed_ports import FeedItem, FeedLedger, FeedPosition, Resource
from dicom_node.receive.door import COMES_AGAIN, Door, Origin
from dicom_node.receive.event_line import emit
from dicom_node.receive.orthanc_source.peer import Change, OrthancPeer, ResourceFailed, ResourceGone
from dicom_node.receive.statuses import ANSWERS, Outcome

ITEM_FAILED = "receive.orthanc_item_failed"
ITEM_GONE = "receive.orthanc_item_gone"
BEGUN = "receive.orthanc_followed_first"
WENT_BACK = "receive.orthanc_went_back"

_RESOURCES: Final = {"NewInstance": Resource.INSTANCE, "StableStudy": Resource.STUDY}
_AT_ONCE: Final = 50
_FIRST_RETRY_SECONDS: Final = 5.0


class Feed:
    """The feed of one Orthanc, from the first change that matters on.

    Args:
        called_ae_title: of this node; kept with the images.
        is_stopping: asked between two images.
    """

    def __init__(
        self,
        settings: Orthanc,
        peer: OrthancPeer,
        ledger: FeedLedger,
        door: Door,
        called_ae_title: str,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._settings, self._peer, self._ledger, self._door = settings, peer, ledger, door
        self._origin = Origin(settings.ae_title, called_ae_title, sop_class_uids=uids_of(settings.sop_classes))
        self._is_stopping = is_stopping

    def note_changes(self) -> None:
        """Note every change since the last time; raises SourceDown, LedgerError."""
        position = self._ledger.position(self._settings.name) or self._begin()
        while not self._is_stopping():
            page = self._peer.changes(position.sequence)
            if page.last_sequence < position.sequence:
                self._go_back(position)
                return
            position = self._advance(position, page.changes, page.last_sequence)
            if page.is_last or not page.changes:
                return

    def fetch(self) -> None:
        """Fetch what is due; one that fails is put off and holds no other. Raises SourceDown, LedgerError."""
        while items := self._due():
            for item in items:
                if self._is_stopping() or not self._door.has_room() or not self._fetch_item(item):
                    return

    def _due(self) -> Sequence[FeedItem]:
        name, longest_seconds = self._settings.name, self._settings.retry_cap_seconds
        return self._ledger.due(name, _AT_ONCE, longest_wait_seconds=longest_seconds)

    def _begin(self) -> FeedPosition:
        """Decide where a feed begins that was never followed."""
        position = FeedPosition(0) if self._settings.history else self._peer.end_of_changes()
        self._ledger.advance(self._settings.name, position, [])
        what = "with everything that it holds" if self._settings.history else "with what arrives from now on"
        emit(logging.INFO, BEGUN, f"followed for the first time, {what}", source=self._settings.name)
        return position

    def _advance(self, before: FeedPosition, changes: tuple[Change, ...], last_sequence: int) -> FeedPosition:
        date = changes[-1].date if changes else before.date
        position = FeedPosition(last_sequence, date)
        if position != before:
            self._ledger.advance(self._settings.name, position, list(self._items(changes)))
        return position

    def _items(self, changes: tuple[Change, ...]) -> Iterator[FeedItem]:
        for change in changes:
            if change.kind == self._settings.follow:
                yield FeedItem(self._settings.name, _RESOURCES[change.kind], change.identifier, change.sequence)

    def _go_back(self, position: FeedPosition) -> None:
        """Deal with a feed that ends before the place up to which it was followed.

        Either its last resources were deleted, and their changes with them; or this is another database, whose numbers
        begin anew. The dates tell: what is older than what was noted before is not noted again.
        """
        name, end = self._settings.name, self._peer.end_of_changes()
        if end.date >= position.date:
            end = FeedPosition(self._note_newer_than(position), end.date)
            emit(logging.WARNING, WENT_BACK, "its changes are counted anew: what is newer was noted", source=name)
        self._ledger.advance(name, FeedPosition(end.sequence, max(end.date, position.date)), [])

    def _note_newer_than(self, position: FeedPosition) -> int:
        """Note what of the whole feed is not older than a position; return where the feed ends."""
        at, is_last = 0, False
        while not is_last:
            page = self._peer.changes(at)
            newer = tuple(change for change in page.changes if change.date >= position.date)
            self._ledger.advance(self._settings.name, position, list(self._items(newer)))
            at, is_last = page.last_sequence, page.is_last or not page.changes
        return at

    def _fetch_item(self, item: FeedItem) -> bool:
        """Fetch one; return False where no other would be taken now either."""
        try:
            if item.resource is Resource.INSTANCE:
                return self._fetch_instance(item)
            found = self._peer.instances_of(item.identifier)
            instances = [FeedItem(item.source, Resource.INSTANCE, each, item.sequence) for each in found]
            self._ledger.finish(item, instances)
        except ResourceGone:
            emit(logging.WARNING, ITEM_GONE, "deleted before it was fetched", source=item.source, id=item.identifier)
            self._ledger.finish(item)
        except ResourceFailed as error:
            self._put_off(item, str(error))
        return True

    def _fetch_instance(self, item: FeedItem) -> bool:
        if not self._is_wanted(item.identifier):
            self._ledger.finish(item)
            return True
        study, study_instance_uid = self._peer.study_of(item.identifier)
        incoming = self._door.open(self._origin)
        try:
            with self._peer.file(item.identifier) as pieces:
                for piece in pieces:
                    incoming.write(piece)
            passage = incoming.finish()
        finally:
            incoming.discard()
        if passage.outcome in COMES_AGAIN:
            return False
        if passage.outcome is Outcome.TOO_LARGE:  # stays on the list: the limit may be raised
            raise ResourceFailed(f"{ANSWERS[passage.outcome].comment}: limits.data_set_mib")
        self._ledger.note_study(item.source, study, study_instance_uid)
        self._ledger.finish(item)
        return True

    def _is_wanted(self, instance: str) -> bool:
        """Return whether an instance is one that the configuration asks for; what is no radiograph is not fetched."""
        metadata, settings = self._peer.metadata(instance), self._settings
        if metadata.get("SopClassUid", "") not in {"", *self._origin.sop_class_uids}:
            return False
        if settings.remote_ae_titles and metadata.get("RemoteAET", "").strip() not in settings.remote_ae_titles:
            return False
        return not settings.modalities or self._peer.modality(instance) in settings.modalities

    def _put_off(self, item: FeedItem, reason: str) -> None:
        wait_seconds = min(self._settings.retry_cap_seconds, _FIRST_RETRY_SECONDS * 2.0 ** min(item.attempts, 20))
        self._ledger.postpone(item, reason, wait_seconds)
        words = f"{reason}; tried again in {wait_seconds:g} s, others go on"
        number = item.attempts + 1
        emit(logging.WARNING, ITEM_FAILED, words, source=item.source, id=item.identifier, attempts=number)
