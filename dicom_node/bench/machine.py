"""What a number was measured on: the machine, and the commit of the code."""

import os
import subprocess
from importlib.metadata import version
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]


def describe_machine() -> dict[str, object]:
    """Return processor model, cores this process may use, memory in MiB, and the load before the benchmark."""
    memory_kib = next((line for line in _lines("/proc/meminfo") if line.startswith("MemTotal:")), "MemTotal: 0 kB")
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "processor": models[0] if models else "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int(memory_kib.split()[1]) // 1024,
        "load_before": round(os.getloadavg()[0], 2),
    }


def describe_code() -> dict[str, str]:
    """Return the version, and the commit with `+changes` where the tree has some; "unknown" outside a checkout."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = "+changes" if commit and _git("status", "--porcelain", "--untracked-files=no") else ""
    return {"version": version("osteonode"), "commit": f"{commit}{changed}" if commit else "unknown"}


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(("git", *arguments), cwd=_PROJECT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
