from pathlib import Path

import pytest

from config.effective import HIDDEN, EffectiveTable, _shown, list_effective
from config.load import load_settings, parse_settings
from config.settings import Settings

SITE = """
[node]
ae_title = "TRAUMA"

[[sender]]
ae_title = "MOD1"

[[destination]]
name = "archive"
kind = "stow"
url = "https://pacs.example/dicom-web"
token_file = "secrets/token"

[destination.retry]
max_attempts = 7
"""


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return parse_settings(SITE, subject="the text", folder=tmp_path)


def table(settings: Settings, header: str) -> EffectiveTable:
    return next(each for each in list_effective(settings) if each.header == header)


def test_each_setting_says_whether_the_file_or_a_default_gave_it(site: Settings) -> None:
    node = {each.key: each for each in table(site, "[node]").settings}
    assert (node["ae_title"].value, node["ae_title"].in_file) == ('"TRAUMA"', True)
    assert (node["port"].value, node["port"].in_file) == ("11112", False)
    assert node["data"].in_file is False  # although the folder of the file was put before it
    assert node["port"].help


def test_a_table_within_another_follows_it(site: Settings) -> None:
    headers = [each.header for each in list_effective(site)]
    place = headers.index("[[destination]]")
    assert "[destination.retry]" in headers[place + 1 :]
    retry = {each.key: each for each in table(site, "[destination.retry]").settings}
    assert (retry["max_attempts"].value, retry["max_attempts"].in_file) == ("7", True)
    assert retry["first_seconds"].in_file is False


def test_entries_of_one_kind_are_told_apart(site: Settings) -> None:
    headers = ("[[sender]]", "[[destination]]", "[destination.retry]", "[node]")
    assert [table(site, header).name for header in headers] == ["MOD1", "archive", "archive", ""]


def test_a_table_that_is_not_there_is_not_listed(site: Settings) -> None:
    assert "[tls]" not in [each.header for each in list_effective(site)]


def test_the_file_of_a_secret_is_named_and_nothing_in_it_shown(site: Settings, tmp_path: Path) -> None:
    archive = {each.key: each.value for each in table(site, "[[destination]]").settings}
    assert archive["token_file"] == f'"{tmp_path / "secrets" / "token"}"'


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("password", "geheim", HIDDEN),
        ("client_secret", "geheim", HIDDEN),
        ("password", "", '""'),
        ("token_header", "Authorization", '"Authorization"'),
        ("webhook", "https://ops:geheim@chat.example/hook?key=geheim", '"https://chat.example/hook"'),
        ("proxies", ["http://a:b@proxy.example"], '["http://proxy.example"]'),
        ("timeout", None, ""),
    ],
)
def test_what_could_be_a_secret_is_not_shown(key: str, value: object, shown: str) -> None:
    assert _shown(key, value) == shown


def test_every_setting_of_the_example_is_listed() -> None:
    settings = load_settings(Path(__file__).parents[3] / "config" / "site.example.toml")
    listed = sum(len(each.settings) for each in list_effective(settings))
    assert listed > 60
