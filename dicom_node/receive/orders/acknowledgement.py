"""The acknowledgement of an order (HL7 2.5.1 chapter 2.9, 2.15.8 MSA, 2.15.5 ERR), in the version that was spoken."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from dicom_node.receive.orders.er7 import Segment
from reporting.hl7 import er7


class Code(StrEnum):
    """Table 0008. AE: what came cannot be kept; AR: not a message for this node."""

    AA = "AA"
    AE = "AE"
    AR = "AR"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is answered: code, and where it is not AA why, where, and the error of table 0357."""

    code: Code
    why: str = ""
    place: str = ""
    error: int = 0


ACCEPTED = Verdict(Code.AA)
#: Table 0357, message error condition codes.
ERRORS = {
    100: "Segment sequence error",
    101: "Required field missing",
    102: "Data type error",
    103: "Table value not found",
    200: "Unsupported message type",
    202: "Unsupported processing id",
    203: "Unsupported version id",
    207: "Application internal error",
}


def acknowledge(header: Segment | None, verdict: Verdict, now: datetime) -> bytes:
    """Return the acknowledgement of a message; without a header it answers nobody in particular."""
    version = header.text(12) if header is not None else ""
    event = header.text(9, 2) if header is not None else ""
    control_id = header.text(10) if header is not None else ""
    names = [header.text(number) if header is not None else "" for number in (5, 6, 3, 4)]
    msh = {
        2: er7.ENCODING_CHARACTERS,
        **{number: _ascii(name) for number, name in zip((3, 4, 5, 6), names, strict=True)},
        7: now.strftime("%Y%m%d%H%M%S%z")[:19],
        9: er7.components("ACK", _ascii(event)),
        10: uuid4().hex[:20],
        11: _ascii(header.text(11)) if header is not None else "P",
        12: _ascii(version) or "2.5.1",
    }
    msa = {1: verdict.code.value, 2: _ascii(control_id), 3: er7.escape(verdict.why, limit_bytes=80)}
    segments = [er7.segment("MSH", msh), er7.segment("MSA", msa)]
    if verdict.code is not Code.AA:
        segments.append(er7.segment("ERR", _describe_error(verdict, version)))
    return er7.message(segments).encode("ascii", "replace")


def _describe_error(verdict: Verdict, version: str) -> dict[int, str]:
    """ERR-1 before version 2.5; ERR-2 to ERR-4 and ERR-8 since."""
    error = er7.components(str(verdict.error), ERRORS.get(verdict.error, ""), "HL70357")
    if version[:3] in ("2.1", "2.2", "2.3", "2.4"):
        place = verdict.place.split("^") if verdict.place else []
        located = [*place, "", "", ""][:3]
        return {1: "^".join((*located, error.replace("^", "&")))}
    return {2: verdict.place, 3: error, 4: "E", 8: er7.escape(verdict.why, limit_bytes=250)}


def _ascii(text: str) -> str:
    """Text of the sender in an acknowledgement, which is ASCII."""
    return er7.escape(text.encode("ascii", "replace").decode(), limit_bytes=180)
