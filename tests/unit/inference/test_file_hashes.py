"""Files are named by what is in them."""

from pathlib import Path

import pytest

from inference.file_hashes import hash_files

#: FIPS 180-4, the example of one block: "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_each_file_has_its_digest_by_its_name_alone(tmp_path: Path) -> None:
    (tmp_path / "model.xml").write_bytes(b"abc")
    (tmp_path / "model.bin").write_bytes(b"abd")
    hashes = hash_files([tmp_path / "model.xml", tmp_path / "model.bin"])
    assert list(hashes) == ["model.xml", "model.bin"]
    assert hashes["model.xml"] == ABC != hashes["model.bin"]


def test_a_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        hash_files([tmp_path / "model.xml"])
