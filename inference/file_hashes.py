"""The digests by which a manifest names the files of a model."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def hash_files(paths: Iterable[Path]) -> dict[str, str]:
    """Return the sha256 of each file, lower-case hex, by its name alone; raises OSError where one cannot be read."""
    return {path.name: _sha256(path) for path in paths}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
