"""AE titles as they stand in an A-ASSOCIATE-RQ, before anything decodes it: what is none is refused in words."""

from typing import Final

from dicom_node.receive.admission import Refusal, Rejection

_CALLED: Final = slice(10, 26)  # PS3.8 Table 9-11
_CALLING: Final = slice(26, 42)
_PRINTABLE: Final = frozenset(range(0x20, 0x7F)) - {ord("\\")}
_WHICH: Final = (
    (_CALLED, "called", Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED),
    (_CALLING, "calling", Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
)


def refuse_written(pdu: bytes, address: str) -> Refusal | None:
    """Return why the titles of an A-ASSOCIATE-RQ cannot be used, None where they can (PS3.5 6.2, VR AE)."""
    for place, name, rejection in _WHICH:
        title = pdu[place]
        if fault := _fault(title):
            shown = ascii(title.decode("latin-1").strip(" "))
            explanation = f"a peer at {address} asked with the {name} AE title {shown}, which {fault}: correct it there"
            return Refusal(rejection, explanation)
    return None


def end_at_nul(pdu: bytes) -> bytes:
    """Return an A-ASSOCIATE-RQ whose titles end at their first NUL and are filled up with spaces, as they should be."""
    mended = bytearray(pdu)
    for place, _name, _rejection in _WHICH:
        title = pdu[place]
        mended[place] = title.partition(b"\0")[0].ljust(len(title))
    return bytes(mended)


def encode_rejection(rejection: Rejection) -> bytes:
    """Return the A-ASSOCIATE-RJ PDU (PS3.8 9.3.4)."""
    return bytes((3, 0, 0, 0, 0, 4, 0, *rejection.value))


def _fault(title: bytes) -> str:
    if not title.strip(b" "):
        return "is blanks only (PS3.5 6.2)"
    if b"\0" in title:
        return "is filled up with NUL and not with spaces (PS3.5 6.2; node.end_ae_titles_at_nul = true takes it)"
    if not _PRINTABLE.issuperset(title):
        return "has a backslash, a control character or one beyond ASCII (PS3.5 6.2)"
    return ""
