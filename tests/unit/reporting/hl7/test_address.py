"""A message gets its receiver and its characters, and nothing else changes."""

from typing import get_args

import pytest

from config.destination import HL7CharacterSet
from domain.document import DocumentKind
from domain.errors import DocumentError
from reporting.hl7.address import ENCODINGS, address
from tests.fakes.report_sources import draft_image, draft_images, make_header, pick, read_image


def message_of(**elements: object) -> bytes:
    return pick(draft_image(make_header(**elements)), DocumentKind.HL7_ORU)[0].content


def test_a_message_is_addressed_without_any_other_change() -> None:
    content = message_of()
    addressed = address(content, "RIS|1", "HOSP")
    assert addressed.split(b"|")[4:6] == [b"RIS\\F\\1", b"HOSP"]
    assert addressed.replace(b"RIS\\F\\1|HOSP", b"|", 1) == content


def test_every_set_that_a_site_may_name_has_its_encoding() -> None:
    assert set(ENCODINGS) == set(get_args(HL7CharacterSet))
    for name, encoding in ENCODINGS.items():
        addressed = address(message_of(), "RIS", "HOSP", name)
        assert addressed.split(b"|")[17].split(b"\r")[0] == name.encode()
        assert addressed.decode(encoding).isascii()


@pytest.mark.parametrize(
    ("name", "elements", "character_set"),
    [
        ("Müller^José", {"SpecificCharacterSet": "ISO_IR 100"}, "8859/1"),
        ("Müller^José", {"SpecificCharacterSet": "ISO_IR 100"}, "8859/15"),
        ("Петров^Иван", {"SpecificCharacterSet": "ISO_IR 144"}, "8859/5"),
        ("قباني^لنزار", {"SpecificCharacterSet": "ISO_IR 127"}, "8859/6"),
        ("Διονυσιος", {"SpecificCharacterSet": "ISO_IR 126"}, "8859/7"),
    ],
)
def test_a_name_is_written_in_the_bytes_of_the_set(name: str, elements: dict[str, str], character_set: str) -> None:
    addressed = address(message_of(PatientName=name, **elements), "RIS", "", character_set)  # type: ignore[arg-type]
    (pid,) = [line for line in addressed.split(b"\r") if line.startswith(b"PID")]
    assert pid.split(b"|")[5].startswith(name.encode(ENCODINGS[character_set]))  # type: ignore[index]


@pytest.mark.parametrize("character_set", ["ASCII", "8859/1", "8859/6"])
def test_a_name_that_the_set_cannot_carry_is_never_changed_and_never_repeated(character_set: str) -> None:
    content = message_of(SpecificCharacterSet="ISO_IR 192", PatientName="山田^太郎")
    with pytest.raises(DocumentError, match=f"characters that {character_set} cannot carry") as raised:
        address(content, "RIS", "", character_set)  # type: ignore[arg-type]
    assert raised.value.__cause__ is raised.value.__context__ is None
    assert "山" not in str(raised.value)


@pytest.mark.parametrize(("language", "character_set"), [("fr", "8859/15"), ("es", "8859/1"), ("ar", "8859/6")])
def test_the_text_of_a_language_fits_a_set_of_its_script(language: str, character_set: str) -> None:
    header = make_header()
    statement = draft_images((header, read_image(header)), language=language)
    content = pick(statement, DocumentKind.HL7_ORU)[0].content
    assert address(content, "RIS", "", character_set)  # type: ignore[arg-type]


def test_what_hl7apy_refuses_does_not_leave() -> None:
    with pytest.raises(DocumentError, match="hl7apy"):
        address(message_of().replace(b"|P|2.5.1|", b"||2.5.1|"), "RIS", "HOSP")
