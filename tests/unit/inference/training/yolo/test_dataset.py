"""Which images of a dataset a recipe takes, and for what."""

from pathlib import Path
from typing import Any

import pytest

from inference.training.datasets.labelled import LabelledBox, LabelledImage
from inference.training.yolo.dataset import YoloDataset, build_dataset, choose_images
from inference.training.yolo.recipe import YoloRecipe
from tests.fakes.dataset_trees import write_grazpedwri

SHARES = {"training": 0.5, "validation": 0.25, "test": 0.25}


def make_recipe(**changes: Any) -> YoloRecipe:
    plain: dict[str, Any] = {
        "engine": "yolo",
        "name": "small",
        "about": "For a test.",
        "dataset": "grazpedwri",
        "classes": ["fracture", "text"],
        "shares": SHARES,
        "model": "yolov8n",
        "side_px": 64,
        "preprocess": ["letterbox"],
        "epochs": 1,
    }
    return YoloRecipe.model_validate(plain | changes)


def make_images(count: int = 40, *, views: int = 2) -> list[LabelledImage]:
    box = (LabelledBox("fracture", 1.0, 2.0, 3.0, 4.0),)
    return [
        LabelledImage(
            Path(f"{patient}-{view}.png"),
            patient=f"p{patient}",
            study="s",
            split="test" if patient % 4 == 0 else "train",
            abnormal=patient % 4 == 1,
            boxes=box if patient % 4 == 1 else (),
            age_years=float(patient),
        )
        for patient in range(count)
        for view in range(views)
    ]


def test_no_patient_stands_in_two_parts() -> None:
    splits = choose_images(make_recipe(), make_images())
    patients = [{image.patient for image in part} for part in (splits.training, splits.validation, splits.test)]
    assert [len(each) for each in patients] == [20, 10, 10]
    assert len(set.union(*patients)) == 40


def test_patients_of_other_ages_are_left_out_of_every_part() -> None:
    splits = choose_images(make_recipe(age_years=[3, 14.0]), make_images())
    ages = {image.age_years for part in (splits.training, splits.validation, splits.test) for image in part}
    assert ages == {float(age) for age in range(3, 15)}


def test_ages_that_nobody_has_are_told() -> None:
    with pytest.raises(ValueError, match="no patient is 90 to 99 years old"):
        choose_images(make_recipe(age_years=[90, 99]), make_images())


def test_the_authors_test_part_stays_as_they_published_it() -> None:
    splits = choose_images(make_recipe(shares="published"), make_images())
    assert {image.patient for image in splits.test} == {f"p{patient}" for patient in range(0, 40, 4)}


def test_images_without_a_box_are_thinned_out_in_training_alone() -> None:
    everything, thin = (choose_images(make_recipe(background=share), make_images()) for share in (None, 0.5))
    with_box = [image for image in everything.training if image.boxes]
    assert [image for image in thin.training if image.boxes] == with_box
    assert len(thin.training) == len(with_box) * 3 // 2 < len(everything.training)
    assert (thin.validation, thin.test) == (everything.validation, everything.test)


def test_a_box_of_a_class_that_the_recipe_does_not_name_makes_an_image_background() -> None:
    splits = choose_images(make_recipe(classes=["text"], background=1.0), make_images())
    assert splits.training == ()


USES = {"train": "to train on", "val": "to validate", "test": "to test"}


def test_a_published_folder_becomes_canvases_and_label_files_that_say_the_same(tmp_path: Path) -> None:
    said: list[str] = []
    data = write_grazpedwri(tmp_path / "data", patients=8)
    dataset = build_dataset(make_recipe(), data, tmp_path / "run", threads=1, report=said.append)
    layout = tmp_path / "run" / "layout" / "labels"
    assert said == [f"small: {', '.join(describe(layout / part, use) for part, use in USES.items())}"]
    for image in dataset.splits.training:
        lines = (layout / "train" / f"{image.path.stem}.txt").read_text().splitlines()
        assert [numbers_of(line) for line in lines] == [
            pytest.approx(as_numbers(box)) for box in image.boxes if box.label in ("fracture", "text")
        ]


def test_a_test_part_without_a_box_is_refused_before_hours_of_training(tmp_path: Path) -> None:
    data = write_grazpedwri(tmp_path / "data", patients=8)
    with pytest.raises(ValueError, match="no test image has a box of metal"):
        build_dataset(make_recipe(classes=["metal"]), data, tmp_path / "run", threads=1, report=lambda line: None)
    assert not (tmp_path / "run").exists()


def describe(labels: Path, use: str) -> str:
    files = list(labels.iterdir())
    boxes = sum(len(file.read_text().splitlines()) for file in files)
    return f"{len(files)} images with {boxes} boxes {use}"


def numbers_of(line: str) -> list[float]:
    return [float(number) for number in line.split()]


def as_numbers(box: LabelledBox) -> list[float]:
    width, height = box.x_max_px - box.x_min_px, box.y_max_px - box.y_min_px
    numbers = (box.x_min_px + width / 2, box.y_min_px + height / 2, width, height)
    return [float(("fracture", "text").index(box.label)), *(number / 64 for number in numbers)]


def test_figures_are_measured_on_validation_where_there_is_no_test_part() -> None:
    recipe = make_recipe(shares={"training": 0.5, "validation": 0.5, "test": 0.0})
    splits = choose_images(recipe, make_images())
    assert YoloDataset(splits, Path("data.yaml")).measured == ("validation", splits.validation)
