import re
from datetime import timedelta

import httpx
import pytest

from config.settings import Console
from dicom_node.access_ports import Session, Way
from dicom_node.console.pages.users import list_present
from dicom_node.console.services import Services
from domain.role import Role
from tests.fakes.clock import FakeClock
from tests.fakes.console import Browser, add_user, events_of, log_in, make_services, open_console

INVENTED = re.compile(r"<pre dir=\"ltr\">([a-z2-7-]{24})</pre>")


@pytest.fixture
def services() -> Services:
    services = make_services()
    add_user(services, "ada", Role.ADMINISTRATOR)
    add_user(services, "bob", Role.VIEWER)
    return services


def act(browser: Browser, what: str, **fields: str) -> httpx.Response:
    return browser.submit("/users", f"/users/{what}", {"name": "bob", **fields})


def told(services: Services) -> list[str]:
    return [each.explanation for each in events_of(services)]


def test_an_added_user_logs_in_with_the_password_that_is_shown_once(services: Services) -> None:
    browser = log_in(services)
    (password,) = INVENTED.findall(act(browser, "add", name="Cem", role="operator").text)
    assert password not in browser.get("/users").text
    assert log_in(services, "cem", password).get("/studies").status_code == 200
    assert "user was added, role operator" in told(services)
    assert password not in repr(events_of(services))


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [("bob", 409, "already"), ("a b", 422, "begins with a letter"), ("", 422, "64 letters")],
)
def test_a_user_who_cannot_be_added_is_not(services: Services, name: str, status: int, words: str) -> None:
    answer = act(log_in(services), "add", name=name, role="viewer")
    assert (answer.status_code, len(services.access.book.users())) == (status, 2)
    assert words in answer.text


def test_a_role_holds_at_once_and_is_a_change_of_roles_in_the_trail(services: Services) -> None:
    theirs = log_in(services, "bob")
    assert theirs.get("/users").status_code == 403
    act(log_in(services), "role", role="administrator")
    assert theirs.get("/users").status_code == 200
    assert told(services)[-1] == "role is now administrator"


def test_who_is_disabled_is_out_and_comes_back_when_enabled(services: Services) -> None:
    ours, theirs = log_in(services), log_in(services, "bob")
    assert "was disabled" in follow(ours, act(ours, "disable"))
    assert theirs.get("/studies").status_code == 303
    with pytest.raises(AssertionError, match="401"):
        log_in(services, "bob")
    assert "may log in again" in follow(ours, act(ours, "enable"))
    assert log_in(services, "bob").get("/studies").status_code == 200


def test_a_new_password_ends_the_sessions_of_before(services: Services) -> None:
    ours, theirs = log_in(services), log_in(services, "bob")
    (password,) = INVENTED.findall(act(ours, "password").text)
    assert theirs.get("/studies").status_code == 303
    assert log_in(services, "bob", password).get("/studies").status_code == 200


@pytest.mark.parametrize(("what", "more"), [("role", {"role": "viewer"}), ("disable", {}), ("remove", {})])
def test_the_last_administrator_cannot_be_locked_out(services: Services, what: str, more: dict[str, str]) -> None:
    browser = log_in(services)
    before = services.access.book.users()
    assert "last administrator" in follow(browser, act(browser, what, name="ada", **more))
    assert services.access.book.users() == before
    assert not any(text.startswith(("role is", "user was")) for text in told(services))


def test_sessions_and_tokens_of_others_are_ended(services: Services) -> None:
    theirs, ours = log_in(services, "bob"), log_in(services)
    token, kept = services.access.tokens.make("upload", Role.VIEWER, 30, "bob")
    assert "Sessions ended: 1" in follow(ours, act(ours, "sessions", way="password"))
    assert theirs.get("/studies").status_code == 303
    act(ours, "tokens", number=str(kept.number))
    assert services.access.tokens.find(token) is None
    assert told(services)[-2:] == ["1 sessions were ended", f"API token {kept.number} was revoked"]


@pytest.mark.parametrize("fields", [{"role": "king"}, {"role": ""}])
def test_what_is_no_role_is_refused(services: Services, fields: dict[str, str]) -> None:
    assert act(log_in(services), "role", **fields).status_code == 400


@pytest.mark.parametrize("what", ["role", "disable", "enable", "remove", "password"])
def test_nobody_of_the_name_is_said(services: Services, what: str) -> None:
    browser = log_in(services)
    assert "no user of that name" in follow(browser, act(browser, what, name="eve", role="viewer"))


def test_nothing_is_changed_without_the_token_of_the_page(services: Services) -> None:
    assert log_in(services).post("/users/remove", {"name": "bob"}).status_code == 403
    assert len(services.access.book.users()) == 2


def test_a_program_looks_and_makes_nobody(services: Services) -> None:
    token, _kept = services.access.tokens.make("script", Role.ADMINISTRATOR, 30)
    program, bearer = Browser(open_console(services)), {"Authorization": f"Bearer {token}"}
    page = program.get("/users", **bearer)
    assert "ada" in page.text
    assert 'action="/users/add"' not in page.text
    found = re.search(r'data-csrf="([0-9a-f]{64})"', page.text)
    answer = program.post("/users/add", {"csrf": found[1] if found else "", "name": "eve", "role": "viewer"}, **bearer)
    assert (answer.status_code, len(services.access.book.users())) == (403, 2)


def test_the_first_user_has_to_be_one_who_can_add_others() -> None:
    services = make_services(Console(enabled=True, local_role=Role.ADMINISTRATOR))
    browser = Browser(open_console(services))
    assert "has to be an administrator" in act(browser, "add", name="ada", role="viewer").text
    assert INVENTED.search(act(browser, "add", name="ada", role="administrator").text)
    assert browser.get("/users").status_code == 303


def test_everybody_who_is_logged_in_stands_there_once() -> None:
    now = FakeClock().now()
    sessions = [
        Session(name, Role.VIEWER, way, now, now - timedelta(minutes=at))
        for at, (name, way) in enumerate([("ada", Way.PASSWORD), ("oidc:Bea", Way.OIDC), ("ada", Way.PASSWORD)])
    ]
    assert [(each.latest.name, each.sessions) for each in list_present(sessions)] == [("ada", 2), ("oidc:Bea", 1)]
    assert list_present(sessions)[0].latest.seen_at == now


def follow(browser: Browser, answer: httpx.Response) -> str:
    """Return the page that an action leads to."""
    assert answer.status_code == 303, answer.status_code
    return browser.get(answer.headers["Location"]).text
