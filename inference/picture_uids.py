"""The UIDs of a picture without a header: they follow from its bytes alone, so the same file is the same image."""

from domain.uid import derive_uid


def picture_uid(level: str, sha256: str) -> str:
    """Return the UID of a `level`, "study", "series" or "instance", of a PNG or JPEG with this digest."""
    return derive_uid("picture", level, sha256)
