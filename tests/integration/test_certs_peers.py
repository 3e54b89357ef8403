"""`osteonode certs peers` against listeners of others: what they show is shown, believed or not."""

from pathlib import Path

import pytest

from dicom_node.cli.main import DONE, FAILED, run
from tests.fakes.certificates import make_pki
from tests.peers.storescp import run_storescp

PKI = make_pki()


def write_site(folder: Path, port: int, caller: str) -> str:
    own = f'certificate_file = "{PKI.path(caller)}.pem"\nkey_file = "{PKI.path(caller)}.key"\n' if caller else ""
    site = folder / "site.toml"
    site.write_text(
        f'[[destination]]\nname = "pacs"\nkind = "dicom"\nae_title = "PACS"\nhost = "127.0.0.1"\nport = {port}\n'
        f'[destination.tls]\nauthorities_file = "{PKI.path("ca.pem")}"\n{own}'
    )
    return str(site)


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(
    ("shown", "caller", "code", "problem"),
    [
        ("server", "client", DONE, ""),
        ("elsewhere", "client", FAILED, "the certificate of the peer names another host"),
        ("expired-server", "client", FAILED, "the certificate of the peer has expired"),
        ("server", "", FAILED, "the peer asks for a certificate and got none"),
        ("server", "stranger", FAILED, "the peer does not believe this node's certificate"),
    ],
)
def test_a_peers_certificate_is_shown_and_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shown: str, caller: str, code: int, problem: str
) -> None:
    options = ("+tls", str(PKI.path(f"{shown}.key")), str(PKI.path(f"{shown}.pem")), "+cf", str(PKI.path("ca.pem")))
    with run_storescp(tmp_path, *options) as storescp:
        assert run(["certs", "peers", "--config", write_site(tmp_path, storescp.port, caller)]) == code
    said = capsys.readouterr()
    (line,) = [line for line in said.out.splitlines() if f"127.0.0.1:{storescp.port}" in line]
    assert "TLSv1." in line
    assert "CN=CA of a test" in line
    assert problem in said.err


def test_a_peer_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certs", "peers", "--config", write_site(tmp_path, 1, "client")]) == FAILED
    assert "destination pacs at 127.0.0.1:1: no TCP connection: Connection refused" in capsys.readouterr().err
