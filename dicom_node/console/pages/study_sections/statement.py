"""What is said of a study, and by which models."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.section import Section
from dicom_node.console.study_states import statement_of
from dicom_node.console.visit import Visit
from dicom_node.study_ports import StudyFile
from domain.finding import StudyFindings


def describe(_visit: Visit, file: StudyFile) -> Mapping[str, Any]:
    """Return the findings, and the words and the tone of what they state."""
    findings = file.findings
    return {
        "row": file.row,
        "findings": findings,
        "statement": statement_of(findings.fracture.state if findings.fracture else None) if findings else None,
        "models": list_models(findings),
    }


def list_models(findings: StudyFindings | None) -> tuple[str, ...]:
    """Return the models that spoke of any image, name and version."""
    spoken = (member for reading in findings.readings for member in reading.members) if findings else ()
    return tuple(dict.fromkeys(f"{each.model} {each.version}" for each in spoken))


SECTION: Final = Section("study/statement.html", describe)
