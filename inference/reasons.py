"""Why an image was not analysed: every coded reason, once.

The codes are stable: they stand in documents, in findings and in the operations guide. The texts are one sentence of
ASCII, the same for every image, so that no header can speak through them. Imports nothing heavy: any process may ask.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.finding import Reason

MIN_SIDE_PX = 64
MAX_SIDE_PX = 16_384
MAX_PIXELS = 200_000_000

_TEXTS: Mapping[str, str] = {
    "not-dicom": "The file is not a DICOM file or a picture that can be opened.",
    "sop-class-not-supported": "The object is not a radiograph: its SOP class is not CR, DX, RF or secondary capture.",
    "own-result": "The image is a result of this software, with boxes and text drawn on it, and not a radiograph.",
    "modality-not-supported": "The image is not a radiograph: its modality is not CR, DX, RF or a capture of one.",
    "for-processing": "The image is for processing, not for presentation; please send the image for presentation.",
    "body-part-not-supported": "The body part in the header is not one that the models were trained on.",
    "no-pixel-data": "The object has no pixel data.",
    "multi-frame": "The object has more than one frame; only single radiographs are read.",
    "image-size-not-supported": f"The image is smaller than {MIN_SIDE_PX} or larger than {MAX_SIDE_PX} pixels a side, "
    f"or has more than {MAX_PIXELS // 1_000_000} million pixels.",
    "pixel-format-not-supported": "The pixels are in a format that cannot be shown as a radiograph.",
    "transfer-syntax-not-decodable": "The pixel data are compressed in a way that cannot be decoded here.",
    "pixel-data-truncated": "The pixel data are shorter than the header says.",
    "pixel-data-not-decodable": "The pixel data are damaged and cannot be decoded.",
    "image-without-contrast": "All pixels have the same value.",
    "colour-picture": "The picture has colours: it is a photograph or a drawing, and not a radiograph.",
    "region-not-recognised": "The models do not recognise a body region that they were trained on.",
    "model-failed": "The models failed on this image.",
    "reader-failed": "The reader failed on this image in a way that nobody foresaw.",
    "out-of-memory": "The reader ran out of memory on this image.",
    "reader-crashed": "The reader process ended unexpectedly on this image.",
    "deadline-exceeded": "The image was not read within the deadline.",
    "reader-unavailable": "No reader process could be started.",
}

#: Why an image is here and could not be read although a radiograph may be in it: somebody should look.
NOT_DECODED: Final = (
    *("not-dicom", "no-pixel-data", "image-size-not-supported", "pixel-format-not-supported"),
    *("transfer-syntax-not-decodable", "pixel-data-truncated", "pixel-data-not-decodable"),
    *("reader-failed", "out-of-memory", "reader-crashed", "deadline-exceeded"),
)

#: Every reason by its code.
REASONS: Mapping[str, Reason] = MappingProxyType({code: Reason(code, text) for code, text in _TEXTS.items()})
