"""An enclosed report: a whole PDF of its stated length that names the study it is of."""

from pydicom import Dataset

from reporting.statement import StudyStatement


def find_pdf_problems(ds: Dataset, statement: StudyStatement) -> list[str]:
    """Return what is wrong with the document in an Encapsulated PDF; nothing for any other object."""
    if "EncapsulatedDocument" not in ds:
        return []
    enclosed, length = bytes(ds.EncapsulatedDocument), int(ds.get("EncapsulatedDocumentLength") or 0)
    pdf = enclosed[:length]
    whole = pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF") and len(enclosed) - length in (0, 1)
    wrong = [] if whole else ["EncapsulatedDocument is no whole PDF of its stated length"]
    # The file says of itself which study it is of: its title data are not compressed.
    if f"({_escape(statement.study_instance_uid)})".encode() not in pdf:
        wrong.append("EncapsulatedDocument does not name the study")
    return wrong


def _escape(text: str) -> str:
    """Text as it stands in a PDF between brackets (ISO 32000-1 7.3.4.2): a source's UID may be no UID."""
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
