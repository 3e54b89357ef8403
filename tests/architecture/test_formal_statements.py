"""The formal statements say what the code negotiates and writes."""

import re

import pytest

from dicom_node.receive.orders.acknowledgement import Code
from reporting.conformance.report_template import GROUP_OF_FINDINGS, GROUP_OF_REGION, REPORT, SELECTION
from tests.architecture.doc_pages import DOCS, read
from tools.conformance_tables import PAGE, TABLES, services, write_page

HL7 = DOCS / "hl7-specification.md"
_ROW = re.compile(r"^\| ([A-Z][A-Z0-9]{2})-(\d+) \| [^|]+ \| ([RCO]) \|", re.MULTILINE)


def listed_fields() -> dict[tuple[str, int], str]:
    """Return usage by segment and field of the table of ORU^R01, of messages out."""
    out = read(HL7).partition("\n## ORU^R01 in\n")[0]
    return {(segment, int(number)): usage for segment, number, usage in _ROW.findall(out)}


def example_segments() -> list[list[str]]:
    """Return the fields of each segment of the example in docs/hl7.md, which is what is written; MSH-1 is put in."""
    lines = read(DOCS / "hl7.md").partition("```\n")[2].partition("\n```")[0].splitlines()
    fields = [line.split("|") for line in lines]
    return [["MSH", "|", *each[1:]] if each[0] == "MSH" else each for each in fields]


def test_the_tables_of_the_conformance_statement_are_current() -> None:
    assert read(PAGE) == write_page(read(PAGE)), "run: python -m tools.conformance_tables"


@pytest.mark.parametrize("name", TABLES)
def test_no_table_is_empty(name: str) -> None:
    assert len(TABLES[name]().splitlines()) > 2


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for services"):
        write_page("# Nothing")


def test_every_service_has_a_role() -> None:
    assert [each.uid for each in services() if not (each.scu or each.scp)] == []


@pytest.mark.parametrize("template", [REPORT, GROUP_OF_FINDINGS, GROUP_OF_REGION, SELECTION])
def test_the_templates_are_named(template: str) -> None:
    created = read(PAGE).partition("## 3 ")[2].partition("### 3.1")[0]
    assert template in created


def test_every_field_that_a_message_fills_is_specified() -> None:
    filled = {(name, number) for name, *fields in example_segments() for number, value in enumerate(fields, 1) if value}
    assert filled - listed_fields().keys() == set()


def test_every_required_field_is_filled_in_every_segment() -> None:
    required = {field for field, usage in listed_fields().items() if usage == "R"}
    empty = {
        (name, number)
        for name, *fields in example_segments()
        for segment, number in required
        if segment == name and not (number <= len(fields) and fields[number - 1])
    }
    assert empty == set()
    assert len(required) > 30


def test_every_code_of_an_acknowledgement_is_named() -> None:
    answered = next(line for line in read(HL7).splitlines() if line.startswith("| acknowledgement |"))
    assert all(re.search(rf"\b{code.value}\b", answered) for code in Code)


def test_the_security_page_lists_every_listener() -> None:
    from config.settings import Settings

    with_a_port = {name for name, field in Settings.model_fields.items() if has_a_listener(field.annotation)}
    exposed = set(re.findall(r"^\| [^|]*`([a-z]+)\.port`", read(DOCS / "security.md"), re.MULTILINE))
    assert with_a_port == exposed


def has_a_listener(annotation: object) -> bool:
    from typing import get_args

    models = [each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields")]
    named = [model.model_fields for model in models]
    return any("port" in fields and ("bind" in fields or "client_certificates" in fields) for fields in named)


def test_the_privacy_page_names_every_time_of_retention() -> None:
    from config.retention import Retention

    stated = re.findall(r"\| (\d+) days[^|]* \| `retention\.(\w+)` \|", read(DOCS / "privacy.md"))
    kept = {key: field.default for key, field in Retention.model_fields.items() if key.endswith("_days")}
    assert {key: float(days) for days, key in stated} == kept
