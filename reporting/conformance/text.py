"""Text that a document's character set cannot carry: it would arrive as question marks, or as another text.

The character set is the source's and not ours to change. What is copied from the source stands as it stood there.
"""

from collections.abc import Iterator

from pydicom import DataElement, Dataset
from pydicom.multival import MultiValue

from reporting.character_set import can_carry
from reporting.source import identity_keywords

#: Value representations whose repertoire is Specific Character Set's (PS3.5 6.1.2.2).
_TEXTS = ("LO", "LT", "PN", "SH", "ST", "UC", "UT")
#: May be in the language of the site; all else that we write is ASCII.
_LOCAL = ("TextValue",)
#: Beside the patient and the study: a grey scale that is copied whole.
_COPIED = ("ModalityLUTSequence", "SoftcopyVOILUTSequence", "RescaleType")
#: What a reader makes of bytes that its character set does not have.
_REPLACEMENT = "\ufffd"


def find_lost_text(ds: Dataset) -> list[str]:
    """Return one sentence per element of ours with text that does not survive in this data set's character set."""
    copied = {*identity_keywords(), *_COPIED}
    return list(dict.fromkeys(_walk(ds, ds, copied)))


def _walk(item: Dataset, document: Dataset, copied: set[str]) -> Iterator[str]:
    for element in item:
        if element.keyword in copied:
            continue
        if element.VR == "SQ":
            for nested in element.value or ():
                yield from _walk(nested, document, copied)
        elif element.VR in _TEXTS:
            yield from _check(element, document)


def _check(element: DataElement, document: Dataset) -> Iterator[str]:
    values = element.value if isinstance(element.value, MultiValue) else [element.value]
    text = "".join(str(value) for value in values if value is not None)
    if text.isascii():
        return
    if element.keyword not in _LOCAL:
        yield f"{element.keyword} is not ASCII"
    elif _REPLACEMENT in text or not can_carry(document, text):
        yield f"{element.keyword} is outside the character set"
