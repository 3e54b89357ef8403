"""A whole node that is watched: what is asked for over HTTP is what happened."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.demo_peers.archive import Archive
from dicom_node.service import Service
from tests.fakes.children import prepare
from tests.fakes.hospital import MODALITY, draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.fakes.scrape import parse_samples, sample
from tests.system.free_port import free_port
from tests.system.node_process import PROJECT

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("hospital")
    archive = Archive(folder / "archive", port=free_port())
    archive.start()
    metrics = {"enabled": True, "port": 0}
    settings = make_settings(folder / "data", pacs=archive.port, quiet_seconds=0.5, metrics=metrics)
    with Service(settings, reader_factory=light(), prepare_reception=prepare) as node:
        yield node
    archive.stop()


def ask(node: Service, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{node.metrics_port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_study_is_counted_from_its_arrival_in_another_process_to_its_delivery(node: Service, tmp_path: Path) -> None:
    paths = write_study(tmp_path / "in", draw_study(1))
    assert set(send([*paths, paths[0]], node.port).values()) == {0}
    name, labels = "osteonode_delivery_attempts_total", {"destination": "pacs", "outcome": "delivered"}
    wait_until(lambda: sample(ask(node, "/metrics")[1], name, **labels) == 1)
    page = ask(node, "/metrics")[1]
    came = {"sender": MODALITY, "way": "c-store"}
    assert sample(page, "osteonode_instances_received_total", **came) == 2
    assert sample(page, "osteonode_instances_known_total", **came, reason="DUPLICATE") == 1
    assert sample(page, "osteonode_readings_total", status="read") == 2
    assert sample(page, "osteonode_turnaround_seconds_count", destination="pacs") == 1
    assert "Phantom" not in page
    assert not [labels for _, labels in parse_samples(page) for _, value in labels if value.startswith("1.2.")]


def test_a_node_that_listens_reads_and_writes_is_ready(node: Service) -> None:
    assert ask(node, "/health/live")[0] == 200
    status, content = ask(node, "/health/ready")
    conditions = json.loads(content)["conditions"]
    assert status == 200
    assert {name: each["ok"] for name, each in conditions.items()} == dict.fromkeys(
        ("listener", "readers", "ledger", "disk"), True
    )


def test_a_node_without_metrics_imports_and_writes_nothing_for_them(tmp_path: Path) -> None:
    script = (
        "import sys; from contextlib import ExitStack; from config.settings import Settings;"
        "import dicom_node.service; from dicom_node.watching.watch import begin_watch, Watch;"
        "assert begin_watch(Settings(), None, None, ExitStack()) == Watch();"
        "print([name for name in sys.modules if name.startswith(('prometheus', 'opentelemetry', 'smtplib',"
        "'dicom_node.monitoring.'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT, timeout=240, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
    assert not list(tmp_path.iterdir())
