"""What the storage SCP accepts: SOP classes and transfer syntaxes, in our order of preference.

The acceptor chooses the transfer syntax of a presentation context (PS3.8 9.3.3.2): the first of this table that the
peer proposes. Uncompressed comes first, so that peers which can decompress do it for us.
"""

from collections.abc import Iterable

from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    JPEG2000,
    UID,
    ComputedRadiographyImageStorage,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
    XRayRadiofluoroscopicImageStorage,
)
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

#: Image classes of plain radiographs (PS3.4 B.5). For-processing images are taken here and declined by eligibility.
STORAGE_SOP_CLASSES: tuple[UID, ...] = (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
    XRayRadiofluoroscopicImageStorage,
)

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
    JPEGBaseline8Bit,
    JPEGLSNearLossless,
    JPEG2000,
)


def is_decodable(transfer_syntax_uid: UID) -> bool:
    """Return whether pixels in this syntax can be read with what is installed."""
    if transfer_syntax_uid in NATIVE_TRANSFER_SYNTAXES:
        return True
    try:
        return bool(get_decoder(transfer_syntax_uid).is_available)
    except NotImplementedError:
        return False


def undecodable(transfer_syntax_uids: Iterable[UID] = COMPRESSED_TRANSFER_SYNTAXES) -> tuple[UID, ...]:
    """Return those of the syntaxes that lack a decoder on this machine; empty on a complete installation."""
    return tuple(uid for uid in transfer_syntax_uids if not is_decodable(uid))


def decodable() -> list[UID]:
    """Return the transfer syntaxes that images are taken in, in our order of preference."""
    missing = undecodable()
    return [uid for uid in NATIVE_TRANSFER_SYNTAXES + COMPRESSED_TRANSFER_SYNTAXES if uid not in missing]


def supported_contexts() -> list[PresentationContext]:
    """Return the presentation contexts to support: what could not be decoded later is not taken in."""
    syntaxes = decodable()
    contexts = [_context(sop_class, syntaxes) for sop_class in STORAGE_SOP_CLASSES]
    return [*contexts, _context(Verification, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])]


def _context(abstract_syntax: UID, transfer_syntaxes: list[UID]) -> PresentationContext:
    context = PresentationContext()
    context.abstract_syntax = abstract_syntax
    context.transfer_syntax = list(transfer_syntaxes)
    return context
