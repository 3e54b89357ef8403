"""osteonode users: what is asked, what is refused, what is told, and what the trail keeps."""

import io
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.clock import SystemClock
from dicom_node.console.access.passwords import Passwords
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.role import Role
from tests.fakes.console import PASSWORD


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text('[node]\ndata = "data"\n')
    return path


def users(config: Path, *arguments: str) -> int:
    return run(["users", *arguments, "--config", str(config)])


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))


def add(monkeypatch: pytest.MonkeyPatch, config: Path, name: str = "ada", password: str = PASSWORD, *more: str) -> int:
    type_in(monkeypatch, password)
    return users(config, "add", name, "--password-stdin", *more)


def open_book(config: Path) -> Accesses:
    engine = open_engine(database_url(config.parent / "data"))
    create_tables(engine)
    return Accesses(engine, SystemClock())


def test_a_user_is_added_before_the_node_has_ever_run(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, config, "Ada", PASSWORD, "--role", "operator") == 0
    user, password_hash = open_book(config).credential("ada") or (None, "")
    assert user is not None
    assert user.role is Role.OPERATOR
    assert Passwords().is_right(PASSWORD, password_hash)
    assert capsys.readouterr().out == "ada may now log in, as operator\n"


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [("ada", "short", "12"), ("a b", PASSWORD, "letters"), ("ada", "ada ada ada ada", "guess")],
)
def test_what_cannot_be_is_refused_in_words(
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    password: str,
    words: str,
) -> None:
    assert add(monkeypatch, config, name, password) == 2
    assert words in capsys.readouterr().err
    assert open_book(config).is_empty()


def test_a_second_user_of_the_name_is_refused_with_the_way_to_a_new_password(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(monkeypatch, config)
    assert add(monkeypatch, config) == 1
    assert "osteonode users password ada" in capsys.readouterr().err


def test_a_password_is_asked_for_twice_and_shown_by_nobody(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([PASSWORD, PASSWORD + " another", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert users(config, "add", "ada") == 2
    assert users(config, "add", "ada") == 0
    assert PASSWORD not in "".join(capsys.readouterr())


def test_a_role_is_changed_and_a_user_is_removed(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(monkeypatch, config)
    assert users(config, "role", "ada", "administrator") == 0
    assert [user.role for user in open_book(config).users()] == [Role.ADMINISTRATOR]
    assert users(config, "remove", "ada", "--yes") == 0
    assert "last user" in capsys.readouterr().out
    assert open_book(config).is_empty()


def test_a_user_is_disabled_and_enabled_again(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(monkeypatch, config)
    assert users(config, "disable", "ada") == 0
    assert [user.is_disabled for user in open_book(config).users()] == [True]
    assert users(config, "enable", "ada") == 0
    assert [user.is_disabled for user in open_book(config).users()] == [False]
    assert "ada may log in again" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [("role", "bob", "viewer"), ("password", "bob"), ("disable", "bob"), ("remove", "bob")]
)
def test_a_user_that_is_not_there_is_not_changed(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    add(monkeypatch, config)
    assert users(config, *command) == 1
    assert "osteonode users list" in capsys.readouterr().err


def test_a_token_goes_alone_to_standard_output_and_is_revoked(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert users(config, "tokens", "add", "teaching upload", "--role", "operator", "--days", "30") == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("osn_")
    assert len(shown.out.split()) == 1
    assert "is not shown again" in shown.err
    users(config, "tokens", "list")
    assert "teaching upload" in capsys.readouterr().out
    assert users(config, "tokens", "revoke", "1") == 0
    assert users(config, "tokens", "revoke", "1") == 1


def test_a_token_for_nobody_known_is_not_made(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert users(config, "tokens", "add", "upload", "--user", "bob") == 2
    assert "there is no user bob" in capsys.readouterr().err


def test_every_change_is_in_the_trail_and_no_password(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, config)
    users(config, "role", "ada", "viewer")
    book = AuditBook(open_engine(database_url(config.parent / "data")))
    told = [each.event.explanation for each in book.after(0, 10)]
    assert told == ["user was added, role viewer", "role is now viewer"]
