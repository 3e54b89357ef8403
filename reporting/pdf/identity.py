"""Patient and study at the head of every page, as the source image has them; nothing is made up or cut short."""

import re
from typing import Final

from pydicom.valuerep import PersonName

from reporting.pdf.sheet import Cell
from reporting.pdf.typeface import can_show, clean
from reporting.source import Source
from reporting.statement import StudyStatement
from reporting.translation import Translation

_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
#: Longer than any value of PS3.5 6.2 here (a name has three groups of 64): what is longer would push the findings away.
_LONGEST: Final = 200
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)?(\.\d+)?")


def identify(statement: StudyStatement, words: Translation) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of cells that name patient and study; the first image's header speaks, as in every document."""
    source = statement.images[0].source
    values = {
        "patient_name": _name(source),
        "patient_id": _identifier(source),
        "patient_birth_date": _date(source.text("PatientBirthDate")),
        "patient_sex": source.text("PatientSex"),
        "study_description": source.text("StudyDescription"),
        "study_date": " ".join(filter(None, (_date(source.text("StudyDate")), _time(source.text("StudyTime"))))),
        "accession_number": source.text("AccessionNumber"),
        "images": str(len(statement.images)),
    }
    rows = (
        (("patient_name", 4.0), ("patient_id", 2.6), ("patient_birth_date", 1.6), ("patient_sex", 1.0)),
        (("study_description", 4.0), ("study_date", 2.6), ("accession_number", 1.6), ("images", 1.0)),
    )
    return tuple(tuple(Cell(words.label(key), _show(values[key], words), share) for key, share in row) for row in rows)


def _show(value: str, words: Translation) -> str:
    """A value, or that there is none, or that it cannot be shown as a whole: half a name is another name."""
    printed = clean(value)
    if not printed:
        return words.label("not_stated")
    return printed if len(printed) <= _LONGEST and can_show(printed) else words.label("not_shown")


def _name(source: Source) -> str:
    """The name with its component groups (PS3.5 6.2.1), as many as can be shown: family name, then the others."""
    value = source.header.get("PatientName")
    name = value if isinstance(value, PersonName) else PersonName(str(value or ""))
    groups = [_arrange(group) for group in (name.alphabetic, name.ideographic, name.phonetic) if group.strip("^ ")]
    shown = [group for group in groups if can_show(clean(group))]
    return " = ".join(shown or groups[:1])


def _arrange(group: str) -> str:
    """Family complex, given name, middle name, prefix, suffix, as `prefix family, given middle, suffix`."""
    parts = [part.strip() for part in group.split("^")] + [""] * 5
    family, given, middle, prefix, suffix = parts[:5]
    first = " ".join(filter(None, (prefix, family)))
    return ", ".join(filter(None, (first, " ".join(filter(None, (given, middle))), suffix)))


def _identifier(source: Source) -> str:
    number, issuer = source.text("PatientID"), source.text("IssuerOfPatientID")
    return f"{number} ({issuer})" if number and issuer else number


def _date(value: str) -> str:
    """A DA as year, month and day; any other value as it stands."""
    found = _DATE.fullmatch(value)
    return "-".join(found.groups()) if found else value


def _time(value: str) -> str:
    found = _TIME.fullmatch(value)
    return f"{found[1]}:{found[2]}" if found else value
