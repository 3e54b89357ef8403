"""HL7 v2 ER7 encoding: escapes, components, bounds (HL7 2.5.1 chapter 2). No library escapes an FT right."""

import unicodedata
from collections.abc import Iterable, Mapping

from pydicom.sr.coding import Code

#: Chapter 2.7.1; the escape character first, or the escapes would be escaped.
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
#: Longest text of the data types FT and ST (chapter 2.A).
FT_LIMIT_BYTES, ST_LIMIT_BYTES = 65536, 199
LINE_BREAK = "\\.br\\"
SEGMENT_END = "\r"
ENCODING_CHARACTERS = "^~\\&"


def escape(text: str, *, limit_bytes: int = 0) -> str:
    """Escape text for one component; control characters go; a limit never cuts inside an escape."""
    return _encode(" ".join(text.splitlines()), limit_bytes)


def escape_lines(lines: tuple[str, ...], *, limit_bytes: int) -> str:
    """Escape lines for an FT value, a line break command between them."""
    encoded = ""
    for line in lines:
        separator = LINE_BREAK if encoded else ""
        room = limit_bytes - len((encoded + separator).encode())
        whole = escape(line)
        if room < len(whole.encode()):
            return encoded + (separator + escape(line, limit_bytes=room) if room > 0 else "")
        encoded += separator + whole
    return encoded


def _encode(text: str, limit_bytes: int) -> str:
    encoded, used = [], 0
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs"):
            continue
        piece = _ESCAPES.get(character, character)
        used += len(piece.encode())
        if limit_bytes and used > limit_bytes:
            break
        encoded.append(piece)
    return "".join(encoded)


def components(*values: str) -> str:
    """Join components that are already escaped; empty ones at the end go."""
    return "^".join(values).rstrip("^")


def repetitions(values: Iterable[str]) -> str:
    """Join the repetitions of a field, each already encoded."""
    return "~".join(values)


def code_element(code: Code) -> str:
    """A coded element (CWE): identifier, text, coding system."""
    return components(escape(code.value), escape(code.meaning), escape(code.scheme_designator))


def segment(name: str, fields: Mapping[int, str]) -> str:
    """Return a segment from fields by number, from 1; MSH counts its separator as field 1, so its fields start at 2."""
    first = 2 if name == "MSH" else 1
    values = [fields.get(number, "") for number in range(first, max(fields) + 1)]
    return "|".join([name, *values])


def message(segments: list[str]) -> str:
    """Join segments; each ends with a carriage return."""
    return "".join(text + SEGMENT_END for text in segments)
