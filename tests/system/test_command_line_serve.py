"""osteonode serve, check-config, send and the ledger's commands, on one running node."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from PIL import Image

from config.load import load_settings
from dicom_node.bench.loopback import wait_until
from dicom_node.cli.main import run
from dicom_node.openings import open_ledger
from domain.study import StudyState
from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.samples import SAMPLE_STUDIES
from inference.phantom.spec import PhantomSpec
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.command_line import run_command, serving

pytestmark = pytest.mark.system
#: Runs a command; returns its exit code and what it printed on stdout and stderr.
Ask = Callable[..., tuple[int, str, str]]

#: The smallest configuration that the manual promises to work as it stands.
SMALLEST = """\
[node]
ae_title = "OSTEONODE"
bind = "127.0.0.1"
port = 11112
data = "./data"

[[sender]]
ae_title = "STORESCU"
address = "127.0.0.1"

[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "ORTHANC"
host = "127.0.0.1"
port = 4242

[[destination]]
name = "ris"
kind = "hl7"
host = "127.0.0.1"
port = 2575

[completion]
quiet_seconds = 2
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Part 10 file of a small drawn wrist."""
    path = tmp_path_factory.mktemp("study") / "wrist.dcm"
    phantom = draw_phantom(PhantomSpec("hand", True, 384, 320, 5, "L", 12, body_part="WRIST"))
    (ds,) = make_study([phantom], identity=SAMPLE_STUDIES[0].identity)
    write_part10(path, ds)
    return path


def test_the_smallest_configuration_passes_the_check_as_it_stands(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text(SMALLEST)
    done = run_command("check-config", config)
    assert (done.returncode, done.stderr) == (0, "")
    assert f'data = "{tmp_path}/data"' in done.stdout


def test_the_smallest_configuration_serves_as_it_stands(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text(SMALLEST)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        address = listen_as_manager(manager, tmp_path)
        with serving(config, NOTIFY_SOCKET=address, WATCHDOG_USEC="200000") as (process, ready):
            assert ready.startswith("OSTEONODE is ready at 127.0.0.1:11112;")
            assert "pacs (dicom ORTHANC@127.0.0.1:4242)" in ready
            assert "ris (hl7 127.0.0.1:2575)" in ready
            assert manager.recv(100) == b"READY=1\nSTATUS=receives at 127.0.0.1:11112"
            assert [manager.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
        assert process.returncode == 0
        assert b"STOPPING=1" in iter(lambda: manager.recv(100).partition(b"\n")[0], b"")


def listen_as_manager(manager: socket.socket, folder: Path) -> str:
    """Listen as a service manager does, and return where."""
    manager.settimeout(60)
    manager.bind(str(folder / "notify"))
    return str(folder / "notify")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration of a node on a free port, whose one destination nobody answers for."""
    folder = tmp_path_factory.mktemp("site")
    write_bundle(folder / "bundle")
    text = SMALLEST.replace("11112", "0").replace("4242", "9").replace("2575", "9").replace("= 2\n", "= 0.3\n")
    config = folder / "site.toml"
    config.write_text(f'{text}\n[reading]\nbundle = "bundle"\n[console]\nlog_format = "json"\n')
    return config


@pytest.fixture(scope="module")
def served(site: Path, study: Path) -> str:
    """Run a node, send it a study from the command line, wait until it is answered; return the study's UID."""
    uid = str(pydicom.dcmread(study, stop_before_pixels=True).StudyInstanceUID)
    with serving(site) as (process, ready):
        address = ready.split(" is ready at ")[1].split(";")[0]
        refused = run_command("send", study, "--to", address, "--aet", "SOMEBODY")
        assert refused.returncode == 1
        assert "1/1/7" in refused.stderr
        sent = run_command("send", study, "--to", address, "--aet", "OSTEONODE")
        assert sent.returncode == 0, sent.stderr
        assert "0x0000 Success" in sent.stdout
        view = open_ledger(load_settings(site)).view
        assert wait_until(lambda: view.counts().studies.get(StudyState.ANSWERED) == 1, timeout_seconds=120)
        held = run_command("hold", uid, "--config", site)
        assert held.stdout == "2 deliveries held\n", held.stderr
    assert process.returncode == 0
    assert process.stdout is not None
    return uid


# What a command reads or writes of a stopped node is asked for in this process, which has everything loaded.
@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def ask(*arguments: object) -> tuple[int, str, str]:
        returncode = run(list(map(str, arguments)))
        return returncode, *capsys.readouterr()

    return ask


def test_studies_lists_what_arrived_and_how_far_it_is(served: str, site: Path) -> None:
    shown = run_command("studies", "--config", site).stdout
    (line,) = [line for line in shown.splitlines() if served in line]
    assert line.split()[-4:] == ["pacs", "held,", "ris", "held"]
    assert "answered" in line


def test_show_tells_a_study_s_whole_history(served: str, site: Path, ask: Ask) -> None:
    _, shown, _ = ask("show", served, "--config", site)
    for words in ("quiet time", "STORESCU", "read", "structured_report", "hl7_oru", "held", "attempts"):
        assert words in shown


def test_show_writes_the_summary_as_a_picture(served: str, site: Path, tmp_path: Path, ask: Ask) -> None:
    _, shown, _ = ask("show", served, "--config", site, "--summary", tmp_path / "summary.png")
    assert shown.splitlines()[-1] == f"summary: {tmp_path / 'summary.png'}"
    with Image.open(tmp_path / "summary.png") as png:
        assert png.size == (1600, 1200)
    returncode, _, error = ask("show", served, "--config", site, "--summary", tmp_path / "summary.jpg")
    assert returncode == 2
    assert "ends in .png" in error


def test_show_opens_the_answer_or_says_where_it_is(served: str, site: Path, tmp_path: Path) -> None:
    opener = tmp_path / "xdg-open"
    opener.write_text('#!/bin/sh\nexec cp "$1" "$TMPDIR/opened"\n')
    opener.chmod(0o755)
    desktop = {"TMPDIR": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}", "WAYLAND_DISPLAY": ""}
    done = run_command("show", served, "--config", site, "--open", **desktop, DISPLAY=":0")
    assert done.returncode == 0, done.stderr
    (summary,) = tmp_path.glob("osteonode-*/summary.png")
    assert (tmp_path / "opened").read_bytes() == summary.read_bytes()
    alone = run_command("show", served, "--config", site, "--open", **desktop, DISPLAY="")
    assert (alone.returncode, "no display" in alone.stderr) == (1, True)
    assert Path(alone.stdout.splitlines()[-1].removeprefix("written: ")).is_file()


def test_release_lets_go_what_is_held_and_says_when_nothing_is(served: str, site: Path, ask: Ask) -> None:
    assert run_command("release", served, "--config", site).stdout == "2 held items released\n"
    returncode, again, _ = ask("release", served, "--config", site)
    assert (returncode, again) == (1, "nothing of this study is held: nothing to release\n")


def test_a_study_that_is_unknown_is_told(served: str, site: Path, ask: Ask) -> None:
    returncode, _, error = ask("show", "1.2.3", "--config", site)
    assert returncode == 1
    assert "no such study" in error


def test_the_log_is_one_json_object_a_line_and_holds_no_patient_data(served: str, site: Path, study: Path) -> None:
    lines = site.with_suffix(".log").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert any(each.get("event") == "receive.instance_stored" and each["status"] == "0x0000" for each in events)
    ds = pydicom.dcmread(study, stop_before_pixels=True)
    values = (ds.PatientName.family_name, ds.PatientID, ds.AccessionNumber, ds.StudyDate, ds.PatientBirthDate)
    assert not [value for value in values if str(value) in "\n".join(lines)]


def test_two_nodes_on_one_data_folder_are_refused(site: Path) -> None:
    with serving(site):
        done = run_command("serve", "--config", site)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("osteonode: ")


def test_a_port_that_is_taken_is_told_with_what_to_change(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config = tmp_path / "site.toml"
        config.write_text(f'{SMALLEST.replace("11112", str(port))}\n[reading]\nbundle = "bundle"\n')
        done = run_command("serve", "--config", config)
    assert done.returncode == 1
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use" in done.stderr
    assert "change node.port" in done.stderr
    assert "Traceback" not in done.stderr
