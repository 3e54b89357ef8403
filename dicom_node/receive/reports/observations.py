"""What the rows of a report say of a fracture: a code where the site sends one, else the text."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from config.final_reports import FinalReportCode, FinalReports
from dicom_node.receive.orders.er7 import Segment
from dicom_node.receive.reports.fracture_text import read_statement
from domain.final_report import NO_TEXT, ReportStatement, combine_statements

#: OBX-11 (table 0085) of rows that count; an empty one follows OBR-25.
_STANDS: Final = ("F", "C", "")
#: Posted for the wrong patient, or deleted.
_TAKEN_BACK: Final = ("W", "D")
_TEXT_TYPES: Final = ("TX", "FT", "ST", "")
#: OBX-18 of rows of our own answer, which some systems send back inside the report.
_OWN_EQUIPMENT: Final = "osteonode"


def is_taken_back(rows: Sequence[Segment]) -> bool:
    """Return whether every row of a report is one that was posted by mistake."""
    return bool(rows) and all(row.text(11).upper() in _TAKEN_BACK for row in rows)


def read_rows(
    rows: Sequence[Segment], settings: FinalReports, codes: Sequence[FinalReportCode]
) -> tuple[ReportStatement, str]:
    """Return what a report says of a fracture, and the rule that decided.

    Args:
        rows: the OBX of one order of the message.
    """
    standing = [row for row in rows if row.text(11).upper() in _STANDS and not is_own(row)]
    if coded := combine_statements(_read_codes(standing, codes)):
        return coded
    lines = [row for row in standing if row.text(2).upper() in _TEXT_TYPES and row.raw(5).strip()]
    wanted = {*map(str.upper, settings.impression_identifiers)}
    impression = [row for row in lines if _names_of(row) & wanted]
    if not lines:
        return ReportStatement.NOT_STATED, NO_TEXT
    if not settings.read_text:
        return ReportStatement.NOT_STATED, "text_not_read"
    return read_statement("\n".join(text_of(row) for row in impression or lines))


def text_of(row: Segment) -> str:
    """Return OBX-5 as text, its line breaks and repetitions as line feeds."""
    marks = row.delimiters
    escape = re.escape(marks.escape)
    broken = re.sub(rf"{escape}\.(?:br|sp\d*|ce|in[^{escape}]*){escape}", "\n", row.raw(5), flags=re.IGNORECASE)
    return "\n".join(marks.unescape(each) for each in broken.split(marks.repetition))


def _read_codes(rows: Sequence[Segment], codes: Sequence[FinalReportCode]) -> Iterator[tuple[ReportStatement, str]]:
    """Give what each coded row says; a value that nobody listed says nothing, and shows that it is not listed."""
    for row in rows:
        for code in codes:
            if _is_named(row, code) and row.raw(5).strip():
                said = _read_value(row, code)
                yield said, "code_unknown" if said is ReportStatement.NOT_STATED else "code"


def _is_named(row: Segment, code: FinalReportCode) -> bool:
    names = ((row.text(3, place).upper(), row.text(3, place + 2).upper()) for place in (1, 4))
    return any(name == code.identifier.upper() and code.system.upper() in ("", system) for name, system in names)


def _read_value(row: Segment, code: FinalReportCode) -> ReportStatement:
    value = row.text(5).upper()
    meanings = (
        (ReportStatement.FRACTURE, code.fracture),
        (ReportStatement.NO_FRACTURE, code.no_fracture),
        (ReportStatement.DOUBTFUL, code.doubtful),
    )
    found = (statement for statement, values in meanings if value in {*map(str.upper, values)})
    return next(found, ReportStatement.NOT_STATED)


def is_own(row: Segment) -> bool:
    """Return whether a row is of our own answer."""
    return _OWN_EQUIPMENT in row.raw(18).lower()


def _names_of(row: Segment) -> set[str]:
    """Return OBX-3.1 with its suffix, which some systems put behind a code of their own (7.1.4, "&IMP")."""
    first = next(iter(row.repetitions(3)), [""])[0]
    return {each.strip().upper() for each in first.split(row.delimiters.subcomponent)}
