"""`osteonode send` and `echo` with TLS, against DCMTK's storescp."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from tests.fakes.certificates import make_pki
from tests.fakes.radiographs import make_radiograph, read_data_set_bytes, save_radiograph
from tests.peers.storescp import Storescp, run_storescp

PKI = make_pki()
OWN = ["--certificate-file", str(PKI.path("client.pem")), "--key-file", str(PKI.path("client.key"))]
BELIEVING = ["--authorities-file", str(PKI.path("ca.pem"))]

pytestmark = pytest.mark.peer("dcmtk")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storescp]:
    options = ("+tls", str(PKI.path("both.key")), str(PKI.path("both.pem")), "+cf", str(PKI.path("ca.pem")))
    with run_storescp(tmp_path_factory.mktemp("archive"), *options) as archive:
        yield archive


def to(archive: Storescp) -> list[str]:
    return ["--to", f"127.0.0.1:{archive.port}", "--aet", "STORESCP", "--timeout-seconds", "10"]


def test_files_go_out_with_tls_as_they_lie_on_disk(archive: Storescp, tmp_path: Path) -> None:
    path = save_radiograph(make_radiograph(rows=300, columns=200), tmp_path / "image.dcm")
    assert run(["send", str(path), *to(archive), *BELIEVING, *OWN]) == 0
    (arrived,) = archive.files()
    assert read_data_set_bytes(arrived) == read_data_set_bytes(path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (BELIEVING, "the peer asks for a certificate and got none"),
        ([*OWN, "--authorities-file", str(PKI.path("other-ca.pem"))], "an authority that is not believed here"),
        ([*OWN, *BELIEVING, "--server-name", "pacs.test"], "the certificate of the peer names another host"),
    ],
    ids=["no certificate", "unknown authority", "another name"],
)
def test_an_echo_that_fails_for_tls_says_why(
    archive: Storescp, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["echo", *to(archive), *options]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert words in said
    assert "docs/operations.md, PEER-UNREACHABLE" in said


def test_a_peer_without_tls_at_that_port_is_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with run_storescp(tmp_path) as plain:
        assert run(["echo", *to(plain)]) == 0
        assert "0x0000 success" in capsys.readouterr().out
        assert run(["echo", *to(plain), *BELIEVING]) == 1
    assert "TLS failed" in " ".join(capsys.readouterr().err.split())


def test_a_destination_of_the_configuration_is_called_as_the_node_calls_it(
    archive: Storescp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = f'certificate_file = "{PKI.path("client.pem")}"\nkey_file = "{PKI.path("client.key")}"\n'
    tls = f'[destination.tls]\nauthorities_file = "{PKI.path("ca.pem")}"\n{own}'
    where = f'kind = "dicom"\nae_title = "STORESCP"\nhost = "127.0.0.1"\nport = {archive.port}\n'
    site = tmp_path / "site.toml"
    site.write_text(f'[node]\nae_title = "BONES"\n[[destination]]\nname = "pacs"\n{where}{tls}')
    assert run(["echo", "--to", "pacs", "--config", str(site)]) == 0
    assert "STORESCP called as BONES" in capsys.readouterr().out
