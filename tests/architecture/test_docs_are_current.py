"""What is written about the settings and the codes is what the source says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.documentation import write_reference, write_schema
from config.load import load_settings
from config.settings import Settings
from dicom_node.association_failures.aborts import ABORT_CODES
from dicom_node.association_failures.connections import CONNECTION_CODES
from dicom_node.association_failures.contexts import CONTEXT_CODES
from dicom_node.association_failures.rejections import REJECTIONS
from dicom_node.receive.admission import Rejection
from dicom_node.receive.association_ends import ENDED_HERE, LOST
from dicom_node.receive.statuses import Outcome
from domain.errors import OsteonodeError
from inference.reasons import REASONS

PROJECT = Path(__file__).parents[2]
REMEDY = "run: python -m config.documentation"
_ENTRY = re.compile(r"^### `([^`]+)`\n\n((?:.+\n)+)", re.MULTILINE)


def error_codes(kind: type[OsteonodeError] = OsteonodeError) -> Iterator[str]:
    """Return the code of an error class and of all that derive from it in the domain."""
    if kind.__module__ == OsteonodeError.__module__:
        yield kind.code
        for each in kind.__subclasses__():
            yield from error_codes(each)


def all_codes() -> list[str]:
    """Return every code that a person may meet."""
    ours = ("/".join(map(str, each.value)) for each in Rejection)
    rejections = {*ours, *(row.code for row in REJECTIONS.values())}
    ends = {*ABORT_CODES, *CONNECTION_CODES, *CONTEXT_CODES, ENDED_HERE, LOST, "TLS-FAILED"}
    return sorted({*error_codes(), *(each.value for each in Outcome), *REASONS, *rejections, *ends})


def entries() -> dict[str, str]:
    """Return the entries of docs/operations.md by their code."""
    return dict(_ENTRY.findall((PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")))


def test_the_configuration_reference_is_current() -> None:
    assert (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8") == write_reference(), REMEDY


def test_the_schema_for_editors_is_current() -> None:
    assert (PROJECT / "config" / "site.schema.json").read_text(encoding="utf-8") == write_schema(), REMEDY


def test_the_schema_refuses_unknown_keys_in_every_table() -> None:
    schema = json.loads(write_schema())
    tables = [schema, *(table for table in schema["$defs"].values() if table["type"] == "object")]
    assert all(table["additionalProperties"] is False for table in tables)


def test_the_example_states_a_whole_configuration() -> None:
    assert isinstance(load_settings(PROJECT / "config" / "site.example.toml"), Settings)


@pytest.mark.parametrize("code", all_codes())
def test_every_code_has_an_entry_that_says_meaning_who_is_affected_and_what_to_do(code: str) -> None:
    entry = entries().get(code, "")
    for label in ("- **Meaning.** ", "- **Affected.** ", "- **To do.** "):
        assert label in entry, f"docs/operations.md: {code} lacks {label}"


def test_no_entry_speaks_of_a_code_that_is_gone() -> None:
    assert sorted(entries()) == all_codes()


def test_keys_that_the_operations_guide_names_exist() -> None:
    from config.keys import known_keys

    sections = "|".join(Settings.model_fields)
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{sections})\.[a-z_.]+)`", text))
    assert named <= {key.dotted for key in known_keys().values()}
    assert len(named) > 5
