from dataclasses import replace
from pathlib import Path

from config.drift import Drift
from dicom_node.drift.input_look import InputLook
from dicom_node.drift.inputs import REGION_SHARES, Against, InputLine
from dicom_node.drift.scores import DriftVerdict
from dicom_node.measure_ports import EVERY_REGION, SentImages
from inference.zoo.input_reference import INPUT_REFERENCE
from tests.fakes.clock import FakeClock
from tests.fakes.measures import ROOM1, FakeSentMeasures, draw_images, put_input_reference

LEARNING = Drift(baseline_images=100)


def make_look(
    folder: Path, *sent: SentImages, settings: Drift = LEARNING
) -> tuple[InputLook, FakeSentMeasures, FakeClock]:
    book, clock = FakeSentMeasures(*sent), FakeClock()
    put_input_reference(folder, draw_images(200, seed=1))
    return InputLook(book, clock, folder, "f32", settings), book, clock


def hands(images: int, seed: int = 2, **changes: float) -> SentImages:
    return SentImages(ROOM1, draw_images(images, seed, **changes))


def line_of(lines: list[InputLine], region: str) -> InputLine:
    return next(each for each in lines if each.origin.region == region)


def test_each_region_has_a_line_and_all_of_a_sender_together_another(tmp_path: Path) -> None:
    look, _, _ = make_look(tmp_path, hands(60), SentImages(replace(ROOM1, region="leg"), draw_images(70, 3)))
    lines = look.lines()
    assert [(each.origin.region, each.images) for each in lines] == [(EVERY_REGION, 130), ("hand", 60), ("leg", 70)]
    assert [each.measure for each in lines[0].measures] == [REGION_SHARES]


def test_images_as_on_validation_do_not_differ_and_others_do(tmp_path: Path) -> None:
    look, book, clock = make_look(tmp_path, hands(90))
    assert not line_of([*look.lines()], "hand").differing
    book.kept = [hands(90, contrast=-0.3)]
    clock.advance(600)
    assert [each.measure for each in line_of([*look.lines()], "hand").differing] == ["contrast"]


def test_a_bundle_without_a_reference_learns_from_the_first_images_of_each_sender(tmp_path: Path) -> None:
    look, book, _ = make_look(tmp_path, hands(90))
    (tmp_path / INPUT_REFERENCE).unlink()
    line = line_of([*look.look(30)], "hand")
    assert {each.verdict for each in line.measures} == {DriftVerdict.LEARNING}
    assert (line.learned.found, line.learned.wanted) == (90, 100)
    book.kept = [hands(400)]
    assert not line_of([*look.look(30)], "hand").differing
    book.kept = [hands(400, seed=3, sharpness=0.6)]
    (differing,) = line_of([*look.look(30)], "hand").differing
    assert (differing.measure, differing.against) == ("sharpness", Against.OWN)


def test_a_reference_of_other_canvases_is_none(tmp_path: Path) -> None:
    look, _, _ = make_look(tmp_path, hands(90))
    path = tmp_path / INPUT_REFERENCE
    path.write_text(path.read_text().replace('"finest_px": 512', '"finest_px": 384'))
    assert {each.against for each in line_of([*look.look(30)], "hand").measures} == {None}


def test_a_site_may_compare_with_its_own_images_alone(tmp_path: Path) -> None:
    settings = Drift(inputs_against="own", baseline_images=100)
    look, book, _ = make_look(tmp_path, hands(100, contrast=-0.3), settings=settings)
    assert not line_of([*look.look(30)], "hand").differing
    book.kept = [hands(100)]
    assert [each.measure for each in line_of([*look.look(30)], "hand").differing] == ["contrast"]


def test_after_a_change_that_is_right_images_are_learned_anew(tmp_path: Path) -> None:
    settings = Drift(inputs_against="own", baseline_images=100)
    look, book, clock = make_look(tmp_path, hands(100), settings=settings)
    look.look(30)
    clock.advance(60)
    assert look.learn_anew("ROOM1") == 2
    book.kept, book.measured_at = [hands(100, seed=5, matrix_px=-1200)], clock.now()
    assert not line_of([*look.look(30)], "hand").differing


def test_a_distance_that_other_models_measured_is_not_compared(tmp_path: Path) -> None:
    settings = Drift(inputs_against="own", baseline_images=100)
    look, book, _ = make_look(tmp_path, hands(100), settings=settings)
    look.look(30)
    book.learned = {origin: replace(each, model_set="0" * 64) for origin, each in book.learned.items()}
    line = line_of([*look.look(30)], "hand")
    verdicts = {each.measure: each.verdict for each in line.measures}
    assert verdicts.pop("distance") is DriftVerdict.NO_REFERENCE
    assert set(verdicts.values()) == {DriftVerdict.SAME}
