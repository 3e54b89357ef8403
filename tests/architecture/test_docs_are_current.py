"""What is written about the settings and the error codes is what the code says."""

import json
from pathlib import Path

from config.documentation import write_reference, write_schema
from config.load import load_settings
from config.settings import Settings

PROJECT = Path(__file__).parents[2]
REMEDY = "run: python -m config.documentation"


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
