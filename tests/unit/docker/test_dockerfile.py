"""The Dockerfile is clean for hadolint, and makes what docs/containers.md says: no root, no compiler, only hashes."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
DOCKERFILE = PROJECT / "docker" / "Dockerfile"
TOOLS = Path(sys.executable).parent


def read_stages() -> dict[str, list[str]]:
    """Return the instructions of each stage, continued lines joined, without comments."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith("#")]
    stages: dict[str, list[str]] = {}
    for instruction in filter(None, re.sub(r" *\\\n *", " ", "\n".join(lines)).splitlines()):
        if started := re.fullmatch(r"FROM \S+ AS (\w+)", instruction):
            stages[started[1]] = []
        elif stages:
            stages[list(stages)[-1]].append(instruction)
    return stages


def values(stage: str, keyword: str) -> list[str]:
    return [line.removeprefix(keyword).strip() for line in read_stages()[stage] if line.startswith(f"{keyword} ")]


def test_hadolint_finds_nothing() -> None:
    found = subprocess.run([TOOLS / "hadolint", DOCKERFILE], check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("stage", ["node", "gpu"])
def test_what_runs_is_a_user_with_a_number(stage: str) -> None:
    assert values(stage, "USER")[-1] == "10001:10001"


def test_packages_are_installed_by_their_hashes_and_never_compiled() -> None:
    (install,) = [run for run in values("builder", "RUN") if "locks/serve.txt" in run]
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(install.split())


def test_what_runs_takes_the_environment_alone_from_the_builder() -> None:
    copied = [each for each in values("node", "COPY") if each.startswith("--from")]
    assert copied == ["--from=builder /opt/osteonode /opt/osteonode"]


def test_no_stage_that_runs_installs_a_compiler_pip_or_curl() -> None:
    installed = " ".join(run for stage in ("python", "node", "gpu") for run in values(stage, "RUN"))
    assert not re.search(r"\b(gcc|g\+\+|build-essential|curl|wget|python3-(pip|venv|dev))\b", installed)


def test_an_engine_can_ask_for_health_and_stop_it_gracefully() -> None:
    assert values("node", "STOPSIGNAL") == ["SIGTERM"]
    (health,) = values("node", "HEALTHCHECK")
    assert "osteonode-health" in health
    assert values("node", "ENTRYPOINT") == ['["/usr/bin/tini", "--", "osteonode"]']


def test_the_build_sees_no_more_than_what_is_named() -> None:
    ignored = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    seen = {line[1:] for line in ignored if line.startswith("!")}
    copied = {source for line in values("builder", "COPY") for source in line.split()[:-1]}
    assert ignored[0] == "*"
    assert {source.split("/")[0] for source in copied} <= seen


def test_every_package_of_the_project_is_in_the_image() -> None:
    copied = {line.split()[0] for line in values("builder", "COPY")}
    assert {"config", "dicom_node", "domain", "inference", "reporting"} <= copied


def test_a_wheel_carries_every_file_that_the_packages_need() -> None:
    patterns = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    packages = ("config", "dicom_node", "domain", "inference", "reporting")
    command = ["git", "ls-files", *packages]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split("\n")
    files = [Path(name) for name in listed if name and not name.endswith(".py")]
    assert [path for path in files if not any(path.match(pattern) for pattern in patterns)] == []
    assert len(files) > 20
