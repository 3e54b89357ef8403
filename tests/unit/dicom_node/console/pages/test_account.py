import re

import pytest

from dicom_node.console.services import Services
from domain.role import Role
from tests.fakes.console import PASSWORD, Browser, add_user, log_in, make_services, open_console

NEW = "seven radiographs before noon"


@pytest.fixture
def services() -> Services:
    services = make_services()
    add_user(services)
    return services


def change(browser: Browser, present: str = PASSWORD, new: str = NEW, again: str = NEW):
    return browser.submit("/account", "/account/password", {"present": present, "new": new, "again": again})


def make_token(browser: Browser, **fields: str):
    return browser.submit("/account", "/account/tokens", {"label": "upload", "role": "operator", "days": "90"} | fields)


def test_a_new_password_ends_every_other_session_and_goes_on_in_this_one(services: Services) -> None:
    here, elsewhere = log_in(services), log_in(services)
    assert change(here).headers["Location"] == "/account"
    assert "password was changed" in here.get("/account").text
    assert elsewhere.get("/account").status_code == 303
    assert log_in(services, password=NEW).get("/account").status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"present": "wrong"}, "present password is wrong"),
        ({"again": "another radiograph here"}, "differ"),
        ({"new": "short", "again": "short"}, "too short"),
    ],
)
def test_a_password_that_is_not_changed_says_why(services: Services, fields: dict[str, str], words: str) -> None:
    answer = change(log_in(services), **fields)
    assert answer.status_code == 422
    assert words in answer.text
    log_in(services)


def test_the_present_password_cannot_be_guessed_here_either(services: Services) -> None:
    browser = log_in(services)
    for _ in range(5):
        change(browser, present="wrong")
    assert "Too many attempts" in change(browser).text


def test_a_token_is_shown_once_and_opens_what_its_role_may(services: Services) -> None:
    browser = log_in(services)
    (token,) = re.findall(r"osn_[\w-]{43}", make_token(browser).text)
    assert token not in browser.get("/account").text
    program = Browser(open_console(services))
    assert program.get("/about", Authorization=f"Bearer {token}").status_code == 200
    assert program.get("/about", Authorization=f"Bearer {token}x").status_code == 303


def test_nobody_makes_a_token_that_may_more_than_they(services: Services) -> None:
    assert make_token(log_in(services), role="administrator").status_code == 409
    assert services.access.book.tokens() == []


@pytest.mark.parametrize("fields", [{"label": " "}, {"days": "0"}, {"days": "9999999"}])
def test_a_token_without_a_purpose_or_an_end_is_not_made(services: Services, fields: dict[str, str]) -> None:
    assert make_token(log_in(services), **fields).status_code == 422


def test_one_revokes_ones_own_tokens_alone(services: Services) -> None:
    add_user(services, "bob")
    _token, theirs = services.access.tokens.make("theirs", Role.VIEWER, 1, "bob")
    _token, mine = services.access.tokens.make("mine", Role.VIEWER, 1, "ada")
    browser = log_in(services)
    for number in (theirs.number, mine.number):
        assert browser.submit("/account", f"/account/tokens/{number}/revoke").status_code == 303
    assert [each.label for each in services.access.book.tokens()] == ["theirs"]


def test_whoever_is_here_without_a_user_has_no_password_and_no_tokens() -> None:
    browser = Browser(open_console())
    text = browser.get("/account").text
    assert 'name="present"' not in text
    assert change(browser).status_code == 409
    assert make_token(browser).status_code == 409
