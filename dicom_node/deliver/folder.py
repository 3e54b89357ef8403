"""Documents as files: folder/<Study Instance UID>/<file name>, each whole or not there."""

import errno
import os
import re
from collections.abc import Sequence

from config.settings import Destination
from dicom_node.deliver.echo import probe_folder
from dicom_node.deliver.replies import Reply, conclude, reply
from dicom_node.durable_file import write_durably
from dicom_node.ports import Probe
from domain.delivery import Attempt, Outcome
from domain.document import Document
from domain.uid import derive_uid

#: What to do about an error of the file system; all others: look at the folder.
_ADVICE = {
    errno.EACCES: "let the node's user write there",
    errno.EPERM: "let the node's user write there",
    errno.EROFS: "mount it for writing",
    errno.ENOSPC: "free disk space there",
    errno.EDQUOT: "raise the quota of the node's user there",
    errno.ENOTDIR: "a file stands where a folder should be: move it away",
}


class FolderDestination:
    """Writes documents for other programs to pick up. Files named `.*.part` are unfinished and not for them.

    Args:
        settings: a destination of kind `folder`.

    Raises:
        ValueError: it names no folder.
    """

    def __init__(self, settings: Destination) -> None:
        if settings.folder is None:
            raise ValueError("a destination of kind folder needs folder")
        self.name = settings.name
        self._settings = settings
        self._folder = settings.folder

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Write each document; one that is there already is replaced by the same."""
        return conclude(self._deliver_one(document) for document in documents)

    def probe(self) -> Probe:
        """Write a small file and remove it."""
        return probe_folder(self._settings)

    def _deliver_one(self, document: Document) -> Reply:
        try:
            write_durably(
                self._folder / _safe(document.study_instance_uid) / _safe(document.file_name), document.content
            )
        except OSError as error:
            words = os.strerror(error.errno) if error.errno else type(error).__name__
            advice = _ADVICE.get(error.errno or 0, "look at the folder")
            return reply(document.identifier, Outcome.RETRY, f"not written: {words}", f"{self._folder}: {advice}")
        return reply(document.identifier, Outcome.DELIVERED, "written")


def _safe(name: str) -> str:
    """Return a name that stays in its folder: UIDs come from the network and may be anything."""
    return name if re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,199}", name) else derive_uid("folder", name)
