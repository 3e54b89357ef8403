import pytest

from config.settings import Console
from tests.fakes.console import Browser, add_user, make_services, open_console

OPEN = {"url": "http://127.0.0.1:8090", "address": "127.0.0.1"}


@pytest.mark.parametrize("url", ["http://localhost:8090", "http://127.0.0.1", "http://[::1]:8090"])
def test_while_nobody_is_configured_whoever_sits_at_the_machine_is_let_in(url: str) -> None:
    assert Browser(open_console(), url=url).get("/about").status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "::ffff:10.0.0.1", "fe80::1"])
def test_and_nobody_from_elsewhere(address: str) -> None:
    assert Browser(open_console(), url="http://10.0.0.5", address=address).get("/about").status_code == 303


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
def test_nor_the_guests_of_a_proxy_on_this_machine(header: str) -> None:
    assert Browser(open_console(), **OPEN).get("/about", **{header: "10.0.0.1"}).status_code == 303


def test_nor_a_page_that_had_its_name_pointed_here() -> None:
    services = make_services(Console(enabled=True, host_names=("console.hospital",)))
    assert Browser(open_console(services), url="http://console.hospital").get("/about").status_code == 303


def test_with_the_first_user_that_ends() -> None:
    services = make_services()
    browser = Browser(open_console(services), **OPEN)
    assert browser.get("/about").status_code == 200
    add_user(services)
    assert browser.get("/about").status_code == 303


def test_without_a_user_the_login_says_how_to_add_one() -> None:
    browser = Browser(open_console(), url="http://10.0.0.5", address="10.0.0.1")
    assert "osteonode users add" in browser.get("/login").text


def test_another_scheme_of_authorization_is_not_ours() -> None:
    assert Browser(open_console(), **OPEN).get("/about", Authorization="Basic YTpi").status_code == 200
