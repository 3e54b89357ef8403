from pathlib import Path

import numpy as np

from inference.training.datasets.labelled import LabelledBox, LabelledImage
from inference.training.families.parts import plan_parts
from inference.training.recipe_book import load_book

BOOK = load_book()


def image(**labels) -> LabelledImage:
    return LabelledImage(Path("a.png"), "p", "s", **labels)


def box(label: str, side_px: float) -> LabelledBox:
    return LabelledBox(label, 0, 0, side_px, side_px)


def test_a_hierarchy_is_a_region_and_one_specialist_for_each() -> None:
    parts = plan_parts(BOOK["resnet50-hierarchical"])
    assert [part.name for part in parts] == ["region", "abnormal-elbow", "abnormal-hand", "abnormal-shoulder"]
    assert [part.regions for part in parts] == [(), ("elbow",), ("hand",), ("shoulder",)]


def test_the_region_is_learnt_from_images_of_one_region_in_the_order_of_the_classes() -> None:
    region = plan_parts(BOOK["resnet50-hierarchical"])[0]
    positions, labels = region.select(
        [
            image(regions=("hand",)),
            image(regions=("hand", "elbow")),
            image(regions=("foot",)),
            image(regions=("elbow",)),
        ]
    )
    assert positions.tolist() == [0, 3]
    assert labels.tolist() == [[0, 1, 0], [1, 0, 0]]


def test_a_specialist_learns_from_its_region_alone_and_not_from_what_nobody_labelled() -> None:
    hand = plan_parts(BOOK["resnet50-hierarchical"])[2]
    positions, labels = hand.select(
        [
            image(regions=("hand",), abnormal=True),
            image(regions=("elbow",), abnormal=True),
            image(regions=("hand",)),
            image(regions=("hand", "elbow"), abnormal=False),
        ]
    )
    assert positions.tolist() == [0, 3]
    assert labels.tolist() == [[1], [0]]


def test_sigmoids_name_every_region_that_is_shown_and_abnormal_last() -> None:
    labels = plan_parts(BOOK["efficientnetb5-multilabel"].on("fracatlas"))[0]
    _, values = labels.select([image(regions=("leg", "hip"), abnormal=True), image(regions=("hand",), abnormal=False)])
    assert values.tolist() == [[0, 1, 1, 0, 1], [1, 0, 0, 0, 0]]


def test_an_image_counts_for_the_lesion_that_covers_most() -> None:
    (lesion,) = plan_parts(BOOK["inceptionv3-spinexr"])
    boxes = (box("Osteophytes", 4), box("Surgical implant", 5), box("Osteophytes", 4))
    positions, labels = lesion.select([image(), image(boxes=boxes)])
    assert positions.tolist() == [1]
    assert lesion.classes[int(np.argmax(labels[0]))] == "Osteophytes"


def test_a_type_that_the_recipe_does_not_know_teaches_nothing() -> None:
    (kind,) = plan_parts(BOOK["efficientnetb6-types"])
    positions, _ = kind.select([image(fracture_type="spiral fracture"), image(fracture_type="torus fracture")])
    assert positions.tolist() == [0]


def test_outputs_have_the_names_that_a_manifest_wants() -> None:
    wanted = {"region": "region", "fracture": "fracture_probability", "types": "type", "multilabel": "labels"}
    parts = [part for name in BOOK if not name.startswith("yolo") for part in plan_parts(BOOK[name])]
    assert {part.task: part.output for part in parts} == wanted
