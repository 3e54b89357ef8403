from pathlib import Path

import pytest

from dicom_node.cli.main import run


def train(*arguments: str, data: Path) -> int:
    return run(["models", "train", *arguments, "--data", str(data)])


def test_a_recipe_that_is_not_there_lists_those_that_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("resnet18", data=tmp_path) == 2
    said = capsys.readouterr().err
    for name in ("resnet50-hierarchical", "fracatlas-mobilenetv2-region", "report-phrases-lstm"):
        assert name in said


def test_a_dataset_without_the_labels_is_refused_with_those_that_have_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("efficientnetb6-types", "--dataset", "fracatlas", "--weights", "random", data=tmp_path) == 2
    assert "bone-break" in capsys.readouterr().err


def test_weights_that_are_neither_a_word_nor_a_file_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("vgg16-cnn", "--weights", "imagnet", data=tmp_path) == 2
    assert "neither imagenet nor random nor a file" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_the_shipped_recipes_start_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("fracatlas-mobilenetv2-region", "--weights", "random", data=tmp_path) == 2
    assert "give ImageNet weights without the top" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_short_epochs_are_for_networks_that_are_trained_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("resnet50-pca", "--images-per-epoch", "9", "--weights", "random", data=tmp_path) == 2
    assert "no Keras network" in " ".join(capsys.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize("option", [["--data", "."], ["--weights", "random"], ["--dataset", "lera"]])
def test_a_recipe_that_generates_its_text_takes_nothing_that_it_would_ignore(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "train", "report-phrases-lstm", *option]) == 2
    assert option[0] in capsys.readouterr().err


def test_every_other_recipe_needs_its_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    for recipe in ("vgg16-cnn", "fracatlas-mobilenetv2-region"):
        assert run(["models", "train", recipe]) == 2
        assert "needs the folder of its dataset" in " ".join(capsys.readouterr().err.replace("│", " ").split())
