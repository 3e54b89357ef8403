"""Destinations of the web and their TLS, as a site writes them."""

from pathlib import Path

import pytest

from config.load import parse_settings
from domain.document import HL7_KINDS, DocumentKind
from domain.errors import ConfigError

STOW = '[[destination]]\nname = "web"\nkind = "stow"\nurl = "https://pacs.test/dicom-web"\n'


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, subject="site.toml", folder=Path("/site"))
    return caught.value.problems


@pytest.mark.parametrize("kind", ["stow", "orthanc"])
def test_they_send_every_dicom_object_and_no_hl7(kind: str) -> None:
    settings = parse_settings(STOW.replace('"stow"', f'"{kind}"'), subject="", folder=Path("/site"))
    sends = settings.destination[0].sends
    assert sends
    assert not sends & (HL7_KINDS | {DocumentKind.REJECTION_NOTE})
    assert {DocumentKind.STRUCTURED_REPORT, DocumentKind.ENCAPSULATED_PDF, DocumentKind.SECONDARY_CAPTURE} <= sends


def test_an_empty_table_switches_tls_on_and_files_count_from_the_configuration() -> None:
    settings = parse_settings(
        f'{STOW}token_file = "secrets/token"\n[destination.tls]\n', subject="", folder=Path("/site")
    )
    (web,) = settings.destination
    assert web.tls is not None
    assert web.token_file == Path("/site/secrets/token")


def test_a_destination_without_url_is_told() -> None:
    (told,) = problems('[[destination]]\nname = "web"\nkind = "stow"\n')
    assert "destination[1].url: missing; a destination of kind stow needs it" in told


@pytest.mark.parametrize(
    "url", ["pacs.test", "ftp://pacs.test", "https://user:pw@pacs.test", "https://pacs.test/?a=b", "http://:80"]
)
def test_an_address_that_is_none_is_told(url: str) -> None:
    (told,) = problems(STOW.replace("https://pacs.test/dicom-web", url))
    assert "begins with http:// or https://, without user or query" in told


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('user = "node"\n', "user and password_file go together"),
        ('user = "n"\npassword_file = "p"\ntoken_file = "t"\n', "two ways to say who calls"),
        ('[destination.tls]\ncertificate_file = "c"\n', "certificate_file and key_file go together"),
        ('[destination.tls]\nkey_password_file = "p"\n', "key_password_file is given, but no key_file"),
        ('[destination.tls]\nserver_name = "n"\ncheck_host_name = false\n', "give one of them"),
    ],
)
def test_keys_that_contradict_each_other_are_told_with_their_place(more: str, words: str) -> None:
    (told,) = problems(STOW + more)
    assert told.startswith("line ")
    assert "destination[1]" in told
    assert words in told


def test_tls_to_a_plain_address_or_a_folder_is_told() -> None:
    (told,) = problems(STOW.replace("https", "http") + "[destination.tls]\n")
    assert "url begins with http: write https" in told
    (told,) = problems('[[destination]]\nname = "f"\nkind = "folder"\nfolder = "out"\n[destination.tls]\n')
    assert "a folder is not called by TLS" in told


def test_a_listener_with_tls_needs_its_certificate_and_whom_it_believes() -> None:
    told = problems("[tls]\n")
    assert [line.partition(": ")[2].partition(":")[0] for line in told] == ["tls.certificate_file", "tls.key_file"]
    (told_one,) = problems('[tls]\ncertificate_file = "c"\nkey_file = "k"\n')
    assert "tls: authorities_file is missing" in told_one
    (told_one,) = problems('[tls]\nport = 11112\ncertificate_file = "c"\nkey_file = "k"\nauthorities_file = "a"\n')
    assert "tls.port and node.port are both 11112" in told_one
