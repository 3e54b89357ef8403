import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.receive.orders.er7 import NotHl7, read_header, read_message
from tests.fakes.orders import make_message

UTF8 = "UNICODE UTF-8"


def read(text: str, encoding: str = "utf-8", unnamed: str = UTF8) -> list[str]:
    """Return PID-5 components of a message."""
    (pid,) = read_message(text.encode(encoding), unnamed).named("PID")
    return [pid.text(5, component) for component in (1, 2)]


def test_fields_are_numbered_as_the_standard_numbers_them() -> None:
    header = read_header(make_message(control_id="M7"))
    assert (header.text(3), header.text(9, 2), header.text(10), header.text(12)) == ("RIS", "O01", "M7", "2.3.1")
    assert header.text(99) == ""


@pytest.mark.parametrize("separator", ["\r", "\n", "\r\n"])
def test_segments_may_be_separated_as_systems_do_it(separator: str) -> None:
    assert read(f"MSH|^~\\&|A{separator}PID|1||||Doe^Jane{separator}") == ["Doe", "Jane"]


def test_other_delimiters_are_those_of_the_header() -> None:
    assert read("MSH#*~!@#A\rPID#1####Doe!T!*Jane!F!") == ["Doe@", "Jane#"]


def test_escapes_are_taken_back_and_formatting_is_dropped() -> None:
    assert read("MSH|^~\\&|A\rPID|1||||O\\T\\N\\F\\\\S\\x\\E\\^\\H\\Jane\\N\\\\.br\\Ann") == ["O&N|^x\\", "Jane Ann"]


def test_two_quotation_marks_are_no_value() -> None:
    assert read('MSH|^~\\&|A\rPID|1||||""^Jane') == ["", "Jane"]


@pytest.mark.parametrize(
    ("name", "encoding", "family"),
    [
        ("UNICODE UTF-8", "utf-8", "Müller"),
        ("8859/1", "iso8859-1", "Müller"),
        ("8859/6", "iso8859-6", "قباني"),
        ("8859/15", "iso8859-15", "Œuvre"),
        ("~ISO IR87", "iso2022_jp", "山田"),
        ("GB 18030-2000", "gb18030", "王"),
    ],
)
def test_characters_are_those_of_msh_18(name: str, encoding: str, family: str) -> None:
    assert read(f"MSH|^~\\&|A{'|' * 15}{name}\rPID|1||||{family}^Jane", encoding) == [family, "Jane"]


def test_without_msh_18_the_configured_set_holds() -> None:
    assert read("MSH|^~\\&|A\rPID|1||||Müller^Jane", "iso8859-1", "8859/1") == ["Müller", "Jane"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"MSH",
        b"MSH|",
        b"MSH||",
        b"MSH|||||",
        b"FHS|^~\\&|A\r",
        "MSH|^~\\&|A\rPID|1||||Müller".encode("iso8859-1"),
        b"MSH|^~\\&|A|||||||||||||||JIS X0202-1990\rPID|1",
    ],
)
def test_what_cannot_be_read_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NotHl7):
        read_message(content, UTF8)


@given(st.binary(max_size=200) | st.text(alphabet='MSH|^~\\&\rPID\n"', max_size=200).map(str.encode))
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    try:
        message = read_message(b"MSH|^~\\&|" + content, UTF8)
    except NotHl7:
        return
    for segment in message.segments:
        assert isinstance(segment.text(3, 4, 2), str)
