"""What the storage SCP accepts: SOP classes and transfer syntaxes, in our order of preference; docs/dicom-network.md.

The acceptor chooses the transfer syntax of a presentation context (PS3.8 9.3.3.2): the first of this table that the
peer proposes. Uncompressed comes first, so that peers which can decompress do it for us.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Final

from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from config.image_classes import SOP_CLASS_OF

#: Image classes of plain radiographs (PS3.4 B.5). For-processing images are taken here and declined by eligibility.
STORAGE_SOP_CLASSES: tuple[UID, ...] = tuple(UID(uid) for uid, _keyword in SOP_CLASS_OF.values())

#: Syntaxes that need no decoder of pixels.
NATIVE_TRANSFER_SYNTAXES: tuple[UID, ...] = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,  # PS3.5 10.1: the default that everyone must take
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
)

#: JPEG Extended (1.2.840.10008.1.2.4.51) is left out: only GPL code decodes its 12 bits.
COMPRESSED_TRANSFER_SYNTAXES: tuple[UID, ...] = (
    JPEGLosslessSV1,
    JPEGLossless,
    JPEGLSLossless,
    JPEG2000Lossless,
    RLELossless,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEGBaseline8Bit,
    JPEGLSNearLossless,
    JPEG2000,
    HTJ2K,
)


#: Compressed syntax -> packages of which one decodes it, in the process that reads. They are looked for and not loaded:
#: the processes that receive and answer decode nothing.
_DECODERS: Mapping[UID, tuple[str, ...]] = {
    JPEGLosslessSV1: ("gdcm",),
    JPEGLossless: ("gdcm",),
    JPEGBaseline8Bit: ("gdcm", "PIL"),
    JPEGLSLossless: ("gdcm", "jpeg_ls"),
    JPEGLSNearLossless: ("gdcm", "jpeg_ls"),
    JPEG2000Lossless: ("gdcm", "openjpeg"),
    JPEG2000: ("gdcm", "openjpeg"),
    HTJ2KLossless: ("openjpeg",),
    HTJ2KLosslessRPCL: ("openjpeg",),
    HTJ2K: ("openjpeg",),
    RLELossless: ("pydicom",),
}


def is_decodable(transfer_syntax_uid: UID) -> bool:
    """Return whether pixels in this syntax can be read with what is installed."""
    if transfer_syntax_uid in NATIVE_TRANSFER_SYNTAXES:
        return True
    return any(find_spec(package) is not None for package in _DECODERS.get(transfer_syntax_uid, ()))


def undecodable(transfer_syntax_uids: Iterable[UID] = COMPRESSED_TRANSFER_SYNTAXES) -> tuple[UID, ...]:
    """Return those of the syntaxes that lack a decoder on this machine; empty on a complete installation."""
    return tuple(uid for uid in transfer_syntax_uids if not is_decodable(uid))


@cache
def decodable() -> tuple[UID, ...]:
    """Return the transfer syntaxes of images, the preferred first: what could not be decoded later is not taken in."""
    missing = undecodable()
    return tuple(uid for uid in NATIVE_TRANSFER_SYNTAXES + COMPRESSED_TRANSFER_SYNTAXES if uid not in missing)


def supported_contexts(sop_class_uids: Iterable[str] = STORAGE_SOP_CLASSES) -> list[PresentationContext]:
    """Return the presentation contexts to support for a peer that may send these classes; C-ECHO is for everyone."""
    allowed = frozenset(sop_class_uids)
    syntaxes = decodable()
    contexts = [_context(sop_class, syntaxes) for sop_class in STORAGE_SOP_CLASSES if sop_class in allowed]
    return [*contexts, _context(Verification, (ExplicitVRLittleEndian, ImplicitVRLittleEndian))]


def explain_refused(contexts: Sequence[PresentationContext], allowed: Iterable[str]) -> list[str]:
    """Return why presentation contexts were refused (PS3.8 Table 9-18): a sentence a reason, with the key that admits.

    What a change here or at the sender would admit is named in full; of the classes that nobody may send only a few,
    for many senders propose every class there is.

    Args:
        contexts: the refused ones.
        allowed: SOP Class UIDs that the peer may send.
    """
    classes = dict.fromkeys(UID(context.abstract_syntax or "") for context in contexts)
    refused = {reason: [uid.name for uid in classes if _reason(uid, frozenset(allowed)) == reason] for reason in _SHOWN}
    return [f"{_list_names(names, _SHOWN[reason])}: {reason}" for reason, names in refused.items() if names]


_UNDECODABLE: Final = "none of its transfer syntaxes can be decoded here; let the sender propose Explicit VR LE"
_NOT_NAMED: Final = "not among sop_classes of the [[sender]] or of the [[application_entity]] that it called"
_FOREIGN: Final = "no plain radiographs, and taken from nobody"
#: Reason -> how many names of classes stand before it.
_SHOWN: Final[Mapping[str, int]] = {_UNDECODABLE: 100, _NOT_NAMED: 100, _FOREIGN: 3}


def _reason(uid: UID, allowed: frozenset[str]) -> str:
    if uid in allowed or uid == Verification:
        return _UNDECODABLE
    return _NOT_NAMED if uid in STORAGE_SOP_CLASSES else _FOREIGN


def _list_names(names: Sequence[str], shown: int) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}"


def _context(abstract_syntax: UID, transfer_syntaxes: tuple[UID, ...]) -> PresentationContext:
    context = PresentationContext()
    context.abstract_syntax = abstract_syntax
    context.transfer_syntax = list(transfer_syntaxes)
    return context
