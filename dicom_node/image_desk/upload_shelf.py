"""Where uploads are kept: a folder for each user, in it one for each upload, removed when it has lain long enough."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from config.uploads import Uploads
from dicom_node.desk_ports import DeskAnswer
from dicom_node.image_desk import heat_picture
from dicom_node.image_desk.kept_upload import HeatPlace, KeptUpload, take_identity_out
from dicom_node.image_desk.place import DeskPlace
from dicom_node.ports import Clock
from domain.evidence_map import EvidenceMap

#: What may be asked for by name.
DISPLAY, THUMBNAIL, HEAT = "display.png", "thumbnail.jpg", "heat.png"
PICTURES: Final = {DISPLAY: "image/png", THUMBNAIL: "image/jpeg", HEAT: "image/png"}
_READING: Final = "reading.json"
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{16}")
_THUMBNAIL_PX: Final = 320
#: Nobody waits so long for an image: its deadline is past.
_LEFT_OVER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class UploadShelf:
    """Keeps uploads.

    Args:
        folder: mode 0700.
        age: what is older is not shown, and is removed by `expire`.
        most: of one user; the oldest go first.
    """

    folder: Path
    clock: Clock
    age: timedelta
    most: int

    @classmethod
    def of_settings(cls, settings: Uploads, place: DeskPlace, clock: Clock) -> "UploadShelf":
        """Return the shelf of a node."""
        return cls(place.uploads, clock, timedelta(days=settings.keep_days), settings.most_kept)

    def keep(self, user: str, kind: str, answer: DeskAnswer) -> KeptUpload:
        """Keep the pixels and the findings of an answer. Raises OSError."""
        now = self.clock.now()
        name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(8)}"
        folder = self._of(user) / name
        folder.mkdir(mode=0o700, parents=True)
        heat = _keep_heat(folder, answer)
        shown = answer.display is not None
        if answer.display is not None:
            _keep_display(folder, answer.display)
        size = (answer.rows, answer.columns) if shown else (0, 0)
        upload = KeptUpload(name, now, kind, *size, take_identity_out(answer.line), heat if shown else None)
        (folder / f"{_READING}.part").write_bytes(upload.encode())
        (folder / f"{_READING}.part").rename(folder / _READING)  # the last: half an upload is none
        for old in list(self._names(user))[self.most :]:
            self.remove(user, old)
        return upload

    def of_user(self, user: str) -> list[KeptUpload]:
        """Return the uploads of a user, newest first."""
        found = (self.find(user, name) for name in self._names(user))
        return [upload for upload in found if upload is not None]

    def find(self, user: str, name: str) -> KeptUpload | None:
        """Return one upload of a user, None where there is none."""
        if not _NAME.fullmatch(name) or self._is_old(name):
            return None
        try:
            return KeptUpload.decode((self._of(user) / name / _READING).read_bytes())
        except (OSError, ValueError):
            return None

    def picture(self, user: str, name: str, picture: str) -> Path | None:
        """Return the file of a picture of an upload, None where there is none."""
        if picture not in PICTURES or self.find(user, name) is None:
            return None
        path = self._of(user) / name / picture
        return path if path.is_file() else None

    def remove(self, user: str, name: str) -> bool:
        """Remove an upload of a user; return whether there was one."""
        folder = self._of(user) / name
        if not _NAME.fullmatch(name) or not folder.is_dir():
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return True

    def expire(self) -> int:
        """Remove what is older than it may be, of every user; return how many uploads."""
        users = [each for each in _folders(self.folder) if each.is_dir()]
        old = [upload for user in users for upload in _folders(user) if self._is_old(upload.name)]
        for upload in old:
            shutil.rmtree(upload, ignore_errors=True)
        for user in users:
            with suppress(OSError):  # somebody's uploads are in it
                user.rmdir()
        return len(old)

    def _names(self, user: str) -> Iterator[str]:
        """Give the names of a user's uploads, newest first."""
        yield from sorted((each.name for each in _folders(self._of(user)) if _NAME.fullmatch(each.name)), reverse=True)

    def _is_old(self, name: str) -> bool:
        try:
            made = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        except ValueError:
            return False
        return self.clock.now() - made > self.age

    def _of(self, user: str) -> Path:
        """Return the folder of a user; named by a digest, for a user may be called anything."""
        return self.folder / hashlib.sha256(user.encode()).hexdigest()[:32]


def remove_leftovers(spool: Path, now: datetime) -> int:
    """Remove images that lie in a spool since a process died before they were read; return how many."""
    limit = (now - _LEFT_OVER).timestamp()
    left = [folder for folder in _folders(spool) if folder.is_dir() and folder.stat().st_mtime < limit]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _folders(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _keep_heat(folder: Path, answer: DeskAnswer) -> HeatPlace | None:
    if answer.heat_map is None:
        return None
    picture = heat_picture.draw(EvidenceMap.decode(answer.heat_map.read_bytes()))
    (folder / HEAT).write_bytes(picture.png)
    return HeatPlace(**{key: value for key, value in asdict(picture).items() if key != "png"})


def _keep_display(folder: Path, display: Path) -> None:
    """Write the picture anew, smaller than the desk did: pixels and nothing else."""
    from PIL import Image

    with Image.open(display) as image:
        grey = image.convert("L")
    grey.save(folder / DISPLAY, compress_level=3)
    grey.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX))
    grey.save(folder / THUMBNAIL, quality=82)
