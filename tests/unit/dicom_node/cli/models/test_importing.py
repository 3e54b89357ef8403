from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dicom_node.cli.main import run
from dicom_node.cli.models import importing
from inference.importing import Request, draw_images, import_model
from inference.importing.contract import settle
from tests.fakes.model_source import REGION_OPTIONS, StandInSource
from tests.fakes.stand_in_bundle import write_bundle


def write(path: Path, content: bytes = b"x") -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.skipif(find_spec("keras") is not None, reason="Keras is installed here")
def test_without_the_frameworks_a_person_is_told_how_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "import", str(write(tmp_path / "m.keras"))]) == 1
    said = capsys.readouterr().err
    assert "MODEL-UNAVAILABLE" in said
    assert "make models" in said


@pytest.mark.parametrize(
    ("file", "code", "says"),
    [
        ("m.ckpt", 2, ".ckpt is nothing known. Taken are .keras"),
        ("m.pkl", 1, "a pickle is a program"),
        ("m.txt", 2, "--backbone is missing"),
    ],
)
def test_a_file_that_is_not_taken_says_what_is(
    file: str, code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "import", str(write(tmp_path / file))]) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "name"), [("Wrist Model_v2.keras", "wrist-model-v2"), ("best.pt", "best"), ("___.h5", "imported")]
)
def test_a_model_is_called_after_its_file(file: str, name: str) -> None:
    assert importing._name_after(Path(file)) == name


def test_a_person_sees_who_said_what_how_well_it_agrees_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = write_bundle(tmp_path / "base")
    request = Request(
        name="four", file_name="four.keras", sha256="0" * 64, options=REGION_OPTIONS, images=draw_images()[:2],
        images_are="drawn radiographs", into=tmp_path / "ours", base=base, float16=True,
    )  # fmt: skip
    importing._print_imported(import_model(StandInSource(), request), request.into, "stand-in 1")
    said = capsys.readouterr().out
    for each in ("you, as an option", "the file", "this is the default", "openvino against stand-in 1", "0.0001"):
        assert each in said
    assert f"models verify --bundle {request.into}" in said
    assert "has not been validated" in said


def test_at_a_terminal_the_missing_answers_are_asked_for_and_a_wrong_one_again() -> None:
    app = typer.Typer()
    options = {key: said for key, said in REGION_OPTIONS.items() if key not in ("range", "preprocess")}

    @app.command()
    def ask() -> None:
        contract = settle(StandInSource().found, options, importing._ask, subject="m")
        print(contract["range"], contract["preprocess"])

    result = CliRunner().invoke(app, input="wide\n0..255\n\n")
    assert result.stdout.strip().endswith("0..255 ('stretch',)")
    assert "Range of its pixel values?" in result.output
    assert "'wide' is none of 0..1" in result.output
