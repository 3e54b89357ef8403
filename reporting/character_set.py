"""Which text a DICOM object can carry: its Specific Character Set is its source's and not ours to change."""

import warnings
from collections.abc import Iterable

from pydicom import Dataset
from pydicom.charset import convert_encodings, decode_bytes, default_encoding, encode_string
from pydicom.multival import MultiValue

#: Of a text value (PS3.5 6.1.2.5.3): where code extensions end.
_DELIMITERS = {0x0A, 0x0C, 0x0D}


def can_carry(header: Dataset, text: str) -> bool:
    """Return whether text survives in an object of a header's Specific Character Set (0008,0005), PS3.5 6.1.

    Without one, the default repertoire is ASCII. A character set that is not known carries ASCII only.
    """
    if text.isascii():
        return True
    stated = header.get("SpecificCharacterSet") or ""
    terms = [str(term) for term in stated] if isinstance(stated, MultiValue) else [str(stated)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            codecs = convert_encodings(terms)
            return _begins_right(text, codecs) and _returns(text, codecs)
        except (UserWarning, LookupError, ValueError):
            return False


def _begins_right(text: str, codecs: Iterable[str]) -> bool:
    """Whether one of the sets has all of it. pydicom takes Latin-1 for the default repertoire, which has no accents."""
    first = next((codec for codec in codecs if _encodes(text, codec)), default_encoding)
    return first != default_encoding


def _encodes(text: str, codec: str) -> bool:
    try:
        return bool(encode_string(text, [codec]))
    except (UserWarning, UnicodeError):
        return False


def _returns(text: str, codecs: list[str]) -> bool:
    return decode_bytes(encode_string(text, codecs), codecs, _DELIMITERS) == text
