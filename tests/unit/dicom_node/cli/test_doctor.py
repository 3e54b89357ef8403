import json
from pathlib import Path

import pytest

from dicom_node.cli.doctor import summarise
from dicom_node.cli.main import DONE, FAILED, WRONG_USAGE, run
from dicom_node.doctor.verdicts import Check, Examined, Verdict, good

SITE = """
[node]
port = 0
data = "{data}"
[[destination]]
name = "results"
kind = "folder"
folder = "{data}/results"
[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "PACS"
host = "127.0.0.1"
port = 1
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "site.toml"
    file.write_text(SITE.format(data=tmp_path))
    return str(file)


def test_a_peer_that_is_not_there_is_told_with_what_to_change_and_where(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", "--config", config, "--only", "pacs"]) == FAILED
    shown = capsys.readouterr().out
    subject, fault, change, *_rest = shown.splitlines()
    assert subject.strip() == "destination pacs"
    assert fault.split()[:2] == ["TCP", "fault"]
    assert "connection refused: the machine is there, and no program listens at this port [TCP-REFUSED]" in fault
    assert change.strip().startswith("-> here or at the peer: check that the peer runs")
    assert "1 thing looked at: 1 fault, 0 warnings." in shown


def test_json_says_the_same_to_a_program(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--config", config, "--only", "pacs", "--only", "results", "--json"]) == FAILED
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "fault"
    assert [(each["subject"], each["verdict"]) for each in answer["examined"]] == [
        ("destination results", "good"),
        ("destination pacs", "fault"),
    ]
    (check,) = answer["examined"][1]["checks"]
    assert (check["probe"], check["code"], check["place"]) == ("TCP", "TCP-REFUSED", "here or at the peer")


def test_nothing_at_fault_is_exit_code_0(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--config", config, "--only", "results"]) == DONE
    assert "nothing is at fault" in capsys.readouterr().out


def test_a_name_that_is_not_there_and_a_broken_configuration_are_exit_code_2(config: str) -> None:
    assert run(["doctor", "--config", config, "--only", "pasc"]) == WRONG_USAGE
    Path(config).write_text("[node]\nprot = 1\n")
    assert run(["doctor", "--config", config]) == WRONG_USAGE


def test_warnings_alone_are_counted_and_nothing_is_at_fault() -> None:
    checks = (good("TCP", "there"), Check("clock", Verdict.WARNING, "90 s behind"))
    assert summarise([Examined("ris", checks)]) == "2 things looked at: nothing is at fault, 1 warning."
