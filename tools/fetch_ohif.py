"""Fetch OHIF's built viewer, which tests look at our documents in: python tools/fetch_ohif.py .viewers/ohif.

locks/ohif.txt names the npm package and what its content hashes to. Without npm or a registry it says what is left out.
"""

import base64
import hashlib
import os
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

LOCK = Path(__file__).resolve().parents[1] / "locks" / "ohif.txt"
PACK_SECONDS = 600
_BUILT = PurePosixPath("package/dist")
#: Three quarters of the package: debugging, slides, and models that segment at a click.
_LEFT_OUT = (".map", ".txt")
_LEFT_OUT_FOLDERS = {"ort", "dicom-microscopy-viewer"}


def main() -> None:
    """Fetch, check and unpack into the folder that the command line names."""
    target = Path(sys.argv[1])
    package, integrity = LOCK.read_text(encoding="utf-8").split()
    with TemporaryDirectory() as folder:
        archive = fetch(package, Path(folder))
        if archive is None:
            print(f"left out: structured reports and captures in OHIF (npm pack {package} does not work here)")
            return
        if hash_content(archive) != integrity:
            sys.exit(f"{package} is not what locks/ohif.txt says: nothing was unpacked")
        print(f"unpacking {package} (50 MB, once)...")
        unpack(archive, target)
    (target / ".fetched").touch()


def fetch(package: str, folder: Path) -> Path | None:
    """Return the package as a file; None where there is no npm, or none that can fetch it."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=PACK_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    (archive,) = folder.glob("*.tgz")
    return archive


def hash_content(archive: Path) -> str:
    """Return the hash of a file as npm writes it (W3C Subresource Integrity)."""
    return "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def unpack(archive: Path, target: Path) -> None:
    """Write what a browser asks for."""
    with tarfile.open(archive) as package:
        for member in package:
            path = PurePosixPath(member.name)
            if member.isfile() and path.is_relative_to(_BUILT) and is_served(path.relative_to(_BUILT)):
                member.name = os.fspath(path.relative_to(_BUILT))
                package.extract(member, target, filter="data")


def is_served(path: PurePosixPath) -> bool:
    """Say whether the viewer needs a file to show radiographs."""
    return path.suffix not in _LEFT_OUT and path.parts[0] not in _LEFT_OUT_FOLDERS


if __name__ == "__main__":
    main()
