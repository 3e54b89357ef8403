from pathlib import Path

import pytest

from dicom_node.config_check.checking import WEAKNESSES, check_file, check_text
from domain.errors import ConfigError

ARCHIVE = '[[destination]]\nname = "archive"\nkind = "stow"\nurl = "http://pacs.example/dicom-web"\n'


def test_a_pasted_text_has_the_problems_that_a_file_has(tmp_path: Path) -> None:
    text = "[node]\nprot = 1\nport = 70000\n"
    (tmp_path / "site.toml").write_text(text)
    with pytest.raises(ConfigError) as of_file:
        check_file(tmp_path / "site.toml")
    with pytest.raises(ConfigError) as of_text:
        check_text(text, subject="the text", folder=tmp_path)
    assert of_text.value.problems == of_file.value.problems
    assert len(of_text.value.problems) == 2


def test_every_file_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    own = '[tls]\nport = 2762\nclient_certificates = "optional"\ncertificate_file = "node.crt"\nkey_file = "node.key"\n'
    text = f'{ARCHIVE}token_file = "token"\n{own}'
    with pytest.raises(ConfigError) as error:
        check_text(text, subject="the text", folder=tmp_path)
    told = "\n".join(error.value.problems)
    assert "node.crt" in told
    assert str(tmp_path / "token") in told


def test_what_works_but_should_be_known_stands_below_a_headline(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret of the archive")
    good = check_text(f'{ARCHIVE}token_file = "token"\n', subject="the text", folder=tmp_path)
    assert dict(good.remarks)[WEAKNESSES][0].startswith("destination archive: its password or token can be read")


def test_neither_text_nor_comments_show_what_is_in_a_secret_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret of the archive")
    good = check_text(f'{ARCHIVE}token_file = "token"\n', subject="the text", folder=tmp_path)
    assert 'url = "http://pacs.example/dicom-web"' in good.toml
    assert "secret of the archive" not in good.toml + "".join(good.comments)


def test_a_text_leaves_nothing_behind(tmp_path: Path) -> None:
    check_text("", subject="the text", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
