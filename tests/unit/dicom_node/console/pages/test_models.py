import json
import shutil
from pathlib import Path

from config.final_reports import FinalReports
from config.orders import Orders
from config.reading import Reading
from config.settings import Console, Settings
from dicom_node.console.pages.model_sections.agreement import MEASURES
from dicom_node.console.pages.model_sections.drift import TONES
from dicom_node.console.pages.model_sections.inputs import TONES as INPUT_TONES
from dicom_node.console.reliability_diagram import LEFT, SIDE, TOP, draw
from dicom_node.console.translation import load_words
from dicom_node.drift.inputs import REGION_SHARES, Against, InputLine, Learned, MeasureLine
from dicom_node.drift.scores import DriftLine, DriftVerdict
from dicom_node.measure_ports import Origin
from dicom_node.reading_ports import MemberTime
from domain.final_report import ReportRemark, ReportStatement, StudyAnswer
from domain.image_measures import MEASURE_NAMES
from domain.role import Role
from inference.training.fracatlas import REGIONS
from inference.zoo import BUNDLED, MANIFESTS, load_manifest, model_set
from inference.zoo.evaluation import EVALUATIONS, ReliabilityBin, load_evaluation
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.desks import FakeReadingTimes
from tests.fakes.final_reports import FakeReports, make_comparison


def browse(bundle: Path | None = None, **services: object) -> str:
    settings = Settings(console=Console(enabled=True), reading=Reading(bundle=bundle))
    return Browser(open_console(make_services(**{"settings": settings, **services}))).get("/models").text


def copy_bundle(folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copyfile(BUNDLED / name, folder / name)
    return folder


def test_every_member_stands_there_with_version_digest_and_weight() -> None:
    page, manifest = browse(), load_manifest(BUNDLED)
    assert model_set(manifest) in page
    for model in manifest.models:
        assert model.name in page
        assert model.weights_sha256 in page
    assert manifest.fusion is not None
    assert all(f"{weight:.2f}" in page for weight in manifest.fusion.weights.values())


def test_operating_points_and_the_evaluation_are_those_of_the_bundle() -> None:
    page, evaluation = browse(), load_evaluation(BUNDLED)
    assert evaluation is not None
    assert f"{evaluation.measures['all']['roc_auc'].value:.3f}" in page
    assert f"{evaluation.images} radiographs, {evaluation.fractured} with a fracture" in page
    assert page.count('class="dot"') == len(evaluation.reliability)


def test_how_long_a_member_takes_here_is_shown() -> None:
    model = load_manifest(BUNDLED).models[0]
    times = FakeReadingTimes([MemberTime(model.name, model.version, 12, 34.4, 56.6)])
    page = browse(reading_times=times)
    assert all(words in page for words in ("34 ms", "57 ms", "12 images"))


def test_a_bundle_that_nobody_measured_says_so(tmp_path: Path) -> None:
    page = browse(copy_bundle(tmp_path, MANIFESTS["f32"]))
    assert "Nothing was measured of this bundle" in page
    assert "<polyline" not in page


def test_numbers_of_other_models_are_not_shown(tmp_path: Path) -> None:
    copy_bundle(tmp_path, MANIFESTS["f32"], EVALUATIONS["f32"])
    file = tmp_path / EVALUATIONS["f32"]
    file.write_text(json.dumps(json.loads(file.read_text()) | {"model_set": "0" * 64}))
    page = browse(tmp_path)
    assert "of another set of models" in page
    assert "0.943" not in page


def test_what_was_said_and_was_so_lies_on_the_diagonal() -> None:
    bins = [ReliabilityBin(images=4, said=p, fractured=p, low=p, high=p) for p in (0.0, 0.5, 1.0)]
    places = [(dot.x - LEFT, TOP + SIDE - dot.y) for dot in draw(bins).dots]
    assert places == [(0, 0), (SIDE / 2, SIDE / 2), (SIDE, SIDE)]


def test_every_group_of_images_has_its_words() -> None:
    assert {f"models.group_{name}" for name in ("all", *REGIONS, "several")} <= set(load_words())


def test_what_is_said_here_stands_beside_what_was_said_on_validation() -> None:
    counts = {"sent": 70, "index": 0.512, "limit": 0.213, "reference_doubt": 0.1}
    line = DriftLine("ROOM1", "hand", 60, 30, {"colour-picture": 10}, verdict=DriftVerdict.DIFFERS, **counts)
    page = browse(drift=lambda: [line])
    shown = ("ROOM1", "0.512", "0.213", "50.0", "10.0", "14.3", "colour-picture", "differs: look at detector")
    assert all(words in page for words in shown)


def test_a_sender_of_whom_nothing_was_read_has_no_verdict() -> None:
    page = browse(drift=lambda: [DriftLine("ROOM1", "", 0, 0, {"colour-picture": 10}, 10, DriftVerdict.NO_REFERENCE)])
    assert "nothing was read" in page
    assert "no validation images" not in page


def test_while_it_is_compared_for_the_first_time_the_page_says_so_and_looks_again() -> None:
    page = browse(drift=lambda: None)
    assert "are being compared" in page
    assert 'id="drift" data-live="2"' in page


def reports_of(*said: tuple[ReportStatement, StudyAnswer]) -> FakeReports:
    reports = FakeReports()
    for number, (statement, answer) in enumerate(said):
        reports.made[f"1.{number}"] = make_comparison(statement, answer, f"1.{number}")
    return reports


def test_answers_stand_beside_final_reports_and_what_contradicts_can_be_opened() -> None:
    said = [(ReportStatement.FRACTURE, StudyAnswer.PRESENT)] * 9 + [(ReportStatement.FRACTURE, StudyAnswer.ABSENT)]
    settings = Settings(
        orders=Orders(), final_reports=FinalReports(), console=Console(enabled=True, local_role=Role.OPERATOR)
    )
    page = browse(settings=settings, report_comparisons=reports_of(*said))
    assert all(words in page for words in ("agreement, not truth", "90.0", "59.6", "98.2", "Kappa", "MODALITY"))
    assert 'href="/studies/1.9"' in page
    viewer = settings.model_copy(update={"console": Console(enabled=True, local_role=Role.VIEWER)})
    assert 'href="/studies/1.9"' not in browse(settings=viewer, report_comparisons=reports_of(*said))


def test_before_the_first_report_the_page_says_so_and_without_the_table_it_is_silent() -> None:
    settings = Settings(orders=Orders(), final_reports=FinalReports())
    assert "No study has both" in browse(settings=settings)
    assert "final reports" not in browse()


def test_every_statement_and_remark_of_reports_has_its_words() -> None:
    words = {f"models.report_{each}" for each in ReportStatement} | {
        f"models.agreement_{each}" for each in ReportRemark
    }
    words |= {f"study.report_{each}" for each in ReportStatement} | {f"study.answer_{each}" for each in StudyAnswer}
    words |= {f"models.agreement_{each}{hint}" for each in MEASURES for hint in ("", "_hint")}
    assert words <= set(load_words())


def test_every_verdict_has_its_words_and_its_look() -> None:
    assert {f"models.drift_{verdict}" for verdict in DriftVerdict} <= set(load_words())
    assert set(TONES) == set(DriftVerdict)


def test_images_stand_there_with_a_drawing_of_each_measure_that_is_compared() -> None:
    contrast = MeasureLine(
        *("contrast", 60, DriftVerdict.DIFFERS, Against.VALIDATION, 0.512, 0.213, 0.4, 0.7),
        *(("0.5",), (45, 15), (10, 190)),
    )
    field = MeasureLine("field_mm", 60, DriftVerdict.LEARNING, median=430.0)
    line = InputLine(Origin("OSTEONODE", "ROOM1", "hand"), 60, (contrast, field), Learned(0, 60, 200))
    page = browse(inputs=lambda: [line])
    assert page.count('class="shares"') == 1
    shown = ("Displayed contrast", "0.512", "0.213", "of the validation images", "learning the first images", "430")
    assert all(words in page for words in shown)
    assert '<details class="card origin" open>' in page


def test_images_are_looked_at_beside_the_page() -> None:
    assert 'data-live="2"' in browse(inputs=lambda: None)
    assert "No image was measured here lately" in browse()


def test_every_measure_and_verdict_of_images_has_its_words_and_its_look() -> None:
    words = set(load_words())
    assert {f"models.measure_{name}" for name in (*MEASURE_NAMES, REGION_SHARES)} <= words
    assert {f"models.inputs_{verdict}" for verdict in DriftVerdict} <= words
    assert {f"models.inputs_against_{against}" for against in Against} <= words
    assert set(INPUT_TONES) == set(DriftVerdict)
