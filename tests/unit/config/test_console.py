import pytest
from pydantic import ValidationError

from config.settings import Console, ConsoleOidc, Settings
from domain.role import Role

PUBLIC = "https://osteonode.example"


def make_oidc(**keys: object) -> ConsoleOidc:
    return ConsoleOidc(**{"issuer": "https://login.example", "client_id": "osteonode", "viewers": ("staff",), **keys})


def test_the_console_is_off_and_for_this_machine_unless_a_site_says_otherwise() -> None:
    console = Settings().console
    assert (console.enabled, console.bind, console.oidc) == (False, "127.0.0.1", None)


@pytest.mark.parametrize(
    "keys",
    [
        {"bind": "osteonode.example"},
        {"proxies": ("proxy.example",)},
        {"public_url": "osteonode.example"},
        {"public_url": "https://osteonode.example/below/a/path"},
        {"idle_seconds": 0},
        {"identifiers_from": "nobody"},
        {"oidc": make_oidc()},
    ],
    ids=lambda keys: next(iter(keys)),
)
def test_what_cannot_work_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Console(**keys)


@pytest.mark.parametrize(
    "keys",
    [{"viewers": ()}, {"scopes": ("profile",)}, {"issuer": "http://login.example"}, {"client_id": ""}],
    ids=lambda keys: next(iter(keys)),
)
def test_a_provider_that_cannot_be_believed_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        make_oidc(**keys)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9000", "http://localhost/realm", "http://[::1]:80"])
def test_a_provider_on_this_machine_may_be_plain(issuer: str) -> None:
    assert make_oidc(issuer=issuer).is_on_loopback


@pytest.mark.parametrize("issuer", ["http://127.0.0.1.example.com", "http://localhost.example.com"])
def test_a_name_that_only_begins_like_loopback_is_another_machine(issuer: str) -> None:
    with pytest.raises(ValidationError):
        make_oidc(issuer=issuer)


def test_https_takes_its_certificate_from_the_table_of_tls() -> None:
    with pytest.raises(ValidationError, match=r"console\.tls"):
        Settings(console=Console(tls=True))


def test_the_highest_role_of_the_groups_holds() -> None:
    oidc = make_oidc(operators=("pacs",), administrators=("it",))
    groups = [{"staff"}, {"staff", "pacs"}, {"it", "staff"}, {"other"}, set()]
    roles = [oidc.role_of(frozenset(each)) for each in groups]
    assert roles == [Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR, None, None]


def test_a_role_may_what_those_below_it_may() -> None:
    assert Role.ADMINISTRATOR.may(Role.VIEWER)
    assert Role.OPERATOR.may(Role.OPERATOR)
    assert not Role.VIEWER.may(Role.OPERATOR)
