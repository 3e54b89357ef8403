import pytest

from dicom_node.console.readable.message import read_message


@pytest.mark.parametrize(
    ("named", "encoding"), [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("8859/6", "iso8859-6"), ("", "utf-8")]
)
def test_a_message_is_read_in_the_character_set_that_it_names(named: str, encoding: str) -> None:
    text = "قباني" if "6" in named else "Müller"
    if named == "UNICODE UTF-8":
        text += " قباني"
    header = "|".join(["MSH", "^~\\&", *[""] * 15, named])
    segments = read_message(f"{header}\rPID|||{text}\r".encode(encoding))
    assert [(each.name, each.text) for each in segments][1] == ("PID", f"|||{text}")


def test_bytes_that_a_character_set_does_not_have_are_marked() -> None:
    assert read_message(b"MSH|^~\\&\rPID|\xff\r")[1].text == "|\ufffd"


def test_what_is_no_message_is_shown_as_it_stands() -> None:
    assert read_message(b"nothing")[0].name == "not"
