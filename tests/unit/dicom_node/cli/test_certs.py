"""osteonode certs: making, checking."""

from pathlib import Path

import pytest

from config.settings import DestinationTls, ListenerTls
from dicom_node.cli.certs.making import PURPOSES
from dicom_node.cli.main import DONE, FAILED, WRONG_USAGE, run
from dicom_node.tls.contexts import make_client_context, make_server_context
from tests.fakes.certificates import make_pki
from tests.fakes.tls_in_memory import shake

PKI = make_pki()


def write_site(folder: Path, certificate: str = "server") -> str:
    site = folder / "site.toml"
    own = f'certificate_file = "{PKI.path(certificate)}.pem"\nkey_file = "{PKI.path(certificate)}.key"\n'
    site.write_text(f'[tls]\n{own}authorities_file = "{PKI.path("ca.pem")}"\n')
    return str(site)


def test_what_is_made_lets_node_and_peer_believe_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ca"
    assert run(["certs", "make-test-ca", str(folder), "--host", "pacs.test"]) == DONE
    said = capsys.readouterr().out
    assert all(f"{folder / name}: {purpose}" in said for name, purpose in PURPOSES.items())
    ca = folder / "ca.pem"
    node = ListenerTls(certificate_file=folder / "node.pem", key_file=folder / "node.key", authorities_file=ca)
    peer = DestinationTls(certificate_file=folder / "peer.pem", key_file=folder / "peer.key", authorities_file=ca)
    assert shake(make_client_context(peer), make_server_context(node), "pacs.test").version == "TLSv1.3"


def test_private_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    run(["certs", "make-test-ca", str(tmp_path)])
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("*.key")} == dict.fromkeys(
        ("ca.key", "node.key", "peer.key"), "0o600"
    )


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "node.key").write_text("mine")
    assert run(["certs", "make-test-ca", str(tmp_path)]) == FAILED
    assert "node.key already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["node.key"]
    assert (tmp_path / "node.key").read_text() == "mine"


def test_check_lists_subject_issuer_and_days_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certs", "check", "--config", write_site(tmp_path)]) == DONE
    said = capsys.readouterr().out
    line = next(line for line in said.splitlines() if "tls.certificate_file" in line)
    assert all(word in line for word in ("CN=node", "CN=CA of a test", "127.0.0.1, localhost", "36", "good"))


def test_check_ends_with_one_where_a_certificate_has_expired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["certs", "check", "--config", write_site(tmp_path, "expired-server")]) == FAILED
    assert "tls.certificate_file: expired" in capsys.readouterr().err


def test_check_and_check_config_tell_files_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = write_site(tmp_path, "gone")
    for command in (["certs", "check", "--config", site], ["check-config", site]):
        assert run(command) == WRONG_USAGE
        assert "gone.pem cannot be read: No such file or directory" in capsys.readouterr().err


def test_check_says_when_there_is_nothing_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "site.toml").write_text("")
    for command in ("check", "peers"):
        assert run(["certs", command, "--config", str(tmp_path / "site.toml")]) == DONE
        assert capsys.readouterr().out.startswith("No ")
