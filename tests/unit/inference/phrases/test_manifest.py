"""A phrase model is used only where every byte is the one that its manifest names."""

from pathlib import Path

import pytest

from domain.errors import ModelError, WeightsMismatch
from inference.phrases.manifest import FILES, MANIFEST, load_phrases
from tests.fakes.phrase_models import write_phrase_model


def test_a_model_is_read_with_its_files(tmp_path: Path) -> None:
    phrases = load_phrases(write_phrase_model(tmp_path))
    assert phrases.manifest.title == "scripted-phrases 0.0.1"
    assert set(phrases.files) == FILES


def test_a_folder_without_a_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no phrase model.*models train report-phrases-lstm"):
        load_phrases(tmp_path)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_was_changed_or_is_gone_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_phrase_model(tmp_path)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(WeightsMismatch, match=f"{name} is not the file"):
        load_phrases(folder)
    (folder / name).unlink()
    with pytest.raises(WeightsMismatch, match=f"{name} of the phrase model cannot be read"):
        load_phrases(folder)


@pytest.mark.parametrize("content", ["", "{}", '{"schema": 2}'])
def test_a_manifest_that_is_none_is_refused_with_what_is_wrong(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(ModelError, match="is not valid"):
        load_phrases(tmp_path)


def test_a_manifest_that_names_other_files_is_refused(tmp_path: Path) -> None:
    folder = write_phrase_model(tmp_path, files={"encoder.xml": "0" * 64})
    with pytest.raises(ModelError, match="names other files"):
        load_phrases(folder)
