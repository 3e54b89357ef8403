from pathlib import Path

import pytest

from dicom_node.deliver.web_credentials import read_credentials, require_credentials
from domain.errors import ConfigError
from tests.fakes.web_archive import web_destination


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("sesame\n")
    return path


def test_without_a_secret_nothing_is_said_of_who_calls() -> None:
    assert read_credentials(web_destination("stow")) == {}


def test_each_way_has_its_header(secret: Path) -> None:
    basic = web_destination("stow", user="node", password_file=secret)
    assert read_credentials(basic) == {"Authorization": "Basic bm9kZTpzZXNhbWU="}
    assert read_credentials(web_destination("stow", token_file=secret)) == {"Authorization": "Bearer sesame"}
    other = web_destination("stow", token_file=secret, token_header="X-Api-Key")
    assert read_credentials(other) == {"X-Api-Key": "sesame"}


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines", b"\xff\xfe"])
def test_a_file_that_holds_no_secret_of_one_line_is_told_without_what_is_in_it(secret: Path, content: bytes) -> None:
    secret.write_bytes(content)
    with pytest.raises(ConfigError, match="token_file: ") as caught:
        read_credentials(web_destination("stow", token_file=secret))
    assert "lines" not in str(caught.value).replace("one line", "")


def test_every_secret_that_cannot_be_read_is_told_at_once(secret: Path, tmp_path: Path) -> None:
    good, gone = web_destination("stow", token_file=secret), web_destination("orthanc", token_file=tmp_path / "gone")
    require_credentials([good])
    with pytest.raises(ConfigError) as caught:
        require_credentials([gone, good, gone])
    told = f"destination orthanc: token_file: {tmp_path}/gone cannot be read: No such file or directory"
    assert caught.value.problems == (told, told)
