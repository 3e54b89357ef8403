import pytest

from dicom_node.console.page import Get, Page, Post
from dicom_node.console.pages import PAGES
from dicom_node.console.visit import Visit
from domain.errors import InterventionRefused
from domain.role import Role
from tests.fakes.console import Browser, open_console, token_on

BROWSER_HEADERS = ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")


@pytest.fixture
def browser() -> Browser:
    return Browser(open_console())


def test_the_bare_address_leads_to_the_first_page(browser: Browser) -> None:
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, next(each.path for each in PAGES if each.icon))


@pytest.mark.parametrize("path", ["/about", "/no-such-page", "/static/console.css"])
def test_every_answer_tells_the_browser_what_to_refuse(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert all(name in headers for name in BROWSER_HEADERS)
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_pages_are_not_kept_and_files_are(browser: Browser) -> None:
    assert browser.get("/about").headers["Cache-Control"] == "no-store"
    assert "immutable" in browser.get("/static/console.css").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/static/..%2fapplication.py", "/static/../application.py", "/static/none.css"])
def test_nothing_but_the_files_of_the_console_is_served(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_name_that_nobody_gave_the_console_is_refused(browser: Browser) -> None:
    answer = Browser(open_console(), url="http://rebound.example").get("/about")
    assert answer.status_code == 421
    assert "host_names" in answer.text


def test_a_change_without_the_token_of_the_page_is_refused(browser: Browser) -> None:
    browser.get("/about")
    assert browser.post("/preferences", {"theme": "dark"}).status_code == 403
    assert browser.post("/preferences", {"theme": "dark", "csrf": "0" * 64}).status_code == 403


def test_a_token_of_another_browser_is_refused(browser: Browser) -> None:
    theirs = token_on(Browser(open_console()).get("/about").text)
    browser.get("/about")
    assert browser.post("/preferences", {"theme": "dark", "csrf": theirs}).status_code == 403


@pytest.mark.parametrize("header", [{"Origin": "https://elsewhere.example"}, {"Sec_Fetch_Site": "cross-site"}])
def test_a_change_that_another_site_sends_is_refused(browser: Browser, header: dict[str, str]) -> None:
    token = token_on(browser.get("/about").text)
    assert browser.post("/preferences", {"theme": "dark", "csrf": token}, **header).status_code == 403


def test_theme_and_language_are_kept_and_lead_back(browser: Browser) -> None:
    answer = browser.submit("/about", "/preferences", {"theme": "dark", "language": "ar", "next": "/about?x=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/about?x=1")
    assert '<html lang="ar" dir="rtl" data-theme="dark">' in browser.get("/about").text


@pytest.mark.parametrize("next_page", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "/\t/else"])
def test_nobody_is_led_elsewhere(browser: Browser, next_page: str) -> None:
    assert browser.submit("/about", "/preferences", {"next": next_page}).headers["Location"] == "/"


def test_a_body_that_is_too_large_is_not_read(browser: Browser) -> None:
    token = token_on(browser.get("/about").text)
    assert browser.post("/preferences", {"csrf": token, "next": "x" * 2_000_000}).status_code == 413


def refuse(visit: Visit) -> None:
    raise InterventionRefused("an answer is being made; try again later", subject="1.2.3")


PATIENT = "Doe^John"


def fail(visit: Visit) -> None:
    raise RuntimeError(PATIENT)


BROKEN = Page("about", Role.VIEWER, (Get("/broken", refuse), Post("/broken", refuse), Get("/fault", fail)), icon="info")


def test_an_error_of_ours_is_told_in_its_words_and_with_its_code() -> None:
    answer = Browser(open_console(pages=(BROKEN, *PAGES))).get("/broken")
    assert answer.status_code == 409
    assert "an answer is being made" in answer.text
    assert "INTERVENTION-REFUSED" in answer.text


def test_a_fault_tells_nothing_of_what_is_inside(caplog: pytest.LogCaptureFixture) -> None:
    answer = Browser(open_console(pages=(BROKEN, *PAGES))).get("/fault")
    assert answer.status_code == 500
    assert PATIENT not in answer.text
    assert "Content-Security-Policy" in answer.headers
    assert vars(caplog.records[-1])["event"] == "console.fault"


def test_an_action_needs_an_operator_although_everybody_may_look() -> None:
    assert BROKEN.role_for(BROKEN.routes[0]) is Role.VIEWER
    assert BROKEN.role_for(BROKEN.routes[1]) is Role.OPERATOR
