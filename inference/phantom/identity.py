"""The invented patient and study a phantom belongs to."""

import hashlib
import re
import warnings
from dataclasses import astuple, dataclass

from pydicom.charset import convert_encodings, decode_bytes, encode_string

_DATE, _TIME = re.compile(r"\d{8}"), re.compile(r"\d{6}(\.\d{1,6})?")
_PN_DELIMITERS = set(b"^=\\")


@dataclass(frozen=True)
class PhantomIdentity:
    """Patient and study attributes as they shall stand in the header; nobody real.

    character_set: the values of SpecificCharacterSet (0008,0005); ("", "ISO 2022 IR 87") is Japanese with code
    extensions, () leaves the attribute out (ASCII only). Dates are YYYYMMDD, times HHMMSS; the birth date may be empty.

    Raises ValueError when a text cannot be written in the character set, or a date or time has another form.
    """

    patient_name: str
    patient_id: str
    birth_date: str
    sex: str
    accession_number: str
    study_date: str
    study_time: str
    issuer_of_patient_id: str = "OSTEONODE-DEMO"
    referring_physician_name: str = ""
    study_id: str = "1"
    study_description: str = ""
    institution_name: str = "Phantom Hospital"
    character_set: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _DATE.fullmatch(self.study_date) or not (self.birth_date == "" or _DATE.fullmatch(self.birth_date)):
            raise ValueError("dates are YYYYMMDD")
        if not _TIME.fullmatch(self.study_time):
            raise ValueError("times are HHMMSS")
        if self.sex not in ("M", "F", "O", ""):
            raise ValueError("sex is M, F, O or empty")
        texts = {
            "patient_name": self.patient_name,
            "referring_physician_name": self.referring_physician_name,
            "study_description": self.study_description,
            "institution_name": self.institution_name,
        }
        unwritable = [name for name, text in texts.items() if not _is_writable(text, self.character_set)]
        if unwritable:
            raise ValueError(f"cannot be written in {self.character_set or 'ASCII'}: {', '.join(unwritable)}")

    def digest(self) -> str:
        """Return a hash of every attribute, from which UIDs are derived without showing the attributes."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()


def _is_writable(text: str, character_set: tuple[str, ...]) -> bool:
    """Say whether a text survives being written and read again (pydicom writes `?` for what it cannot write)."""
    if text.isascii():
        return True
    if not character_set:
        return False
    encodings = convert_encodings(list(character_set))
    parts = re.split(r"[\^=\\]", text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # pydicom warns where it writes a `?`
        try:
            written = [encode_string(part, encodings) for part in parts]
            return [decode_bytes(raw, encodings, _PN_DELIMITERS) for raw in written] == parts
        except (UnicodeError, LookupError, UserWarning):
            return False
