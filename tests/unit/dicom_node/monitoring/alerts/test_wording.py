import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.keys import known_keys
from config.settings import Settings
from dicom_node.cli.main import app
from dicom_node.monitoring.alerts.wording import WORDS, write_text
from domain.alert import AlertEvent, AlertKind, Cause

RAISED_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_every_cause_has_its_words_and_says_what_to_do() -> None:
    assert set(WORDS) == set(AlertKind)
    assert all(words.title[0].islower() or words.title[0] == "{" for words in WORDS.values())
    assert all(words.to_do.endswith(".") for words in WORDS.values())


@pytest.mark.parametrize("kind", AlertKind)
def test_commands_and_settings_that_are_named_exist(kind: AlertKind) -> None:
    commands = {*(each.name for each in app.registered_commands), *(each.name for each in app.registered_groups)}
    assert set(re.findall(r"`osteonode ([a-z-]+)", WORDS[kind].to_do)) <= commands
    sections = "|".join(Settings.model_fields)
    named = set(re.findall(rf"\b((?:{sections})\.[a-z_]+[a-z])", WORDS[kind].to_do))
    assert named <= {key.dotted for key in known_keys().values()}


def test_a_message_says_what_happened_and_what_to_do() -> None:
    text = write_text(AlertEvent.RAISED, Cause(AlertKind.PEER_DOWN, "pacs", "It is left alone."), RAISED_AT)
    assert (text.title, text.happened) == ("pacs does not answer", "It is left alone.")
    assert "osteonode doctor" in text.to_do


def test_a_reminder_says_since_when() -> None:
    text = write_text(AlertEvent.REMINDER, Cause(AlertKind.DISK, "data", "3 MiB are free."), RAISED_AT)
    assert text.title == "Still: the disk of the data folder is nearly full"
    assert text.happened == "Since 2026-03-01 08:00 UTC. 3 MiB are free."


def test_an_all_clear_asks_for_nothing() -> None:
    text = write_text(AlertEvent.CLEARED, Cause(AlertKind.DISK, "data", "3 MiB are free."), RAISED_AT)
    assert text.title == "Over: the disk of the data folder is nearly full"
    assert text.to_do.startswith("Nothing")


def test_every_cause_has_an_entry_in_the_documentation() -> None:
    page = (Path(__file__).parents[5] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert {kind.value for kind in AlertKind} <= set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
