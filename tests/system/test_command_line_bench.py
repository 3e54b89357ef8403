"""osteonode bench: each benchmark runs, and its result names what was measured, the machine and the commit."""

import json
from pathlib import Path

import pytest

from tests.fakes.stand_in_bundle import write_bundle
from tests.system.command_line import run_command

pytestmark = [pytest.mark.system, pytest.mark.slow]


def test_the_documents_of_a_study_are_measured_one_by_one_and_their_memory_does_not_grow_with_the_pictures() -> None:
    done = run_command("bench", "compose", "--rounds", 2, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["documents"]["study"].keys() > result["documents"]["large"].keys() > {"summary_capture 1"}
    assert result["study"]["by the clock"]["number"] == 2
    assert set(result["memory"]) == {"2 images", "4 images", "8 images"}
    assert result["bars"]["mib_a_further_image"]["met"]
    assert set(result["code"]) == {"version", "commit"}


@pytest.mark.parametrize(("name", "measured"), [("read", "image"), ("study", "study")])
def test_a_benchmark_says_what_it_measured_on_which_machine_and_commit(
    tmp_path: Path, name: str, measured: str
) -> None:
    done = run_command("bench", name, "--studies", 1, "--json", "--bundle", write_bundle(tmp_path / "bundle"))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["bench"] == name
    assert 0 < result[measured]["least_ms"] <= result[measured]["p50_ms"] <= result[measured]["p95_ms"]
    assert result["machine"]["cores"] >= 1
    assert result["machine"]["processor"]
    assert set(result["code"]) == {"version", "commit"}
    if name == "study":
        assert result["memory_after"]["processes"] >= 2
        assert result["memory_after"]["rss_mib"] > 100


def test_ingest_compares_the_node_with_every_peer_that_is_there_and_all_take_every_image(
    tmp_path: Path,
) -> None:
    done = run_command("bench", "ingest", "--quick", "--rounds", 1, "--json", "--bundle", write_bundle(tmp_path / "b"))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    peers = {receiver["receiver"] for receiver in result["receivers"]} | set(result["absent"])
    assert peers >= {"osteonode", "pynetdicom", "nothing"}
    assert len(peers) == 5
    measured = [load for receiver in result["receivers"] for load in receiver["loads"].values()]
    assert len(measured) == 4 * len(result["receivers"])
    assert all(load["images_per_second"] > 0 and load["failures"] == [] for load in measured)
    assert result["meanwhile"]["failures"] == []
    assert result["bars"]["p99 of C-STORE, ms"]["measured"] > 0
    assert set(result["code"]) == {"version", "commit"}


def test_a_soak_looks_at_the_node_at_each_quarter(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    done = run_command("bench", "soak", "--studies", 4, "--json", "--bundle", bundle)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [look["studies"] for look in result["looks"]] == [0, 1, 2, 3, 4]
    assert all(look["rows"] > 0 and look["disk_mb"] > 0 and look["files"] > 0 for look in result["looks"])
    assert all(len(look["rss_mib"]) >= 3 for look in result["looks"]), "the node, who receives, and a reader"
    assert result["last"]["number"] == 4
