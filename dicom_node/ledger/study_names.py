"""Which study a person means: by its UID, by what a log calls it, by its accession number, or by a part of these."""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.logged_uids import find_uids
from dicom_node.ledger.search import StudySearch
from dicom_node.ledger.study_entries import StudyEntries
from dicom_node.log_events import UID_NAMES
from dicom_node.study_ports import MOST_ROWS, StudyQuery

#: A person waits so long, in seconds, while what no node has noted yet is noted; some ten thousand headers.
MOST_SECONDS: Final = 10.0
#: Versions of studies that are noted at once then: a person waits, and each batch is a transaction.
BATCH: Final = 200


class StudyNames:
    """Finds the studies of a ledger that a name or a text fits; safe while a node writes to it.

    Args:
        data: the node's data folder. A node notes the accession numbers of the images there, a while after they came;
            what it has not noted yet is noted by whoever asks, for MOST_SECONDS.
    """

    def __init__(self, engine: Engine, data: Path) -> None:
        self._engine, self._search = engine, StudySearch(engine)
        self._entries = StudyEntries(engine, data, batch=BATCH)
        self._unread = 0

    @property
    def unread(self) -> int:
        """Studies that the last question left out, for nobody knows their accession number yet."""
        return self._unread

    def called(self, name: str) -> tuple[str, ...]:
        """Return the Study Instance UIDs of exactly this name, in order; several may have one accession number."""
        self._unread = 0
        if name.startswith(UID_NAMES):
            return self._studies_among(find_uids(self._engine, name))
        if found := self._studies_among((name,)):
            return found
        self._unread = self._entries.note_for(MOST_SECONDS)
        return self._search_for(StudyQuery(accession_number=name, limit=MOST_ROWS))

    def like(self, text: str, *, limit: int) -> tuple[str, ...]:
        """Return the studies whose accession number, sender or UID fits a text, or a part of it; the newest first."""
        return self.called(text) or self._search_for(StudyQuery(text=text, limit=min(limit, MOST_ROWS)))

    def _search_for(self, query: StudyQuery) -> tuple[str, ...]:
        return tuple(row.study_instance_uid for row in self._search.search(query).rows)

    def _studies_among(self, uids: tuple[str, ...]) -> tuple[str, ...]:
        """Return those that are studies, and the studies of those that are images."""
        studies, images = tables.study.c.study_instance_uid, tables.instance.c
        itself = select(studies).where(studies.in_(uids))
        of_image = select(images.study_instance_uid).where(images.sop_instance_uid.in_(uids))
        with looking(self._engine) as connection:
            return tuple(sorted(connection.execute(itself.union(of_image)).scalars()))
