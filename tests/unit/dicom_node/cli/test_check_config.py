from importlib.util import find_spec
from pathlib import Path

import pytest

from config.load import load_settings
from dicom_node.cli.main import run
from tests.fakes.phrase_models import write_phrase_model
from tests.fakes.stand_in_bundle import write_bundle

EXAMPLE = Path(__file__).parents[4] / "config" / "site.example.toml"


def test_every_problem_is_on_its_own_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "site.toml"
    file.write_text("[node]\nprot = 1\nport = 70000\n")
    assert run(["check-config", str(file)]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == f"osteonode: 2 problems in {file}"
    assert shown[1] == "  line 2: node.prot: unknown key; did you mean node.port?"
    assert shown[2].startswith("  line 3: node.port = 70000 cannot stand here; allowed: whole number, 0 to 65535.")


def test_what_is_printed_for_a_good_file_is_a_file_that_means_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check-config", str(EXAMPLE)]) == 0
    written = tmp_path / "effective.toml"
    written.write_text(capsys.readouterr().out)
    assert load_settings(written) == load_settings(EXAMPLE)


def check(folder: Path, text: str) -> int:
    file = folder / "site.toml"
    file.write_text(text)
    return run(["check-config", str(file)])


@pytest.mark.skipif(find_spec("lime") is not None, reason="lime is installed here")
def test_that_lime_is_missing_is_said_with_how_to_install_it_and_the_file_is_still_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, "[explanations]\nlime = true\n") == 0
    shown = capsys.readouterr()
    assert "make models" in shown.err
    assert "lime = true" in shown.out


def test_an_explanation_that_nobody_takes_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ris = '[[destination]]\nname = "ris"\nkind = "hl7"\nhost = "127.0.0.1"\nport = 2575\n'
    assert check(tmp_path, f"[explanations]\nlime = true\n{ris}") == 0
    assert "no destination takes captures" in capsys.readouterr().err


def test_a_node_that_explains_nothing_hears_nothing_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, "") == 0
    assert "explain" not in capsys.readouterr().err


def test_a_version_of_the_bundle_that_is_not_there_or_cannot_run_here_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(f'[reading]\nprecision = "bf16"\nbundle = "{write_bundle(tmp_path / "bundle")}"\n')
    assert run(["check-config", str(file)]) == 2
    headline, problem = capsys.readouterr().err.splitlines()
    assert headline == f"osteonode: 1 problem in {file}"
    # Which of the two depends on the processor; both name the setting.
    assert problem.startswith('  reading.precision = "bf16": ')
    assert "no bfloat16 arithmetic" in problem or "no manifest-bf16.json" in problem


SITE = """
[[sender]]
ae_title = "CT1"
tier = "classification"
[[sender]]
ae_title = "CR2"
[[destination]]
name = "viewer"
kind = "dicom"
profile = "ohif"
ae_title = "OHIF"
host = "127.0.0.1"
port = 104
[[destination]]
name = "shelf"
kind = "folder"
folder = "shelf"
documents = ["hl7_oru", "secondary_capture"]
"""


def test_what_profiles_and_tiers_mean_is_told_below_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, SITE) == 0
    shown = capsys.readouterr().out
    assert (
        '#   viewer gets, by profile "ohif": structured_report, structured_report_comprehensive, summary_capture, '
        "secondary_capture, heat_map_capture\n"
    ) in shown
    assert "#       OHIF 3 draws the boxes of the report" in shown
    assert "#   shelf gets, by its `documents`: secondary_capture, hl7_oru\n" in shown
    assert '#   CT1, tier "classification": whether a fracture is suspected' in shown
    assert '#   CR2, tier "full": everything' in shown


def test_explanations_and_heat_maps_are_named_where_they_are_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, SITE + "[explanations]\nlime = true\n[reporting]\nheat_maps = []\n") == 0
    shown = capsys.readouterr().out
    assert "secondary_capture, lime_capture\n" in shown
    assert "heat_map_capture" not in shown.partition("# Where documents go:")[2].partition("#       ")[0]


def test_a_phrase_model_that_is_not_there_is_a_problem_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, '[reporting]\nphrase_model = "phrases"\n') == 2
    assert "models train report-phrases-lstm" in capsys.readouterr().err
    write_phrase_model(tmp_path / "phrases")
    assert check(tmp_path, '[reporting]\nphrase_model = "phrases"\n') == 0
    (tmp_path / "phrases" / "decoder.bin").write_bytes(b"")
    assert check(tmp_path, '[reporting]\nphrase_model = "phrases"\n') == 2
    assert "decoder.bin is not the file" in capsys.readouterr().err


ROUTED = """
[[destination]]
name = "files"
kind = "folder"
folder = "out"
[[route]]
name = "wrists"
region = ["wrist", "Hand"]
tags = { Modality = "DX" }
destinations = ["files"]
documents = { files = ["structured_report"] }
[[route]]
name = "negatives"
finding = ["absent"]
destinations = []
"""


def test_routes_are_told_in_words_and_regions_that_no_model_sees_beside_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(ROUTED)
    assert run(["check-config", str(file)]) == 0
    told = capsys.readouterr()
    assert "#   wrists: tags.Modality 'DX'; region 'wrist' or 'Hand' -> files (structured_report)" in told.out
    assert "#   negatives: finding absent -> nobody" in told.out
    assert 'route "wrists": no model of the bundle sees a region "wrist"; they see hand, ' in told.err
    assert '"Hand"' not in told.err
    (tmp_path / "effective.toml").write_text(told.out)
    assert load_settings(tmp_path / "effective.toml") == load_settings(file)


def test_two_listeners_with_one_port_are_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, "[node]\nport = 8090\n[console]\nenabled = true\nport = 8090\n") == 2
    assert "console.port = 8090: node.port has it already" in capsys.readouterr().err
