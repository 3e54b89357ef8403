"""Reading HL7 v2 ER7, tolerantly: delimiters from MSH, segments nobody here knows, line feeds between segments.

HL7 2.5.1 chapter 2.5 and 2.7. Fields are numbered as the Standard numbers them, MSH too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

#: HL7 table 0211 to Python's codecs; what a repeating MSH-18 adds for Japanese (ISO 2022) is one codec of Python's.
CHARACTER_SETS: Final[Mapping[str, str]] = {
    "ASCII": "ascii",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "ISO IR87": "iso2022_jp_2",
    "ISO IR159": "iso2022_jp_2",
    "ISO IR14": "iso2022_jp_2",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
}
_SEGMENT_END: Final = re.compile(r"[\r\n]+")
#: A value that is two quotation marks deletes what was there; here it is no value (2.5.3.6).
_NULL: Final = '""'


class NotHl7(ValueError):
    """What came is no HL7 message, or in characters that nobody can read; the text holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """MSH-1 and MSH-2."""

    field: str
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @classmethod
    def of(cls, header: str) -> "Delimiters":
        """Return those that an MSH segment states. Raises NotHl7 where it does not."""
        field = header[3:4]
        stated = header[4:].split(field, maxsplit=1)[0] if field else ""
        if len(stated) < 2 or len({field, *stated}) != len(stated) + 1 or not (field + stated).isascii():
            raise NotHl7("MSH-1 and MSH-2 do not state the delimiters")
        return cls(field, *stated[:4])

    def unescape(self, text: str) -> str:
        """Return text without its escape sequences; formatting commands go (2.7)."""
        marks = {"F": self.field, "S": self.component, "T": self.subcomponent, "R": self.repetition, "E": self.escape}
        pattern = re.escape(self.escape) + r"([^" + re.escape(self.escape) + r"]*)" + re.escape(self.escape)
        return re.sub(pattern, lambda found: marks.get(found[1], " " if found[1].startswith(".") else ""), text)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; a field that it does not have is empty."""

    name: str
    fields: tuple[str, ...]
    delimiters: Delimiters

    def raw(self, field: int) -> str:
        """Return a field as it came."""
        return self.fields[field] if field < len(self.fields) else ""

    def repetitions(self, field: int) -> list[list[str]]:
        """Return the components of each repetition of a field that has a value, as they came."""
        marks = self.delimiters
        return [
            repetition.split(marks.component)
            for repetition in self.raw(field).split(marks.repetition)
            if repetition.strip() and repetition.strip() != _NULL
        ]

    def text(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """Return a component of a field's first repetition as text, empty where it is not there."""
        repetitions = self.repetitions(field)
        return self.part(repetitions[0], component, subcomponent) if repetitions else ""

    def part(self, components: list[str], component: int, subcomponent: int = 1) -> str:
        """Return a component of a repetition as text, empty where it is not there."""
        value = components[component - 1] if component <= len(components) else ""
        parts = value.split(self.delimiters.subcomponent)
        found = self.delimiters.unescape(parts[subcomponent - 1]).strip() if subcomponent <= len(parts) else ""
        return "" if found == _NULL else found


@dataclass(frozen=True, slots=True)
class Message:
    """The segments of a message; the first is MSH."""

    segments: tuple[Segment, ...]

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    def named(self, name: str) -> Iterator[Segment]:
        """Yield the segments of a name."""
        return (segment for segment in self.segments if segment.name == name)


def read_header(content: bytes) -> Segment:
    """Return MSH alone, with whatever is not ASCII replaced: enough to answer what cannot be read further.

    Raises:
        NotHl7: there is none.
    """
    first = _SEGMENT_END.split(content.decode("latin-1").lstrip(), maxsplit=1)[0]
    return (
        _read_segment(first, Delimiters.of(first)) if first.startswith("MSH") else _fail("no MSH segment at the start")
    )


def read_message(content: bytes, unnamed_character_set: str) -> Message:
    """Return a message in the characters that MSH-18 names, or in `unnamed_character_set` where it names none.

    Raises:
        NotHl7: it has no MSH, or its bytes are not in those characters.
    """
    encoding = _encoding_of(read_header(content), unnamed_character_set)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise NotHl7("the bytes are not in the character set of MSH-18, or of orders.character_set where it names none")
    lines = [line for line in _SEGMENT_END.split(text.lstrip("\ufeff \r\n")) if line.strip()]
    delimiters = Delimiters.of(lines[0])
    return Message(tuple(_read_segment(line, delimiters) for line in lines))


def _read_segment(line: str, delimiters: Delimiters) -> Segment:
    values = line.split(delimiters.field)
    if values[0] == "MSH":
        values.insert(1, delimiters.field)
    return Segment(values[0].strip().upper(), tuple(values), delimiters)


def _encoding_of(header: Segment, unnamed_character_set: str) -> str:
    named = [header.part(each, 1).upper() for each in header.repetitions(18)] or [unnamed_character_set]
    unknown = [name for name in named if name not in CHARACTER_SETS]
    if unknown:
        raise NotHl7("MSH-18 names a character set that is not read here: use UNICODE UTF-8")
    encodings = [CHARACTER_SETS[name] for name in named]
    return next((each for each in encodings if each.startswith("iso2022")), encodings[0])


def _fail(why: str) -> Segment:
    raise NotHl7(why)
