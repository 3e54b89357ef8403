"""People log in with a provider of identities: what is believed, and what is not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from config.settings import Console, ConsoleOidc
from dicom_node.clock import SystemClock
from dicom_node.console.access.access import Access
from dicom_node.console.access.oidc.logout_hints import LogoutHints
from dicom_node.console.access.oidc.provider import Provider
from dicom_node.console.services import Services
from tests.fakes.access import FakeAccessBook
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.console import HOST, Browser, events_of, make_services, open_console
from tests.fakes.oidc_provider import CLIENT, SECRET, OidcProvider, serve_provider

SESSION = "osteonode_session"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with serve_provider() as provider:
        yield provider


@pytest.fixture
def services(provider: OidcProvider) -> Services:
    clock = SystemClock()
    oidc = ConsoleOidc(issuer=provider.issuer, client_id=CLIENT, operators=("radiology",), administrators=("it",))
    console = Console(enabled=True, public_url=HOST, oidc=oidc)
    asked = Provider(oidc, HOST, clock, SECRET)
    access = Access.of(console, FakeAccessBook(clock), FakeAuditTrail(), clock, provider=asked)
    return make_services(console, access=access, clock=clock)


@pytest.fixture
def browser(services: Services) -> Browser:
    return Browser(open_console(services))


def enter(browser: Browser, provider: OidcProvider, next_path: str = "/about") -> httpx.Response:
    sent = browser.get(f"/login/oidc?next={next_path}")
    assert sent.status_code == 303
    return browser.get(provider.log_in(sent.headers["Location"]))


def test_a_member_of_a_group_comes_in_with_its_role(browser: Browser, provider: OidcProvider) -> None:
    answer = enter(browser, provider)
    assert (answer.status_code, 'content="0; url=/about"' in answer.text) == (200, True)
    text = browser.get("/account").text
    assert "oidc:grace" in text
    assert "operator" in text


def test_the_provider_is_asked_with_pkce_state_and_nonce(browser: Browser, provider: OidcProvider) -> None:
    sent = browser.get("/login/oidc").headers["Location"]
    asked = parse_qs(urlsplit(sent).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}
    assert asked["redirect_uri"] == [f"{HOST}/login/oidc/callback"]
    browser.get(provider.log_in(sent))
    assert len(provider.redeemed[0]["code_verifier"]) == 43


def test_the_highest_role_of_several_groups_holds(browser: Browser, provider: OidcProvider) -> None:
    provider.claims["groups"] = ["radiology", "it", "other"]
    enter(browser, provider)
    assert "administrator" in browser.get("/account").text


def test_groups_may_stand_beside_the_id_token(browser: Browser, provider: OidcProvider) -> None:
    del provider.claims["groups"]
    provider.userinfo = {"groups": "radiology"}
    enter(browser, provider)
    assert browser.get("/account").status_code == 200


def test_who_is_in_no_group_stays_outside(services: Services, browser: Browser, provider: OidcProvider) -> None:
    provider.claims["groups"] = ["cafeteria"]
    answer = enter(browser, provider)
    assert answer.status_code == 403
    assert "none of your groups" in answer.text
    assert SESSION not in browser.cookies
    assert (events_of(services)[-1].who, int(events_of(services)[-1].outcome)) == ("oidc:grace", 4)


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"exp": 1_000_000_000},
        {"nonce": "of another login"},
        {"iat": None},
    ],
    ids="+".join,
)
def test_an_id_token_that_says_otherwise_is_not_believed(
    services: Services, browser: Browser, provider: OidcProvider, spoil: dict[str, object]
) -> None:
    provider.spoil = spoil
    assert enter(browser, provider).status_code == 403
    assert "the ID token cannot be believed" in events_of(services)[-1].explanation
    assert browser.get("/about").status_code == 303


def test_a_token_that_somebody_else_signed_is_not_believed(
    services: Services, browser: Browser, provider: OidcProvider
) -> None:
    provider.published = ECKey.generate_key("P-256", {"kid": "first"})
    assert enter(browser, provider).status_code == 403
    assert "the ID token cannot be believed" in events_of(services)[-1].explanation


def test_an_answer_to_another_login_is_not_taken(browser: Browser, provider: OidcProvider) -> None:
    theirs = provider.log_in(Browser(browser._application).get("/login/oidc").headers["Location"])
    browser.get("/login/oidc")
    assert browser.get(theirs).status_code == 403
    assert provider.redeemed == []


def test_an_answer_is_taken_once(browser: Browser, provider: OidcProvider) -> None:
    sent = browser.get("/login/oidc").headers["Location"]
    back = provider.log_in(sent)
    assert browser.get(back).status_code == 200
    assert browser.get(back).headers["Location"] == "/login"
    assert Browser(browser._application).get(back).headers["Location"] == "/login"
    assert len(provider.redeemed) == 1


def test_whoever_comes_back_without_having_been_sent_fills_no_trail(services: Services, browser: Browser) -> None:
    for _ in range(3):
        assert browser.get("/login/oidc/callback?code=1&state=2").headers["Location"] == "/login"
    assert events_of(services) == []


def test_a_code_cannot_be_guessed_again_and_again(browser: Browser, provider: OidcProvider) -> None:
    for _ in range(5):
        provider.log_in(browser.get("/login/oidc").headers["Location"])
        state = list(provider.codes.values())[-1]["state"]
        assert browser.get(f"/login/oidc/callback?code=guessed&state={state}").status_code == 403
    assert enter(browser, provider).status_code == 429


def test_an_answer_of_another_provider_is_not_taken(browser: Browser, provider: OidcProvider) -> None:
    back = provider.log_in(browser.get("/login/oidc").headers["Location"])
    assert browser.get(back.replace("iss=http", "iss=https")).status_code == 403


def test_whoever_refuses_at_the_provider_comes_to_the_login(browser: Browser, provider: OidcProvider) -> None:
    state = parse_qs(urlsplit(browser.get("/login/oidc").headers["Location"]).query)["state"][0]
    answer = browser.get(f"/login/oidc/callback?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "console.oidc_failed" in answer.text


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example"])
def test_nobody_is_led_elsewhere(browser: Browser, provider: OidcProvider, wanted: str) -> None:
    assert 'content="0; url=/"' in enter(browser, provider, wanted).text


def test_a_provider_that_calls_itself_otherwise_is_not_asked(browser: Browser, provider: OidcProvider) -> None:
    provider.metadata = {"issuer": "https://elsewhere.example"}
    assert browser.get("/login/oidc").status_code == 403


def test_no_code_goes_over_a_plain_connection_to_another_machine(
    browser: Browser, provider: OidcProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.metadata = {"authorization_endpoint": "http://elsewhere.example/authorize"}
    assert browser.get("/login/oidc").status_code == 403
    assert "no https address" in caplog.text


def test_a_provider_that_cannot_be_reached_is_told_in_the_trail_and_not_to_the_visitor(services: Services) -> None:
    with serve_provider() as gone:
        pass
    oidc = ConsoleOidc(issuer=gone.issuer, client_id=CLIENT, viewers=("all",))
    asked = Provider(oidc, HOST, services.clock)
    access = Access.of(
        services.settings.console, services.access.book, FakeAuditTrail(), services.clock, provider=asked
    )
    answer = Browser(open_console(make_services(services.settings.console, access=access))).get("/login/oidc")
    assert answer.status_code == 403
    assert "127.0.0.1" not in answer.text.partition("<main")[2]


def leave(browser: Browser) -> httpx.Response:
    return browser.submit("/account", "/logout")


def ask_for_both(services: Services, provider: OidcProvider) -> Browser:
    """Return a browser at a console whose logouts are those of the provider, too."""
    assert services.access.console.oidc is not None
    oidc = services.access.console.oidc.model_copy(update={"logout_at_provider": True})
    access = replace(services.access, provider=Provider(oidc, HOST, SystemClock(), SECRET))
    return Browser(open_console(replace(services, access=access)))


def test_a_logout_is_one_here_alone_unless_the_site_wants_both(browser: Browser, provider: OidcProvider) -> None:
    provider.metadata["end_session_endpoint"] = f"{provider.issuer}/leave"
    enter(browser, provider)
    assert leave(browser).headers["Location"] == "/login"


def test_a_logout_goes_on_at_the_provider_with_its_own_token_and_comes_back(
    services: Services, provider: OidcProvider
) -> None:
    provider.metadata["end_session_endpoint"] = f"{provider.issuer}/leave?realm=staff"
    browser = ask_for_both(services, provider)
    enter(browser, provider)
    answer = leave(browser)
    (address,) = re.findall(r'content="0; url=([^"]+)"', answer.text)
    asked = parse_qs(urlsplit(unescape(address)).query)
    assert address.startswith(f"{provider.issuer}/leave?")
    assert (asked["realm"], asked["client_id"]) == (["staff"], [CLIENT])
    assert asked["post_logout_redirect_uri"] == [f"{HOST}/login/left"]
    assert jwt.decode(asked["id_token_hint"][0], provider.key, algorithms=["ES256"]).claims["sub"] == "1234"
    assert 'href="/today"' not in answer.text  # nobody is logged in any more
    assert browser.get("/about").status_code == 303
    assert "logged out, here and" in browser.get("/login/left").text


def test_a_provider_that_ends_no_session_keeps_nobody_from_leaving(services: Services, provider: OidcProvider) -> None:
    browser = ask_for_both(services, provider)
    enter(browser, provider)
    assert leave(browser).headers["Location"] == "/login"
    assert browser.get("/about").status_code == 303


def test_so_many_tokens_are_remembered_and_each_once() -> None:
    hints = LogoutHints()
    for number in range(2001):
        hints.keep(f"secret {number}", f"token {number}")
    assert [hints.take(f"secret {number}") for number in (0, 1, 1, 2000)] == ["", "token 1", "", "token 2000"]
