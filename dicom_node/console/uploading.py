"""Images that a person uploads: taken one by one, read at the desk, kept for that person."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from config.uploads import Uploads
from dicom_node.desk_ports import DeskQuestion, ImageDesk
from dicom_node.image_desk.kept_upload import KeptUpload
from dicom_node.image_desk.spool import Spooling, TooLarge, UnknownKind
from dicom_node.image_desk.upload_shelf import UploadShelf

_PIECE_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Uploading:
    """Has uploads read, and keeps them.

    Attributes:
        spool: where images lie until they are read.
    """

    settings: Uploads
    desk: ImageDesk
    spool: Path
    shelf: UploadShelf

    async def take(self, user: str, file: UploadFile) -> KeptUpload:
        """Read one file and keep what is to be seen of it; the file itself is gone then.

        Raises:
            TooLarge, UnknownKind: it is not taken.
            ModelUnavailable, DeadlineExceeded: it was not read; nothing is kept.
            OSError: the disk.
        """
        with Spooling(self.spool, self.settings.image_mib << 20) as spooling:
            spooled = await spooling.take(_pieces(file))
            # Neither the file's name nor what the header says goes any further.
            answer = await self.desk.read(DeskQuestion(spooled.path), deadline_seconds=self.settings.deadline_seconds)
            return await run_in_threadpool(self.shelf.keep, user, spooled.kind.name, answer)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE_BYTES):
        yield piece


__all__ = ["TooLarge", "UnknownKind", "Uploading"]
