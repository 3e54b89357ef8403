"""An HL7 message as it was sent: a segment to a line, and what each is."""

from dataclasses import dataclass
from typing import Final

#: MSH-18 to what Python calls it (HL7 table 0211).
_CHARACTER_SETS: Final = {
    "ASCII": "ascii",
    "8859/1": "iso8859-1",
    "8859/6": "iso8859-6",
    "8859/15": "iso8859-15",
    "UNICODE UTF-8": "utf-8",
}
_PREFIX: Final = b"MSH|"
#: MSH-1 is the separator itself, so the field of number n stands at n - 1.
_MSH_18: Final = 17


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, and what stands behind it, as it was sent."""

    name: str
    text: str


def read_message(content: bytes) -> tuple[Segment, ...]:
    """Return the segments of a message, in its own character set; what that does not know is marked."""
    lines = content.split(b"\r")
    text = [line.decode(_character_set(lines[0]), errors="replace") for line in lines if line.strip()]
    return tuple(Segment(line[:3], line[3:]) for line in text)


def _character_set(header: bytes) -> str:
    """Return the character set of a message by its MSH-18; UTF-8, which ASCII is part of, where it names none."""
    fields = header.split(b"|") if header.startswith(_PREFIX) else []
    named = fields[_MSH_18].decode("ascii", errors="replace") if len(fields) > _MSH_18 else ""
    return _CHARACTER_SETS.get(named.partition("~")[0], "utf-8")
