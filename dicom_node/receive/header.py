"""What receiving must know of a data set before it is acknowledged: its identity, its class, and that it is whole."""

import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from pydicom.uid import UID

from dicom_node.receive.element_walk import PIXEL_DATA, Element, ElementWalk, Encoded, Encoding
from dicom_node.receive.statuses import Outcome, Refused

_SOP_CLASS_UID, _SOP_INSTANCE_UID = 0x00080016, 0x00080018
_STUDY_INSTANCE_UID, _SERIES_INSTANCE_UID = 0x0020000D, 0x0020000E
_SAMPLES, _PHOTOMETRIC, _FRAMES, _ROWS, _COLUMNS, _BITS = (
    0x00280002,
    0x00280004,
    0x00280008,
    0x00280010,
    0x00280011,
    0x00280100,
)
_WANTED = frozenset(
    {_SOP_CLASS_UID, _SOP_INSTANCE_UID, _STUDY_INSTANCE_UID, _SERIES_INSTANCE_UID}
    | {_SAMPLES, _PHOTOMETRIC, _FRAMES, _ROWS, _COLUMNS, _BITS}
)
#: Longest value that is copied out of the data set; the longest wanted one is a UID of 64 characters and its padding.
_LONGEST_VALUE = 80
#: PS3.5 9.1, but tolerant of leading zeros, which old modalities write. No character here can leave a folder.
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_INFLATE_CHUNK = 1 << 20
#: Everything but the pixel data; composing reads it into memory. Real headers have kilobytes, with icons and curves a
#: few megabytes.
MOST_HEADER_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Header:
    """The identity of a whole image instance. All four UIDs are validated, so that they may become file names."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str


def read_header(path: Path, data_set_offset: int, transfer_syntax_uid: UID, most_bytes: int) -> Header:
    """Read and check the data set that begins at `data_set_offset` of the file at `path`; pixels are not loaded.

    Args:
        path: a Part 10 file.
        data_set_offset: length of its head.
        transfer_syntax_uid: how the data set is encoded.
        most_bytes: a deflated data set may not inflate to more than this.

    Raises:
        Refused: it is truncated, cannot be parsed, is nested or filled beyond reason, lacks a UID or has no pixel data.
        OSError: the file cannot be read.
    """
    with _opened(path, data_set_offset, transfer_syntax_uid, most_bytes) as (data, start):
        return parse_header(data, transfer_syntax_uid, start)


def parse_header(data: Encoded, transfer_syntax_uid: UID, start: int = 0) -> Header:
    """Return the header of the encoded (and inflated) data set in `data`; see `read_header`."""
    encoding = Encoding(transfer_syntax_uid.is_implicit_VR, not transfer_syntax_uid.is_little_endian)
    values: dict[int, bytes] = {}
    pixels: Element | None = None
    for element in ElementWalk(data, encoding, start).elements():
        if element.tag in _WANTED and element.tag not in values:
            values[element.tag] = bytes(data[element.start : min(element.end, element.start + _LONGEST_VALUE)])
        elif element.tag == PIXEL_DATA:
            pixels = element
    header = Header(
        study_instance_uid=_uid(values, _STUDY_INSTANCE_UID, "Study Instance UID"),
        series_instance_uid=_uid(values, _SERIES_INSTANCE_UID, "Series Instance UID"),
        sop_instance_uid=_uid(values, _SOP_INSTANCE_UID, "SOP Instance UID"),
        sop_class_uid=_text(values, _SOP_CLASS_UID),
    )
    _check_size(len(data) - start, pixels)
    _check_pixels(pixels, values, encoding)
    return header


def is_uid(value: str) -> bool:
    """Return whether `value` is a UID that may stand in a path."""
    return len(value) <= 64 and _UID.fullmatch(value) is not None


def _text(values: dict[int, bytes], tag: int) -> str:
    return values.get(tag, b"").decode("ascii", "replace").strip("\0 ")


def _uid(values: dict[int, bytes], tag: int, name: str) -> str:
    value = _text(values, tag)
    if not value:
        raise Refused(Outcome.UID_MISSING, f"no {name}")
    if not is_uid(value):
        raise Refused(Outcome.UID_INVALID, f"{name} is no UID (PS3.5 9.1)")
    return value


def _check_size(data_set_bytes: int, pixels: Element | None) -> None:
    """Raise Refused where what stands beside the pixel data is larger than any header."""
    header_bytes = data_set_bytes - (pixels.end - pixels.start if pixels is not None else 0)
    if header_bytes > MOST_HEADER_BYTES:
        raise Refused(Outcome.TOO_COMPLEX, f"{header_bytes} bytes beside the pixel data, of {MOST_HEADER_BYTES}")


def _check_pixels(pixels: Element | None, values: dict[int, bytes], encoding: Encoding) -> None:
    """Raise Refused where there is no pixel data, or less of it than rows, columns and frames need."""
    if pixels is None or pixels.start == pixels.end or pixels.fragments == 0:
        raise Refused(Outcome.NO_PIXEL_DATA, "no (7FE0,0010) Pixel Data, or an empty one")
    needed = _native_bytes(values, encoding) if pixels.fragments is None else 0
    if pixels.end - pixels.start < needed:
        raise Refused(Outcome.TRUNCATED, f"pixel data has {pixels.end - pixels.start} of {needed} bytes")


def _native_bytes(values: dict[int, bytes], encoding: Encoding) -> int:
    """Return the length uncompressed pixel data must have (PS3.5 8.1.1); 0 where the image module does not say."""
    order = "big" if encoding.big_endian else "little"

    def number(tag: int, default: int) -> int:
        return int.from_bytes(values[tag][:2], order) if values.get(tag) else default  # type: ignore[arg-type]

    frames = _text(values, _FRAMES)
    # YBR_FULL_422 shares two chroma samples between two pixels (PS3.3 C.7.6.3.1.2).
    samples = 2 if _text(values, _PHOTOMETRIC) == "YBR_FULL_422" else number(_SAMPLES, 1)
    pixels = number(_ROWS, 0) * number(_COLUMNS, 0) * (int(frames) if frames.isdecimal() else 1)
    return (pixels * samples * number(_BITS, 0) + 7) // 8


@contextmanager
def _opened(path: Path, offset: int, syntax: UID, most_bytes: int) -> Iterator[tuple[Encoded, int]]:
    with path.open("rb", buffering=0) as file:
        if not syntax.is_deflated:
            with _mapped(file) as data:
                yield data, offset
            return
        file.seek(offset)
        with TemporaryFile(dir=path.parent) as inflated:
            _inflate(file, inflated, most_bytes)
            with _mapped(inflated) as data:
                yield data, 0


@contextmanager
def _mapped(file: IO[bytes]) -> Iterator[Encoded]:
    if os.fstat(file.fileno()).st_size == 0:  # an empty file cannot be mapped
        yield b""
        return
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        yield data


def _inflate(source: IO[bytes], target: IO[bytes], most_bytes: int) -> None:
    """Inflate raw deflate data (PS3.5 A.5).

    Raises:
        Refused: it does not inflate, ends too soon, or grows over `most_bytes`.
    """
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    written = 0
    while not inflater.eof and (chunk := inflater.unconsumed_tail or source.read(_INFLATE_CHUNK)):
        try:
            written += target.write(inflater.decompress(chunk, _INFLATE_CHUNK))
        except zlib.error as error:
            raise Refused(Outcome.UNPARSABLE, "the deflated data set does not inflate") from error
        if written > most_bytes:
            raise Refused(Outcome.TOO_LARGE, f"the data set inflates to more than {most_bytes} bytes")
    if not inflater.eof:
        raise Refused(Outcome.TRUNCATED, "the deflated data set ends before its last block")
    target.flush()
