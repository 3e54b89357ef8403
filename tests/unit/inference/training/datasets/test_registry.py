from collections.abc import Callable
from pathlib import Path

import pytest

from inference.training.datasets.registry import BOX_CLASSES, PUBLISHED, READERS
from tests.fakes import dataset_trees

WRITERS: dict[str, Callable[..., Path]] = {
    "mura": dataset_trees.write_mura,
    "lera": dataset_trees.write_lera,
    "mura-lera": dataset_trees.write_mura_lera,
    "grazpedwri": dataset_trees.write_grazpedwri,
    "spinexr": dataset_trees.write_spinexr,
    "fracatlas": dataset_trees.write_fracatlas,
    "bone-break": dataset_trees.write_bone_break,
}


def test_every_dataset_has_a_reader_a_description_and_a_stand_in() -> None:
    assert set(READERS) == set(PUBLISHED) == set(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_every_stand_in_is_read_in_the_same_order_twice_and_its_images_are_there(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path)
    images = READERS[name](tmp_path)
    assert list(images) == list(READERS[name](tmp_path))
    assert len({image.path for image in images}) == len(images)
    assert all(image.path.is_file() for image in images)


@pytest.mark.parametrize("name", WRITERS)
def test_the_labels_of_boxes_are_those_that_are_announced(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path)
    labels = {box.label for image in READERS[name](tmp_path) for box in image.boxes}
    assert labels <= set(BOX_CLASSES.get(name, ()))
    assert bool(labels) == (name in BOX_CLASSES)


@pytest.mark.parametrize("name", WRITERS)
def test_every_stand_in_has_both_answers_where_its_dataset_has(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path)
    answers = {image.abnormal for image in READERS[name](tmp_path)}
    assert answers == ({True} if name == "bone-break" else {True, False})


@pytest.mark.parametrize("name", WRITERS)
def test_a_stand_in_is_the_same_every_time(name: str, tmp_path: Path) -> None:
    first, second = WRITERS[name](tmp_path / "a"), WRITERS[name](tmp_path / "b")
    for path in first.rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
