"""Where received files come to lie: the instances, and those put aside for a person to see."""

import hashlib
import os
from pathlib import Path

from dicom_node.durable_file import fsync_folder, make_folder_durably
from dicom_node.receive.header import Header, is_uid
from dicom_node.receive.incoming import IncomingDataSet
from dicom_node.receive.statuses import Outcome

#: Characters of the data set's sha256 in a file name. Other bytes under the same SOP Instance UID get another name, so
#: no file that was acknowledged is ever overwritten by something else, and the same bytes always land on one file.
_DIGEST_CHARACTERS = 16

#: Folders that are known to be on disk; whoever is forgotten is brought there once more.
_MOST_REMEMBERED = 10_000


class Shelf:
    """The folders `incoming`, `instances` and `quarantine` of one data folder: one volume, so a move is atomic."""

    def __init__(self, folder: Path) -> None:
        self.incoming = folder / "incoming"
        self.instances = folder / "instances"
        self.quarantine = folder / "quarantine"
        self._durable: set[Path] = set()

    def prepare(self) -> None:
        """Make the folders and bring their names to disk."""
        for folder in (self.incoming, self.instances, self.quarantine):
            make_folder_durably(folder)

    def keep(self, incoming: IncomingDataSet, header: Header) -> Path:
        """Make the file and its name durable, and return its final path.

        Raises:
            OSError: the disk is full, read-only or broken; the file then has no final name, or a durable one.
        """
        incoming.seal()
        study = header.study_instance_uid
        shard = hashlib.sha256(study.encode()).hexdigest()[:2]
        folder = self.instances / shard / study
        self._make_durably(folder)
        path = folder / f"{header.sop_instance_uid}.{incoming.sha256[:_DIGEST_CHARACTERS]}.dcm"
        incoming.move(path)
        fsync_folder(folder)
        return path

    def put_aside(self, incoming: IncomingDataSet, sop_instance_uid: str, outcome: Outcome) -> Path:
        """Make the file durable in the quarantine and return its path; the same bytes always get the same name.

        Raises:
            OSError: the disk is full, read-only or broken.
        """
        incoming.seal()
        path = self._quarantine_path(sop_instance_uid, incoming.sha256, outcome)
        incoming.move(path)
        fsync_folder(self.quarantine)
        return path

    def move_aside(self, path: Path, sop_instance_uid: str, sha256: str, outcome: Outcome) -> Path:
        """Move a kept file to the quarantine and return its path there.

        Raises:
            OSError: the disk is read-only or broken.
        """
        target = self._quarantine_path(sop_instance_uid, sha256, outcome)
        try:
            os.replace(path, target)
        except FileNotFoundError:
            # A second association that sent the same bytes at the same time has moved it already.
            if not target.exists():
                raise
        fsync_folder(self.quarantine)
        fsync_folder(path.parent)
        return target

    def _make_durably(self, folder: Path) -> None:
        """Make a folder below `instances`, and bring its name to disk unless that was done here before.

        Another thread or process may have made it and not brought it to disk yet: so that is done once by each.
        """
        if folder == self.instances or (folder in self._durable and folder.is_dir()):
            return
        self._make_durably(folder.parent)
        folder.mkdir(exist_ok=True)
        fsync_folder(folder.parent)
        if len(self._durable) >= _MOST_REMEMBERED:
            self._durable.clear()
        self._durable.add(folder)

    def _quarantine_path(self, sop_instance_uid: str, sha256: str, outcome: Outcome) -> Path:
        name = sop_instance_uid if is_uid(sop_instance_uid) else "no-uid"
        return self.quarantine / f"{name}.{sha256[:_DIGEST_CHARACTERS]}.{outcome.lower()}.dcm"
