"""Who may post."""

from pathlib import Path

import pytest

from config.http import HttpClient
from dicom_node.receive.stow_rs.clients import Caller, Clients, Denial, read_tokens
from domain.errors import ConfigError

TOKEN = "0123456789abcdef0123"
WARD = HttpClient(name="ward", address=("10.1.0.0/16", "10.7.0.1"))
GATEWAY = HttpClient(name="gateway", address="10.2.0.1", token_file=Path("gateway.token"))
ANYWHERE = HttpClient(name="anywhere", certificate="CN=gateway")


def decide(caller: Caller, *clients: HttpClient) -> str | int:
    admitted = Clients(clients or (WARD, GATEWAY), {"gateway": TOKEN}).admit(caller)
    return admitted.status if isinstance(admitted, Denial) else admitted.name


@pytest.mark.parametrize(
    ("caller", "decision"),
    [
        (Caller("10.1.2.3"), "ward"),
        (Caller("::ffff:10.1.2.3"), "ward"),
        (Caller("10.7.0.1"), "ward"),
        (Caller("10.1.2.3", "Bearer anything"), "ward"),
        (Caller("10.3.0.1"), 403),
        (Caller("fe80::1%eth0"), 403),
        (Caller("10.2.0.1"), 401),
        (Caller("10.2.0.1", f"Bearer {TOKEN}"), "gateway"),
        (Caller("10.2.0.1", f"bearer  {TOKEN} "), "gateway"),
        (Caller("10.2.0.1", f"Bearer {TOKEN[:-1]}"), 401),
        (Caller("10.2.0.1", f"Basic {TOKEN}"), 401),
        (Caller("10.2.0.1", "Bearer \xff"), 401),
        (Caller("10.1.2.3", f"Bearer {TOKEN}"), "ward"),
    ],
)
def test_address_and_token_must_both_be_a_clients(caller: Caller, decision: str | int) -> None:
    assert decide(caller) == decision


@pytest.mark.parametrize(("shown", "decision"), [("CN=gateway", "anywhere"), ("CN=other", 403), ("", 403)])
def test_a_client_may_be_known_by_its_certificate(shown: str, decision: str | int) -> None:
    assert decide(Caller("10.9.9.9", certificate=shown), ANYWHERE) == decision


def test_without_clients_nobody_may_post() -> None:
    assert isinstance(Clients((), {}).admit(Caller("127.0.0.1")), Denial)


def test_a_denial_says_here_what_to_change_and_tells_the_caller_no_names() -> None:
    denied = Clients((GATEWAY,), {"gateway": TOKEN}).admit(Caller("10.2.0.1", "Bearer wrong-token-altogether"))
    assert isinstance(denied, Denial)
    assert "gateway" in denied.explanation
    assert "gateway" not in denied.told
    assert "wrong-token" not in denied.explanation


def test_tokens_are_read_once_and_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    clients = [HttpClient(name=name, token_file=tmp_path / name) for name in ("good", "short", "two", "gone")]
    (tmp_path / "good").write_text(f"{TOKEN}\n")
    (tmp_path / "short").write_text("secret")
    (tmp_path / "two").write_text("two words that are long enough")
    assert read_tokens(clients[:1]) == {"good": TOKEN}
    with pytest.raises(ConfigError) as raised:
        read_tokens(clients)
    assert [name for name in ("good", "short", "two", "gone") if f"client {name}" in str(raised.value)] == [
        "short",
        "two",
        "gone",
    ]
    assert "secret" not in str(raised.value)
