"""Images that never run out: two drawings in memory, and UIDs that are filled in when one is sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID

from dicom_node.bench.workload import IDENTITY, SPECS
from domain.uid import derive_uid
from inference.phantom.dicom import make_study
from inference.phantom.drawing import draw_phantom

#: Rows and columns: 10 MB and 0.5 MB of 16 bits.
SIZES: Final = {"large": (2500, 2048), "small": (560, 446)}
IMAGES_PER_STUDY: Final = len(SPECS)
_DIGITS: Final = 8
#: As long as any, so that filling in changes no length.
_ROOT: Final = derive_uid("osteonode", "bench", "ingest")[: 64 - _DIGITS - 3].rstrip(".")
_STUDY, _SERIES, _INSTANCE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Image:
    """An image to be sent: `head` and `pixels` are its data set, in Explicit VR Little Endian."""

    sop_class_uid: str
    sop_instance_uid: str
    head: bytes
    pixels: memoryview

    @property
    def size_bytes(self) -> int:
        """Length of the data set."""
        return len(self.head) + len(self.pixels)


class ImageSource:
    """Drawn images of one size; image n is always the same one.

    Args:
        data_sets: the encoded data sets of one study, written by `write_templates`.
    """

    def __init__(self, data_sets: tuple[bytes, ...]) -> None:
        self._templates = [_split(data_set) for data_set in data_sets]

    def image(self, number: int) -> Image:
        """Return an image; two neighbours are one study."""
        study, index = divmod(number, len(self._templates))
        sop_class_uid, head, pixels = self._templates[index]
        sop_instance_uid = _uid(_INSTANCE, number)
        for kind, value in ((_STUDY, study), (_SERIES, number), (_INSTANCE, number)):
            head = head.replace(_uid(kind, 0).encode(), _uid(kind, value).encode())
        return Image(sop_class_uid, sop_instance_uid, head, pixels)


def write_templates(folder: Path) -> None:
    """Draw the images of each size; `open_source` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for size, (rows, columns) in SIZES.items():
        phantoms = [draw_phantom(replace(spec, rows=rows, columns=columns)) for spec in SPECS]
        for index, ds in enumerate(make_study(phantoms, identity=IDENTITY)):
            (folder / f"{size}-{index}").write_bytes(_encode(ds))


def open_source(folder: Path, size: str) -> ImageSource:
    """Return the images of one of SIZES."""
    return ImageSource(tuple((folder / f"{size}-{index}").read_bytes() for index in range(IMAGES_PER_STUDY)))


def count_up() -> Iterator[int]:
    """Give numbers of studies' first images without end: each run sends images that nobody has."""
    return iter(range(0, 10**_DIGITS, 10_000))


def _uid(kind: int, number: int) -> str:
    return f"{_ROOT}.{kind}.{number + 10 ** (_DIGITS - 1)}"


def _encode(ds: Dataset) -> bytes:
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(_uid(_STUDY, 0)), UID(_uid(_SERIES, 0))
    ds.SOPInstanceUID = UID(_uid(_INSTANCE, 0))
    buffer = BytesIO()
    del ds.file_meta
    dcmwrite(buffer, ds, implicit_vr=False, little_endian=True)
    return buffer.getvalue()


def _split(data_set: bytes) -> tuple[str, bytes, memoryview]:
    """Return SOP Class UID, everything before the pixels, and the pixels, which all images share."""
    from pydicom import dcmread

    ds = dcmread(BytesIO(data_set), force=True)
    pixels = memoryview(data_set)[len(data_set) - len(ds.PixelData) :]
    return str(ds.SOPClassUID), data_set[: len(data_set) - len(pixels)], pixels
