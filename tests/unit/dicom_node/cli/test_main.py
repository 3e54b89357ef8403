import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from dicom_node.cli.main import app, explain_error, run
from dicom_node.cli.models import require_packages
from domain.errors import ModelUnavailable

COMMANDS = [
    *(
        "serve",
        "demo",
        "read",
        "explain",
        "check-config",
        "echo",
        "send",
        "studies",
        "show",
        "retry",
        "hold",
        "release",
    ),
    *("retract", "reread", "doctor", "echo"),
    *(
        "models list",
        "models verify",
        "models import",
        "models train",
        "models evaluate",
        "bench ingest",
        "bench read",
        "bench study",
        "bench lime",
    ),
]


def parameters_of(command: str) -> list[Any]:
    """Return the options and arguments of a command, as typer understands them."""
    group: Any = typer.main.get_command(app)
    for name in command.split():
        group = group.commands[name]
    return list(group.params)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained_with_its_default_and_its_unit(command: str) -> None:
    for each in parameters_of(command):
        assert each.help, f"{command} {each.name} has no help"
        if isinstance(each.default, float) or each.name.endswith("_seconds"):
            assert "seconds" in each.help
        optional = not each.required and each.param_type_name == "option" and not each.is_flag
        if optional and each.name != "help":
            assert each.default is not None or "Default" in each.help, f"{command} {each.name} hides its default"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(re.search(rf"│ {command.split()[0]} ", shown) for command in COMMANDS)


def test_help_takes_less_than_half_a_second_of_the_processor_and_imports_nothing_heavy() -> None:
    heavy = {"numpy", "pydicom", "pynetdicom", "openvino", "cv2", "sqlalchemy", "dbos", "highdicom", "pydantic"}
    code = "import sys; from dicom_node.cli.main import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert heavy.isdisjoint(done.stderr.split())
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["read"],
        ["read", "/nowhere/at/all.dcm"],
        ["send", "/nowhere", "--to", "127.0.0.1:104", "--aet", "A"],
        ["send", __file__, "--to", "127.0.0.1", "--aet", "A"],
        ["send", __file__, "--to", "127.0.0.1:70000", "--aet", "A"],
        ["check-config", "/nowhere/site.toml"],
        ["serve", "--config", "/nowhere/site.toml"],
        ["demo", "--timeout-seconds", "soon"],
    ],
)
def test_wrong_usage_and_configuration_end_with_2_and_without_a_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err + shown.out
    assert shown.err.strip()


def test_a_failure_ends_with_1_says_what_where_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "list", "--bundle", str(tmp_path)]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    assert "manifest.json" in shown
    assert str(tmp_path) in shown
    assert "docs/operations.md, MODEL" in shown


def test_debug_shows_the_traceback_wherever_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list", "--bundle", str(tmp_path), "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_error_that_nobody_foresaw_is_told_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_error(ValueError("cannot encode Zzyzx^Quilla")) == 1
    shown = capsys.readouterr().err
    assert "ValueError" in shown
    assert "Quilla" not in shown
    assert "--debug" in shown


def test_what_only_training_needs_is_named_with_the_way_to_get_it() -> None:
    with pytest.raises(ModelUnavailable, match=r"no_such_package.*make train"):
        require_packages("json", "no_such_package")
