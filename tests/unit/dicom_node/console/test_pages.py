"""Every page of the registry: shown to its role, and to nobody below it."""

import pytest

from dicom_node.console.page import Page
from dicom_node.console.pages import PAGES
from dicom_node.console.translation import LANGUAGES
from domain.role import Role
from tests.fakes.console import Browser, add_user, events_of, log_in, make_services, open_console, token_on

LOOKS = [
    (page, route)
    for page in PAGES
    for route in page.routes
    if route.method == "GET" and "{" not in route.path and not route.is_public
]
CHANGES = [(page, route) for page in PAGES for route in page.routes if route.method != "GET" and not route.is_public]


def below(role: Role) -> Role:
    """Return the next lower role."""
    return tuple(Role)[tuple(Role).index(role) - 1]


def not_for_all(routes: list) -> list:
    return [(page, route) for page, route in routes if page.role_for(route) is not Role.VIEWER]


def name_of(value: object) -> str:
    return value.name if isinstance(value, Page) else getattr(value, "path", "")


@pytest.mark.parametrize(("page", "route"), LOOKS, ids=name_of)
def test_a_page_is_for_those_who_are_known(page, route) -> None:
    services = make_services()
    add_user(services)
    assert Browser(open_console(services)).get(route.path).status_code == 303


@pytest.mark.parametrize(("page", "route"), LOOKS, ids=name_of)
def test_a_page_is_shown_to_its_role_in_every_language(page, route) -> None:
    services = make_services()
    add_user(services, role=page.role_for(route))
    browser = log_in(services)
    for language in LANGUAGES:
        answer = browser.get(route.path, Accept_Language=language)
        assert answer.status_code == 200
        assert f'lang="{language}"' in answer.text


@pytest.mark.parametrize(("page", "route"), not_for_all(LOOKS), ids=name_of)
def test_a_page_is_for_its_role_alone(page, route) -> None:
    services = make_services()
    add_user(services, role=below(page.role_for(route)))
    assert log_in(services).get(route.path).status_code == 403


@pytest.mark.parametrize(("page", "route"), CHANGES, ids=name_of)
def test_a_change_asks_for_the_token_of_the_page(page, route) -> None:
    services = make_services()
    add_user(services, role=Role.ADMINISTRATOR)
    browser = log_in(services)
    assert browser.post(route.path.replace("{", "").replace("}", "")).status_code == 403


@pytest.mark.parametrize(("page", "route"), not_for_all(CHANGES), ids=name_of)
def test_a_change_is_for_its_role_alone(page, route) -> None:
    services = make_services()
    add_user(services, role=below(page.role_for(route)))
    browser = log_in(services)
    token = token_on(browser.get("/account").text)
    answer = browser.post(route.path.replace("{", "").replace("}", ""), {"csrf": token})
    assert answer.status_code == 403
    assert events_of(services)[-1].event_id.meaning == "Security Alert"


def test_the_navigation_shows_what_a_visitor_may_see() -> None:
    services = make_services()
    add_user(services, role=Role.VIEWER)
    text = log_in(services).get("/account").text
    for page in PAGES:
        if page.icon:
            assert (f'<li><a href="{page.path}"' in text) is Role.VIEWER.may(page.role)
