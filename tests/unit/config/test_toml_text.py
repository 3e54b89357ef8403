import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from config.load import load_settings, parse_settings
from config.settings import Reporting, Settings
from config.toml_text import write_toml

EXAMPLE = Path(__file__).parents[3] / "config" / "site.example.toml"


def test_what_was_written_loads_as_the_same_settings() -> None:
    settings = load_settings(EXAMPLE)
    assert parse_settings(write_toml(settings), subject="", folder=Path("/elsewhere")) == settings


def test_every_key_is_written_with_a_comment_for_what_is_not_set() -> None:
    settings = load_settings(EXAMPLE)
    written = write_toml(settings)
    assert "# bundle is not set" in written
    not_there = {name for name, value in settings if value in ((), None)}
    assert set(tomllib.loads(written)) == set(Settings.model_fields) - not_there
    assert "# [tls] is not there" in written


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_survives(text: str) -> None:
    facility = text.strip()
    settings = Settings(reporting=Reporting(facility=facility))
    assert tomllib.loads(write_toml(settings))["reporting"]["facility"] == settings.reporting.facility
