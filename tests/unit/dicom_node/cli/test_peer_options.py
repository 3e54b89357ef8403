from pathlib import Path
from typing import Any

import pytest
import typer

from config.tls import DestinationTls
from dicom_node.cli.peer_options import TlsOptions, choose_peer, split_address
from dicom_node.peer_calls import Peer
from domain.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:104", ("127.0.0.1", 104)),
        ("pacs.example:11112", ("pacs.example", 11112)),
        ("[::1]:4242", ("::1", 4242)),
    ],
)
def test_an_address_is_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert split_address(text) == expected


@pytest.mark.parametrize("text", ["pacs", "pacs:", ":104", "pacs:dicom", "pacs:0", "pacs:65536", "pacs:-1", "pacs:١٠٤"])
def test_what_is_no_address_is_wrong_usage(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="HOST:PORT"):
        split_address(text)


def choose(to: str, aet: str = "", config: Path | None = None, **tls: Any) -> Peer:
    return choose_peer(to, aet, "", 30.0, TlsOptions(**tls), config)


def test_without_an_option_of_tls_a_call_is_plain_and_any_of_them_makes_it_one_with_tls() -> None:
    assert choose("pacs:104", "PACS") == Peer("pacs", 104, "PACS", "STORESCU", 30.0)
    assert choose("pacs:104", "PACS", tls=True).tls == DestinationTls()
    assert choose("pacs:104", "PACS", server_name="archive").tls == DestinationTls(server_name="archive")


def test_options_that_do_not_say_whom_or_do_not_agree_are_wrong_usage(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[[destination]]\nname = "ris"\nkind = "hl7"\nhost = "ris"\nport = 2575\n')
    with pytest.raises(typer.BadParameter, match="AE title of the peer is missing"):
        choose("pacs:104")
    with pytest.raises(typer.BadParameter, match="certificate_file and key_file go together"):
        choose("pacs:104", "PACS", key_file=Path("a.key"))
    with pytest.raises(typer.BadParameter, match="the configuration says how"):
        choose("ris", config=site, tls=True)
    with pytest.raises(ConfigError, match=r"no \[\[destination\]\] of kind dicom is called 'ris'; there are: none"):
        choose("ris", config=site)
