"""Spoilt data sets, for receiving (the walk over the elements) and for reading (decoding)."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from dicom_node.receive.header import read_header
from dicom_node.receive.statuses import Refused
from domain.errors import MalformedInstance, UnsupportedInstance
from tests.fakes.radiographs import encode_data_set, make_radiograph, save_radiograph

#: The first byte of an input chooses one.
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
COMPRESSED = (JPEGBaseline8Bit, JPEGLSLossless, JPEG2000Lossless, RLELossless)
_MOST_BYTES = 1 << 20


@cache
def scratch() -> Path:
    """Return a folder in memory where there is one: every input becomes a file."""
    return Path(mkdtemp(prefix="osteonode-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))


def nested(ds: Dataset, depth: int) -> Dataset:
    """Return the data set with sequences in sequences."""
    inner = Dataset()
    inner.CodeValue = "1"
    for _ in range(depth):
        outer = Dataset()
        outer.ContentSequence = [inner]
        inner = outer
    ds.ContentSequence = [inner]
    return ds


def header_seeds() -> list[bytes]:
    """Return whole data sets, each with the number of its transfer syntax in front."""
    plain, deep = make_radiograph(1, rows=4, columns=4), nested(make_radiograph(2, rows=2, columns=2), 3)
    return [
        bytes([number]) + encode_data_set(ds, UID(syntax))
        for number, syntax in enumerate(SYNTAXES)
        for ds in (plain, deep)
    ]


def try_header(data: bytes) -> None:
    """Read what receiving must know of a data set."""
    syntax = UID(SYNTAXES[data[0] % len(SYNTAXES)] if data else SYNTAXES[0])
    path = scratch() / "received"
    path.write_bytes(data[1:])
    with suppress(Refused):
        read_header(path, 0, syntax, _MOST_BYTES)


def _compressed(syntax: UID) -> bytes:
    """Return a Part 10 file with a picture of 64 x 64 in a compressed syntax."""
    ds = make_radiograph(3, rows=64, columns=64, BitsAllocated=8, BitsStored=8, HighBit=7)
    grey = np.arange(4096, dtype=np.uint16).astype(np.uint8).reshape(64, 64)
    if syntax == JPEGBaseline8Bit:
        import cv2

        ds.PixelData = encapsulate([bytes(cv2.imencode(".jpg", grey)[1])])
        ds["PixelData"].VR = "OB"
    else:
        ds.PixelData = grey.tobytes()
        ds = dcmread(save_radiograph(ds, scratch() / "native"))
        ds.compress(syntax, generate_instance_uid=False)
    return save_radiograph(ds, scratch() / "seed", syntax).read_bytes()


@cache
def radiograph_seeds() -> Sequence[bytes]:
    """Return whole Part 10 files: native ones, and one in each compression."""
    windowed = make_radiograph(1, rows=16, columns=16, WindowCenter="2048", WindowWidth="400", RescaleSlope="2")
    native = [windowed, nested(make_radiograph(2, rows=16, columns=16), 2)]
    files = [save_radiograph(ds, scratch() / "seed").read_bytes() for ds in native]
    return [*files, *map(_compressed, COMPRESSED)]


def try_radiograph(data: bytes) -> None:
    """Do what a reader process does with a file, up to the models."""
    from inference.radiograph import develop, open_instance

    path = scratch() / "file"
    path.write_bytes(data)
    # A file that asks for more memory than there is is answered, too: `out-of-memory` of reader_child.
    with suppress(MalformedInstance, UnsupportedInstance, MemoryError):
        develop(open_instance(path))
