from pathlib import Path

import pytest

from config.settings import Destination, Settings
from dicom_node.tls.inventory import find_weaknesses, list_certificates, require_tls
from domain.errors import ConfigError
from tests.fakes.certificates import make_pki

PKI = make_pki()


def pacs(**keys: object) -> Destination:
    return Destination.model_validate(
        {"name": "pacs", "kind": "dicom", "ae_title": "PACS", "host": "pacs", "port": 2762, **keys}
    )


def web(**keys: object) -> Destination:
    return Destination.model_validate({"name": "web", "kind": "stow", "url": "http://pacs/dicom-web", **keys})


def test_each_certificate_is_listed_under_its_key() -> None:
    settings = Settings(tls=PKI.listener(), destination=(pacs(tls=PKI.caller()),))
    listed = list_certificates(settings)
    assert [(each.key, each.certificate.subject, each.is_own) for each in listed] == [
        ("tls.certificate_file", "CN=node", True),
        ("tls.authorities_file", "CN=CA of a test", False),
        ("destination pacs: tls.certificate_file", "CN=peer", True),
        ("destination pacs: tls.authorities_file", "CN=CA of a test", False),
    ]


def test_every_file_that_cannot_be_used_is_told_at_once() -> None:
    listener = PKI.listener(key_file=PKI.path("client.key"))
    caller = PKI.caller(authorities_file=Path("/gone.pem"))
    with pytest.raises(ConfigError) as caught:
        require_tls(Settings(tls=listener, destination=(pacs(tls=caller),)))
    first, second = caught.value.problems
    assert first.startswith("tls.key_file: ")
    assert second == "destination pacs: tls.authorities_file: /gone.pem cannot be read: No such file or directory"


def test_without_tls_there_is_nothing_to_say() -> None:
    require_tls(Settings())
    assert list_certificates(Settings()) == find_weaknesses(Settings()) == ()


def test_a_key_that_others_can_read_is_told(tmp_path: Path) -> None:
    key = tmp_path / "node.key"
    key.write_bytes(PKI.path("server.key").read_bytes())
    settings = Settings(tls=PKI.listener(key_file=key, key_password_file=None))
    key.chmod(0o640)
    assert find_weaknesses(settings) == (
        f"tls.key_file: {key} can be read by others than the node's user: chmod 600 {key}",
    )
    key.chmod(0o600)
    assert find_weaknesses(settings) == ()


def test_a_peer_whose_name_is_not_checked_is_told() -> None:
    (told,) = find_weaknesses(Settings(destination=(pacs(tls=PKI.caller("", check_host_name=False)),)))
    assert told.startswith("destination pacs: tls.check_host_name = false")


@pytest.mark.parametrize(
    ("keys", "count"),
    [
        ({"user": "node", "password_file": "password"}, 1),
        ({"token_file": "token"}, 1),
        ({}, 0),
        ({"token_file": "token", "url": "https://pacs/dicom-web"}, 0),
        ({"token_file": "token", "url": "http://127.0.0.1:8042/dicom-web"}, 0),
    ],
)
def test_a_password_in_plain_text_is_told(keys: dict[str, str], count: int) -> None:
    assert len(find_weaknesses(Settings(destination=(web(**keys),)))) == count


def test_a_revocation_list_is_listed_beside_the_certificates() -> None:
    settings = Settings(tls=PKI.listener(revocation_files=[PKI.path("crl.pem")]))
    listed = list_certificates(settings)[-1]
    assert (listed.key, listed.certificate.subject) == (
        "tls.revocation_files",
        "revocation list of CN=CA of a test, 1 revoked",
    )
    assert listed.advise(listed.certificate.not_after).startswith("put the authority's new list in its place")
    assert find_weaknesses(settings) == ()


def test_an_authority_without_a_list_is_told_for_all_its_certificates_are_refused() -> None:
    (told,) = find_weaknesses(Settings(tls=PKI.listener(revocation_files=[PKI.path("crl-other.pem")])))
    assert told.startswith("tls.revocation_files has no list of CN=CA of a test, so every certificate of that")
