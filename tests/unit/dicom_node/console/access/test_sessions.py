import pytest

from config.settings import Console
from dicom_node.access_ports import Way
from dicom_node.console.access.secrets import digest_of
from dicom_node.console.access.sessions import Sessions
from domain.role import Role
from tests.fakes.access import FakeAccessBook
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sessions(clock: FakeClock) -> Sessions:
    return Sessions(FakeAccessBook(clock), clock, Console(idle_seconds=600, session_seconds=3600))


def begin(sessions: Sessions, **options: str) -> str:
    return sessions.begin("ada", Role.VIEWER, Way.OIDC, **options)


def test_only_a_digest_of_the_secret_is_kept(sessions: Sessions) -> None:
    secret = begin(sessions)
    assert sessions.book.session(secret) is None
    assert sessions.book.session(digest_of(secret)) is not None


def test_a_login_gives_a_new_secret_and_ends_the_session_before(sessions: Sessions) -> None:
    first = begin(sessions)
    second = begin(sessions, instead_of=first)
    assert first != second
    assert sessions.find(first) is None
    assert sessions.find(second) is not None


def test_a_session_ends_when_nothing_is_done_in_it(sessions: Sessions, clock: FakeClock) -> None:
    secret = begin(sessions)
    clock.advance(599)
    assert sessions.find(secret) is not None
    clock.advance(601)
    assert sessions.find(secret) is None


def test_a_session_ends_by_age_whatever_is_done_in_it(sessions: Sessions, clock: FakeClock) -> None:
    secret = begin(sessions)
    for _ in range(7):
        clock.advance(500)
        found = sessions.find(secret)
    assert found is not None
    clock.advance(500)
    assert sessions.find(secret) is None


def test_a_page_that_looks_again_on_its_own_keeps_no_session_alive(sessions: Sessions, clock: FakeClock) -> None:
    secret = begin(sessions)
    for _ in range(5):
        clock.advance(150)
        found = sessions.find(secret, is_live=True)
    assert found is None


def test_what_is_over_is_removed_at_the_next_login(sessions: Sessions, clock: FakeClock) -> None:
    secret = begin(sessions)
    clock.advance(4000)
    begin(sessions)
    assert sessions.book.session(digest_of(secret)) is None


def test_no_secret_has_no_session(sessions: Sessions) -> None:
    assert sessions.find("") is None
