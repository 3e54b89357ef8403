"""Final reports that come in, to see how they agree with the answers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.fields import Section

#: Where systems put the accession number of a report (IHE RAD: OBR-18; others number the order itself).
ReportAccessionField = Literal["OBR-18", "OBR-19", "OBR-3", "ORC-3", "OBR-2", "ORC-2", "IPC-1"]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=48)]


class FinalReports(Section):
    """Final reports (ORU^R01) over the listener of `[orders]`, to see how the answers agree with them.

    Of a report stays what it says of a fracture, never its text. Without this table ORU^R01 is refused.
    """

    accession_fields: tuple[ReportAccessionField, ...] = Field(
        ("OBR-18", "ORC-3", "OBR-3"),
        min_length=1,
        description="Where the accession number stands; the first of these that has a value counts.",
    )
    read_text: bool = Field(
        True,
        description="Read the text where no [[final_report_code]] was sent (docs/hl7.md says how). It reads English; "
        "off where reports are written in another language.",
    )
    impression_identifiers: tuple[Code, ...] = Field(
        ("19005-8", "IMP", "IMPRESSION"),
        description="OBX-3 of the rows with the impression: where one is there, only these are read.",
    )


class FinalReportCode(Section):
    """An observation that says of a fracture by a code; it goes before any text."""

    identifier: Code = Field(description="OBX-3.1 of the observation, such as 72704001 (SNOMED CT: Fracture).")
    system: str = Field("", description="OBX-3.3 of it, such as SCT; empty for any.")
    fracture: tuple[Code, ...] = Field((), description="Values (OBX-5.1) that say: a fracture.")
    no_fracture: tuple[Code, ...] = Field((), description="Values that say: no fracture.")
    doubtful: tuple[Code, ...] = Field((), description="Values that say: perhaps a fracture.")
