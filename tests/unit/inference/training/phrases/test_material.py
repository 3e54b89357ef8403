from inference.training.phrases.material import is_spoken, make_material
from inference.training.phrases.phrasings import load_phrasings
from inference.training.phrases.recipe import load_phrase_book

RECIPE = load_phrase_book()["report-phrases-lstm"].model_copy(update={"studies": 400})
MATERIAL = make_material(RECIPE, load_phrasings())


def plans(part: str) -> set[tuple[str, ...]]:
    return {example.plan.source for example in getattr(MATERIAL, part)}


def test_no_plan_is_in_two_parts() -> None:
    assert not plans("training") & plans("test")
    assert not plans("training") & plans("validation")
    assert not plans("validation") & plans("test")


def test_every_part_has_studies_and_most_are_for_training() -> None:
    sizes = [len(getattr(MATERIAL, part)) for part in ("training", "validation", "test")]
    assert min(sizes) > 10
    assert sizes[0] > 0.6 * sum(sizes)


def test_the_vocabulary_is_that_of_the_training_and_speaks_of_all() -> None:
    assert is_spoken(MATERIAL.training, MATERIAL.target)
    assert not is_spoken(MATERIAL.training, MATERIAL.target[:-1])
    assert MATERIAL.target[:3] == ("<pad>", "<begin>", "<end>")


def test_the_same_recipe_makes_the_same_material_and_another_seed_another() -> None:
    assert make_material(RECIPE, load_phrasings()) == MATERIAL
    assert make_material(RECIPE.model_copy(update={"seed": 1}), load_phrasings()) != MATERIAL
