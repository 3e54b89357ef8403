import logging
import socket
import ssl
from pathlib import Path
from shutil import copyfile

import pytest

from dicom_node.tls.contexts import make_client_context, make_lasting_client_context, make_server_context
from dicom_node.tls.handshake import LateHandshake, NotingSocket
from dicom_node.tls.renewal import FILES_NOT_TAKEN, FILES_TAKEN
from tests.fakes.certificates import make_pki
from tests.fakes.tls_in_memory import shake

PKI = make_pki()


@pytest.fixture
def revoked_here(tmp_path: Path) -> Path:
    """A revocation list that revokes nobody yet."""
    copyfile(PKI.path("crl-empty.pem"), tmp_path / "crl.pem")
    return tmp_path / "crl.pem"


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(getattr(record, "event", "")) for record in caplog.records]


def test_a_new_list_holds_from_the_next_connection_on(revoked_here: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = make_server_context(PKI.listener(revocation_files=[revoked_here]))
    lost = make_client_context(PKI.caller("revoked"))
    assert shake(lost, server).version
    copyfile(PKI.path("crl.pem"), revoked_here)
    assert not shake(lost, server).version
    assert shake(make_client_context(PKI.caller()), server).version
    assert events(caplog) == [FILES_TAKEN]


def test_a_file_that_cannot_be_used_is_told_once_and_the_last_good_one_holds(
    revoked_here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copyfile(PKI.path("crl.pem"), revoked_here)
    server = make_server_context(PKI.listener(revocation_files=[revoked_here]))
    revoked_here.write_text("half a downl")
    assert not shake(make_client_context(PKI.caller("revoked")), server).version
    assert shake(make_client_context(PKI.caller()), server).version
    assert events(caplog) == [FILES_NOT_TAKEN]
    assert f"tls.revocation_files: {revoked_here} is no revocation list, PEM or DER; the last good" in caplog.text


def test_a_renewed_certificate_is_shown_once_its_key_is_there_too(tmp_path: Path) -> None:
    certificate, key = tmp_path / "node.pem", tmp_path / "node.key"
    copyfile(PKI.path("expired-server.pem"), certificate)
    copyfile(PKI.path("expired-server.key"), key)
    server = make_server_context(PKI.listener(certificate_file=certificate, key_file=key))
    client = make_client_context(PKI.caller())
    shown = []
    for name, path in ((None, key), ("server.pem", certificate), ("server.key", key)):
        if name is not None:
            copyfile(PKI.path(name), path)
        shown.append(shake(client, server).version)
    assert shown == ["", "", "TLSv1.3"]


def test_who_calls_for_weeks_learns_of_a_new_list_too(revoked_here: Path) -> None:
    client = make_lasting_client_context(PKI.caller(revocation_files=[revoked_here]), table="orthanc.tls")
    server = make_server_context(PKI.listener())
    assert shake(client, server).version
    copyfile(PKI.path("crl-server.pem"), revoked_here)
    assert isinstance(shake(client, server).calling, ssl.SSLCertVerificationError)


def test_a_connection_of_the_new_context_is_of_the_kind_that_was_asked_for(revoked_here: Path) -> None:
    context = make_server_context(PKI.listener(revocation_files=[revoked_here]))
    copyfile(PKI.path("crl.pem"), revoked_here)
    ours, theirs = socket.socketpair()
    with theirs, LateHandshake(context).wrap_socket(ours, server_side=True) as wrapped:
        assert isinstance(wrapped, NotingSocket)
        assert wrapped.context is not context
