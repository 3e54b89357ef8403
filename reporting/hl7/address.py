"""The last step before a message leaves: to whom, in which characters, and once more past hl7apy.

What was composed is UTF-8. A receiver that reads another set of HL7 table 0211 gets its message in that set, or none:
a name with a letter replaced is another name.
"""

from collections.abc import Mapping
from typing import Final

from config.destination import HL7CharacterSet
from domain.errors import DocumentError
from reporting.conformance.hl7 import find_structure_problems
from reporting.hl7 import er7

#: HL7 table 0211 to Python's codecs.
ENCODINGS: Final[Mapping[HL7CharacterSet, str]] = {
    "UNICODE UTF-8": "utf-8",
    "ASCII": "ascii",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
}
_ADVICE: Final = "set character_set of this destination to one that its receiver reads and that has them, and retry"
_APPLICATION, _FACILITY, _CHARACTER_SET = 4, 5, 17  # MSH-5, MSH-6, MSH-18: MSH-1 is the separator itself


def address(
    content: bytes,
    receiving_application: str,
    receiving_facility: str,
    character_set: HL7CharacterSet = "UNICODE UTF-8",
) -> bytes:
    """Return a message with MSH-5, MSH-6 and MSH-18 of one receiver, in its characters; the rest, MSH-10 too, stays.

    Raises:
        DocumentError: the set cannot carry every character, or hl7apy refuses what would leave.
    """
    head, end, rest = content.decode().partition(er7.SEGMENT_END)
    fields = head.split("|")
    fields[_APPLICATION], fields[_FACILITY] = er7.escape(receiving_application), er7.escape(receiving_facility)
    fields[_CHARACTER_SET] = character_set
    text = "|".join(fields) + end + rest
    if problems := find_structure_problems(text):
        raise DocumentError(f"the addressed message is none ({'; '.join(problems)}): report this")
    try:
        return text.encode(ENCODINGS[character_set])
    except UnicodeEncodeError:
        pass  # its sentence would repeat the message, and with it a name
    raise DocumentError(f"the message has characters that {character_set} cannot carry: {_ADVICE}")
