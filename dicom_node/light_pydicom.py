"""pydicom without what a process does not need of it: up to 25 MiB less each, and a shorter start."""

import sys
from typing import Final

#: What downloads its test files.
_DOWNLOADING: Final = ("requests", "tqdm")
#: What decodes pixels. Some packages register themselves with others of these, so all or none are kept out.
_DECODING: Final = ("gdcm", "jpeg_ls", "libjpeg", "openjpeg", "pylibjpeg", "rle")


def load_pydicom(*, decoders: bool) -> None:
    """Load pydicom while packages that it would load for nothing cannot be found; whoever wants one later finds it.

    Nothing happens where pydicom is loaded already.

    Args:
        decoders: this process decodes pixels.
    """
    if "pydicom" in sys.modules:
        return
    unwanted = _DOWNLOADING if decoders else _DOWNLOADING + _DECODING
    absent = [name for name in unwanted if name not in sys.modules]
    # None says that there is no such module (The import system, 5.3.1).
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        import pydicom.pixels  # noqa: F401
    finally:
        for name in absent:
            del sys.modules[name]
