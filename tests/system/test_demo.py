"""osteonode demo: every sample has its answer, in the table and in the folder."""

from pathlib import Path

import pydicom
import pytest
from PIL import Image

from inference.phantom.samples import SAMPLE_STUDIES
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.command_line import run_command

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Run the demo once with the stand-in bundle; return what it printed and its folder."""
    out = tmp_path_factory.mktemp("demo") / "results"
    bundle = write_bundle(tmp_path_factory.mktemp("bundle"))
    done = run_command("demo", "--out", out, "--bundle", bundle, "--timeout-seconds", 150)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout, out


def test_the_table_has_a_row_for_every_sample(demo: tuple[str, Path]) -> None:
    shown, _ = demo
    rows = {line.split()[0]: line for line in shown.splitlines() if line.split()}
    for sample in SAMPLE_STUDIES:
        assert sample.name in rows
    assert "not analysed" in rows["chest"]
    assert "phantoms, not patients" in shown


@pytest.mark.parametrize("sample", SAMPLE_STUDIES, ids=lambda sample: sample.name)
def test_every_document_came_back_and_lies_in_the_sample_s_folder(demo: tuple[str, Path], sample: object) -> None:
    folder = demo[1] / sample.name  # type: ignore[attr-defined]
    assert [path.name for path in folder.glob("structured-report*")] == ["structured-report-1.dcm"]
    overlays = sorted(folder.glob("overlay-*.dcm"))
    assert len(overlays) == len(sample.images)  # type: ignore[attr-defined]
    report = pydicom.dcmread(folder / "structured-report-1.dcm")
    message = (folder / "message-1.hl7").read_text(encoding="utf-8")
    assert report.AccessionNumber == sample.identity.accession_number  # type: ignore[attr-defined]
    assert message.startswith("MSH|")
    assert f"|{report.AccessionNumber}" in message


@pytest.mark.parametrize("kind", ["summary", "overlay"])
def test_a_png_shows_the_pixels_of_each_capture(demo: tuple[str, Path], kind: str) -> None:
    found = sorted(demo[1].glob(f"*/{kind}-*.dcm"))
    assert {path.parent.name for path in found} == {sample.name for sample in SAMPLE_STUDIES}
    for dicom in found:
        ds = pydicom.dcmread(dicom)
        with Image.open(dicom.with_suffix(".png")) as png:
            assert png.size == (ds.Columns, ds.Rows)
            assert png.tobytes() == ds.pixel_array.tobytes()


def test_the_report_of_each_sample_is_a_pdf(demo: tuple[str, Path]) -> None:
    for sample in SAMPLE_STUDIES:
        pdf = (demo[1] / sample.name / "report.pdf").read_bytes()
        ds = pydicom.dcmread(demo[1] / sample.name / "report-1.dcm")
        assert pdf == ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]


def test_an_answer_that_does_not_come_in_time_ends_with_1_and_says_what_is_late(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    done = run_command("demo", "--out", tmp_path / "out", "--bundle", bundle, "--timeout-seconds", 1)
    assert done.returncode == 1
    assert "not everything was answered within 1 s" in done.stderr
    assert "Traceback" not in done.stderr
