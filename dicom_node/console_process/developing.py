"""A picture of a stored image that no reading left one of: drawn in a process of its own, which may use so much memory.

`python -m dicom_node.console_process.developing FILE SIDE_PX` writes a JPEG to stdout. The picture is upright as
stored, bone bright (PS3.3 C.7.6.3.1.2: MONOCHROME1 is inverted), windowed as for reading.
"""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Final

_SECONDS: Final = 20.0
_MOST_BYTES: Final = 1024 * 1024 * 1024


class Developer:
    """Develops one image at a time. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()

    def develop(self, path: Path, side_px: int) -> bytes:
        """Return a JPEG of at most `side_px` a side; raises OSError where none can be made of the file."""
        command = (sys.executable, "-m", "dicom_node.console_process.developing", str(path), str(side_px))
        with self._lock:
            try:
                done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
            except subprocess.SubprocessError as error:
                raise OSError("no picture could be made of the image") from error
        return done.stdout


def draw(path: Path, side_px: int) -> bytes:
    """Return a JPEG of a stored image; raises what the decoders raise."""
    from PIL import Image

    from inference.decode import can_decode, decode, is_cut
    from inference.grey_image import GreyImage
    from inference.grey_levels import grey_levels
    from inference.header import quietly, read_header
    from inference.radiograph import open_instance

    with quietly():
        ds = open_instance(path)
        header = read_header(ds)
        if not can_decode(header) or is_cut(ds, header):
            raise ValueError("the pixel data cannot be decoded")
        stored = decode(ds, header)
        is_grey = stored.ndim == 2
        shown = GreyImage(stored, grey_levels(ds, header, stored).table).bytes() if is_grey else stored
    picture = Image.fromarray(shown)
    picture.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    written = BytesIO()
    picture.save(written, "JPEG", quality=88)
    return written.getvalue()


def main() -> None:
    """Write the picture of the file that the command line names, or end with 1."""
    from dicom_node.pipeline.memory_limit import limit_growth

    limit_growth(_MOST_BYTES)
    try:
        picture = draw(Path(sys.argv[1]), int(sys.argv[2]))
    except Exception:  # the outermost frame of the process; what was wrong with the file is not for here
        sys.exit(1)
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
