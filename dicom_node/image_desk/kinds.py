"""What kind of image a file is, by its first bytes: a name or a header may say anything."""

from dataclasses import dataclass
from typing import Final

#: So many bytes tell it: a preamble of 128, and the prefix of Part 10 (PS3.10 7.1).
HEAD_BYTES: Final = 132


@dataclass(frozen=True, slots=True)
class ImageKind:
    """A kind of image that can be read.

    Attributes:
        suffix: of its file, by which readers know it.
        at: where its signature stands in a file.
    """

    name: str
    media_type: str
    suffix: str
    signature: bytes
    at: int = 0

    @property
    def is_dicom(self) -> bool:
        """Whether it has a header that may speak of a patient."""
        return self.name == "DICOM"


KINDS: Final = (
    ImageKind("DICOM", "application/dicom", ".dcm", b"DICM", 128),
    ImageKind("PNG", "image/png", ".png", b"\x89PNG\r\n\x1a\n"),
    ImageKind("JPEG", "image/jpeg", ".jpg", b"\xff\xd8\xff"),
)


def find_kind(head: bytes) -> ImageKind | None:
    """Return what a file is that begins with `head`, None for anything that is not read here."""
    return next((kind for kind in KINDS if head[kind.at :].startswith(kind.signature)), None)
