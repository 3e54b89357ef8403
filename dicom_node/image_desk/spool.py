"""Images on their way to the desk: each in a folder of its own, which is gone when the answer is there."""

import hashlib
import shutil
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Final, Self

from dicom_node.image_desk.kinds import HEAD_BYTES, ImageKind, find_kind
from inference.picture_uids import picture_uid

_NAME: Final = "image"


class TooLarge(Exception):
    """More came than is taken."""


class UnknownKind(Exception):
    """What came is neither DICOM nor PNG nor JPEG."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """An image in the spool.

    Attributes:
        path: named `image` with the suffix of its kind, whatever its sender calls it.
    """

    path: Path
    kind: ImageKind
    sha256: str

    @property
    def folder(self) -> Path:
        """Its own."""
        return self.path.parent

    def study_instance_uid(self) -> str:
        """Return the study that it belongs to, as `osteonode read` says; empty where its header names none."""
        if not self.kind.is_dicom:
            return picture_uid("study", self.sha256)
        import pydicom
        from pydicom.errors import InvalidDicomError

        try:
            header = pydicom.dcmread(self.path, stop_before_pixels=True)
            return str(header.get("StudyInstanceUID") or "")
        except (InvalidDicomError, OSError, ValueError, TypeError, AttributeError, LookupError):
            return ""


class Spooling:
    """A folder of the spool, for one image; inside `with`, or until `remove`.

    Args:
        most_bytes: longest file that is taken.
    """

    def __init__(self, spool: Path, most_bytes: int) -> None:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = Path(mkdtemp(prefix="image-", dir=spool))
        self._most_bytes = most_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def take(self, pieces: AsyncIterable[bytes]) -> Spooled:
        """Write an image as it comes.

        Raises:
            TooLarge, UnknownKind: it is not taken; nothing more of it was read.
            OSError: the disk.
        """
        part, digest, length, head = self.folder / f"{_NAME}.part", hashlib.sha256(), 0, b""
        kind: ImageKind | None = None
        with part.open("xb") as file:
            async for piece in pieces:
                length += len(piece)
                if length > self._most_bytes:
                    raise TooLarge
                head += piece[: HEAD_BYTES - len(head)]
                if len(head) >= HEAD_BYTES and (kind := kind or find_kind(head)) is None:
                    raise UnknownKind
                digest.update(piece)
                file.write(piece)
        kind = kind or find_kind(head)
        if kind is None:
            raise UnknownKind
        return Spooled(part.rename(self.folder / f"{_NAME}{kind.suffix}"), kind, digest.hexdigest())
