"""What may be relied on of what keeps users, sessions and tokens, of the ledger's and of its fake."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.access_ports import AccessBook, Session, Way, read_name
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.role import Role
from tests.fakes.access import FakeAccessBook
from tests.fakes.clock import FakeClock

CLOCK = FakeClock()
NOW = CLOCK.now()


@pytest.fixture(params=["ledger", "fake"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AccessBook]:
    if request.param == "fake":
        yield FakeAccessBook(CLOCK)
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield Accesses(engine, CLOCK)
    engine.dispose()


def begin(book: AccessBook, digest: str, name: str = "ada", way: Way = Way.PASSWORD, hours: int = 0) -> None:
    at = NOW - timedelta(hours=hours)
    book.begin_session(digest, Session(name, Role.VIEWER, way, at, at))


def test_a_user_is_added_once_and_found_with_the_hash(book: AccessBook) -> None:
    assert book.is_empty()
    assert book.add_user("ada", Role.OPERATOR, "hash")
    assert not book.add_user("ada", Role.VIEWER, "other")
    user, password_hash = book.credential("ada") or (None, "")
    assert user is not None
    assert (user.role, user.added_at, password_hash) == (Role.OPERATOR, NOW, "hash")
    assert not book.is_empty()
    assert book.credential("bob") is None


def test_users_are_listed_by_name(book: AccessBook) -> None:
    for name in ("bob", "ada"):
        book.add_user(name, Role.VIEWER, "hash")
    assert [user.name for user in book.users()] == ["ada", "bob"]


def test_a_session_has_the_role_that_its_user_has_now(book: AccessBook) -> None:
    book.add_user("ada", Role.VIEWER, "hash")
    begin(book, "d1")
    assert book.set_role("ada", Role.ADMINISTRATOR)
    session = book.session("d1")
    assert session is not None
    assert session.role is Role.ADMINISTRATOR


def test_a_new_password_ends_the_sessions_of_that_user_alone(book: AccessBook) -> None:
    for name in ("ada", "bob"):
        book.add_user(name, Role.VIEWER, "hash")
        begin(book, name, name)
    assert book.set_password("ada", "new")
    assert (book.session("ada"), (book.credential("ada") or ("", ""))[1]) == (None, "new")
    assert book.session("bob") is not None


def test_with_a_user_go_their_sessions_and_tokens(book: AccessBook) -> None:
    book.add_user("ada", Role.VIEWER, "hash")
    begin(book, "d1")
    begin(book, "d2", way=Way.OIDC)
    book.add_token("t1", "script", Role.VIEWER, "ada", NOW)
    assert book.remove_user("ada")
    assert (book.session("d1"), book.token("t1"), book.credential("ada")) == (None, None, None)
    assert book.session("d2") is not None  # somebody of that name at the provider
    assert not book.remove_user("ada")


def test_who_is_disabled_has_no_password_no_session_and_no_token_until_enabled(book: AccessBook) -> None:
    book.add_user("ada", Role.VIEWER, "hash")
    begin(book, "d1")
    book.add_token("t1", "script", Role.VIEWER, "ada", NOW)
    assert book.set_disabled("ada", True)
    begin(book, "d2")  # a login that was under way
    assert (book.session("d1"), book.session("d2"), book.token("t1")) == (None, None, None)
    user, password_hash = book.credential("ada") or (None, "?")
    assert (user is not None and user.is_disabled, password_hash) == (True, "")
    assert book.set_disabled("ada", False)
    assert (book.credential("ada") or ("", ""))[1] == "hash"
    assert book.token("t1") is not None
    assert not book.set_disabled("bob", True)


def test_a_new_password_lets_nobody_in_who_is_disabled(book: AccessBook) -> None:
    book.add_user("ada", Role.VIEWER, "hash")
    book.set_disabled("ada", True)
    assert book.set_password("ada", "new")
    assert (book.credential("ada") or ("", "?"))[1] == ""
    book.set_disabled("ada", False)
    assert (book.credential("ada") or ("", ""))[1] == "new"


def test_the_last_administrator_who_can_log_in_is_spared_where_that_is_asked_for(book: AccessBook) -> None:
    for name in ("ada", "bob"):
        book.add_user(name, Role.ADMINISTRATOR, "hash")
    assert book.set_disabled("bob", True, spare_last=True)
    assert not book.set_disabled("ada", True, spare_last=True)
    assert not book.set_role("ada", Role.OPERATOR, spare_last=True)
    assert not book.remove_user("ada", spare_last=True)
    assert book.remove_user("bob", spare_last=True)
    assert [(user.name, user.role, user.is_disabled) for user in book.users()] == [("ada", Role.ADMINISTRATOR, False)]
    assert book.set_role("ada", Role.VIEWER)


def test_sessions_are_listed_and_all_of_somebody_ended(book: AccessBook) -> None:
    begin(book, "d1", "oidc:Bea", Way.OIDC, hours=1)
    begin(book, "d2", "oidc:Bea", Way.OIDC)
    begin(book, "d3", "ada", Way.OIDC)
    assert [each.name for each in book.sessions()][2] == "oidc:Bea"
    assert book.end_sessions("oidc:Bea", Way.OIDC) == 2
    assert [each.name for each in book.sessions()] == ["ada"]
    assert book.end_sessions("ada", Way.PASSWORD) == 0


@pytest.mark.parametrize("change", ["role", "password"])
def test_nobody_unknown_is_changed(book: AccessBook, change: str) -> None:
    done = book.set_role("bob", Role.VIEWER) if change == "role" else book.set_password("bob", "hash")
    assert not done


def test_a_session_is_touched_and_ended(book: AccessBook) -> None:
    begin(book, "d1", way=Way.OIDC)
    book.touch_session("d1", NOW + timedelta(minutes=5))
    session = book.session("d1")
    assert session is not None
    assert session.seen_at == NOW + timedelta(minutes=5)
    book.end_session("d1")
    book.end_session("d1")
    assert book.session("d1") is None


def test_sessions_that_are_over_are_forgotten(book: AccessBook) -> None:
    for digest, hours in (("old", 13), ("idle", 1), ("fresh", 0)):
        begin(book, digest, way=Way.OIDC, hours=hours)
    gone = book.forget_sessions(NOW - timedelta(hours=12), NOW - timedelta(minutes=30))
    assert gone == 2
    assert book.session("fresh") is not None


def test_a_token_can_do_no_more_than_its_owner(book: AccessBook) -> None:
    book.add_user("ada", Role.ADMINISTRATOR, "hash")
    book.add_token("t1", "script", Role.OPERATOR, "ada", NOW)
    book.set_role("ada", Role.VIEWER)
    token = book.token("t1")
    assert token is not None
    assert token.role is Role.VIEWER
    book.set_role("ada", Role.ADMINISTRATOR)
    assert (book.token("t1") or token).role is Role.OPERATOR


def test_a_token_is_used_listed_and_revoked_by_its_owner(book: AccessBook) -> None:
    first = book.add_token("t1", "script", Role.VIEWER, "", NOW)
    second = book.add_token("t2", "other", Role.VIEWER, "ada", NOW)
    book.touch_token(second.number, NOW)
    assert [(each.label, each.used_at) for each in book.tokens()] == [("other", NOW), ("script", None)]
    assert [each.number for each in book.tokens("ada")] == [second.number]
    assert not book.revoke_token(first.number, "ada")
    assert book.revoke_token(first.number)
    assert book.token("t1") is None


def test_a_name_is_lower_case_and_of_few_characters() -> None:
    assert [read_name(text) for text in (" Ada ", "ada@x.org", "a b", "", "<a>", "a" * 65)] == [
        "ada",
        "ada@x.org",
        "",
        "",
        "",
        "",
    ]
