import pytest
import typer

from dicom_node.cli.send import split_address


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
