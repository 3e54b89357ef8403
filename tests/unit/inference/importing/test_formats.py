from pathlib import Path

import pytest

from domain.errors import ConfigError, ModelError
from inference.importing.formats import open_source


def test_a_file_of_no_known_kind_is_told_what_is_taken(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(b"x")
    with pytest.raises(ConfigError, match=r"\.ckpt is nothing known\. Taken are \.keras"):
        open_source(tmp_path / "model.ckpt")


def test_a_folder_that_is_no_saved_model_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no saved_model\.pb"):
        open_source(tmp_path)


def test_a_pickle_is_refused_before_anything_of_it_is_read(tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    (tmp_path / "trees.pkl").write_bytes(b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR.")
    with pytest.raises(ModelError, match=r"a pickle is a program.*save_model\('model\.txt'\).*--allow-pickle"):
        open_source(tmp_path / "trees.pkl")
    assert not marker.exists()


def test_trees_ask_for_the_network_below_them(tmp_path: Path) -> None:
    (tmp_path / "trees.txt").write_text("tree")
    with pytest.raises(ConfigError, match="--backbone is missing"):
        open_source(tmp_path / "trees.txt")
