import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from config.settings import Console
from dicom_node.console_process.listener import LOOPBACK, Listener, choose_bind
from domain.errors import ConfigError
from tests.fakes.certificates import make_pki
from tests.fakes.console import add_user, make_services, open_console


@pytest.fixture
def stops() -> Iterator[ExitStack]:
    with ExitStack() as stops:
        yield stops


@pytest.fixture
def application() -> ASGIApp:
    return open_console()


@pytest.mark.parametrize(
    ("bind", "is_open", "chosen"),
    [
        ("0.0.0.0", True, LOOPBACK),
        ("10.1.2.3", True, LOOPBACK),
        ("0.0.0.0", False, "0.0.0.0"),
        ("::1", True, "::1"),
        ("::", True, LOOPBACK),
    ],
)
def test_while_nobody_is_configured_it_listens_on_loopback_alone(bind: str, is_open: bool, chosen: str) -> None:
    assert choose_bind(Console(bind=bind), is_open=is_open) == chosen


def test_it_answers_where_it_says(application: ASGIApp, stops: ExitStack) -> None:
    listener = Listener(Console(port=0), None, application, lambda: LOOPBACK)
    stops.callback(listener.stop)
    server = listener.start()
    assert httpx.get(f"{server.url}about").status_code == 200


def test_it_moves_to_another_address_and_keeps_the_port(application: ASGIApp, stops: ExitStack) -> None:
    wanted = [LOOPBACK]
    listener = Listener(Console(bind="127.0.0.2", port=0), None, application, lambda: wanted[-1])
    stops.callback(listener.stop)
    first = listener.start()
    listener.look_again()
    wanted.append("127.0.0.2")
    listener.look_again()
    assert httpx.get(f"http://127.0.0.2:{first.port}/about").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{first.port}/about")


def test_it_says_that_it_does_not_listen_where_the_configuration_says(
    application: ASGIApp, stops: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(Console(bind="0.0.0.0", port=0), None, application, lambda: LOOPBACK)
    stops.callback(listener.stop)
    listener.start()
    assert "osteonode users add" in caplog.text


def test_a_port_that_is_taken_is_told_with_the_key_to_change(application: ASGIApp, stops: ExitStack) -> None:
    first = Listener(Console(port=0), None, application, lambda: LOOPBACK)
    stops.callback(first.stop)
    console = Console(port=first.start().port)
    with pytest.raises(ConfigError, match=r"console\.port: cannot listen"):
        Listener(console, None, application, lambda: LOOPBACK).start()


def ask_through_proxy(proxies: tuple[str, ...], stops: ExitStack) -> httpx.Response:
    services = make_services(Console(port=0, proxies=proxies))
    add_user(services)
    listener = Listener(services.settings.console, None, open_console(services), lambda: LOOPBACK)
    stops.callback(listener.stop)
    headers = {"X-Forwarded-For": "10.0.0.7", "X-Forwarded-Proto": "https"}
    return httpx.get(f"{listener.start().url}login", headers=headers)


def test_a_proxy_that_the_configuration_names_says_that_the_browser_speaks_https(stops: ExitStack) -> None:
    assert "Secure" in ask_through_proxy(("127.0.0.0/8",), stops).headers["Set-Cookie"]


@pytest.mark.parametrize("proxies", [(), ("10.0.0.1",)])
def test_nobody_else_says_so(proxies: tuple[str, ...], stops: ExitStack) -> None:
    assert "Secure" not in ask_through_proxy(proxies, stops).headers["Set-Cookie"]


def ask_seconds(browser: httpx.Client) -> float:
    began = time.perf_counter()
    assert browser.get("/").text == "body"
    return time.perf_counter() - began


@pytest.mark.parametrize("tls", [False, True])
def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged(stops: ExitStack, tls: bool) -> None:
    listener = Listener(
        Console(port=0, tls=tls), make_pki().listener() if tls else None, PlainTextResponse("body"), lambda: LOOPBACK
    )
    stops.callback(listener.stop)
    with httpx.Client(base_url=listener.start().url, verify=False) as browser:
        took = [ask_seconds(browser) for _ in range(12)]
    # An acknowledgement is put off by 40 ms, but for the first ones of a connection (tcp(7), TCP_QUICKACK).
    assert min(took[3:]) < 0.035
