import pytest

from config.settings import Console
from dicom_node.console.access.attempts import PER_NAME_AND_ADDRESS
from dicom_node.console.services import Services
from tests.fakes.console import PASSWORD, Browser, add_user, events_of, log_in, make_services, open_console, token_on

SESSION = "osteonode_session"


@pytest.fixture
def services() -> Services:
    services = make_services()
    add_user(services)
    return services


@pytest.fixture
def browser(services: Services) -> Browser:
    return Browser(open_console(services))


def enter(browser: Browser, name: str = "ada", password: str = PASSWORD, **fields: str):
    return browser.submit("/login", "/login", {"name": name, "password": password, **fields})


def outcomes(services: Services) -> list[tuple[str, int]]:
    return [(event.who, int(event.outcome)) for event in events_of(services)]


def test_who_is_not_known_is_sent_to_the_login_and_back(browser: Browser) -> None:
    answer = browser.get("/about?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Fabout%3Fx%3D1")
    assert enter(browser, next="/about?x=1").headers["Location"] == "/about?x=1"
    assert browser.get("/about").status_code == 200


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_login_leads_nowhere_else(browser: Browser, wanted: str) -> None:
    assert enter(browser, next=wanted).headers["Location"] == "/"
    assert browser.get(f"/login?next={wanted}").headers["Location"] == "/"


def test_the_name_may_be_written_in_capitals(browser: Browser) -> None:
    assert enter(browser, name=" Ada ").status_code == 303


def test_what_is_said_is_the_same_whatever_was_wrong(browser: Browser) -> None:
    answers = [enter(browser, password="wrong"), enter(browser, name="bob"), enter(browser, name="<i>")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({text.text.replace(token_on(text.text), "") for text in answers}) == 1


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(services: Services) -> None:
    browser = Browser(open_console(services))
    cookie = next(each for each in enter(browser).headers.get_list("Set-Cookie") if SESSION in each)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_over_https_no_other_host_and_no_plain_page_gets_the_cookie(services: Services) -> None:
    browser = Browser(open_console(services), url="https://localhost:8090")
    cookie = next(each for each in enter(browser).headers.get_list("Set-Cookie") if SESSION in each)
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert "Strict-Transport-Security" in browser.get("/about").headers


def test_a_session_that_somebody_planted_is_not_taken_up(browser: Browser) -> None:
    browser.cookies.set(SESSION, "planted", domain="localhost.local")
    assert enter(browser).status_code == 303
    assert browser.cookies[SESSION] != "planted"


def test_a_second_login_ends_the_session_before(services: Services, browser: Browser) -> None:
    enter(browser)
    first = browser.cookies[SESSION]
    page = browser.get("/about").text
    browser.post("/login", {"csrf": token_on(page), "name": "ada", "password": PASSWORD})
    assert browser.cookies[SESSION] != first
    assert services.access.sessions.find(first) is None


def test_a_login_from_another_site_is_refused(browser: Browser) -> None:
    browser.get("/login")
    assert browser.post("/login", {"name": "ada", "password": PASSWORD}).status_code == 403


def test_guessing_is_stopped_also_for_the_right_password(browser: Browser) -> None:
    for _ in range(PER_NAME_AND_ADDRESS):
        enter(browser, password="wrong")
    answer = enter(browser)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_the_trail_is_told_who_came_in_and_who_did_not(services: Services, browser: Browser) -> None:
    enter(browser, password="wrong")
    enter(browser, name="my-password-in-the-wrong-field")
    enter(browser)
    assert outcomes(services) == [("ada", 4), ("unknown", 4), ("ada", 0)]


def test_a_logout_ends_the_session_here_and_in_the_ledger(services: Services) -> None:
    browser = log_in(services)
    secret = browser.cookies[SESSION]
    assert browser.submit("/about", "/logout").headers["Location"] == "/login"
    assert services.access.sessions.find(secret) is None
    assert browser.get("/about").status_code == 303


def test_nobody_is_logged_out_by_another_site(services: Services) -> None:
    browser = log_in(services)
    assert browser.post("/logout").status_code == 403
    assert browser.get("/about").status_code == 200


def test_a_page_that_looks_again_on_its_own_is_told_that_the_session_has_ended(browser: Browser) -> None:
    assert browser.get("/about", X_Osteonode_Live="1").status_code == 401


def test_the_cookie_of_a_removed_user_opens_nothing(services: Services) -> None:
    browser = log_in(services)
    add_user(services, "bob")
    services.access.book.remove_user("ada")
    assert browser.get("/about").status_code == 303


def test_identifiers_are_for_the_roles_that_the_configuration_says() -> None:
    services = make_services(Console(enabled=True, identifiers_from="administrator"))
    add_user(services)
    assert "not shown to you" in log_in(services).get("/account").text
