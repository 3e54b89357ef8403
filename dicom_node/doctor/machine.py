"""What of this machine a node stands on beside its disk: memory, models, certificates, the ledger's schema, secrets."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from config.challenger import Challenger
from config.reading import Reading
from config.settings import Settings
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.ledger_questions import ledger_of, read_version
from dicom_node.doctor.verdicts import Check, Verdict, good
from dicom_node.ledger.tables import SCHEMA_VERSION
from dicom_node.tls.inventory import find_weaknesses, list_certificates
from domain.errors import ModelError
from inference.zoo import BUNDLED, verify

#: Of all processes of a node with one reader process, measured.
NEEDED_MIB: Final = 850
_AVAILABLE: Final = "MemAvailable:"


def examine_memory(
    settings: Settings, node_process: int | None, meminfo: Path = Path("/proc/meminfo")
) -> Iterator[Check]:
    """Compare what is free with what a node needs; one that runs has it already."""
    available = _available_mib(meminfo)
    if available is None:
        yield Check("memory", Verdict.UNKNOWN, "this system does not say how much is free")
        return
    one_image = settings.reading.image_memory_mib
    meaning = f"{available} MiB are available; a node needs about {NEEDED_MIB} MiB, one image at most {one_image} more"
    change = "give the machine more memory, or lower reading.processes and reading.image_memory_mib"
    if node_process is None and available < NEEDED_MIB:
        yield Check("memory", Verdict.FAULT, meaning, change, Place.HERE)
    elif available < NEEDED_MIB * (node_process is None) + one_image:
        yield Check("memory", Verdict.WARNING, f"{meaning} (reading.image_memory_mib)", change, Place.HERE)
    else:
        yield good("memory", meaning)


def _available_mib(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(_AVAILABLE)), None)


def examine_models(settings: Settings) -> Iterator[Check]:
    """Compare the SHA-256 of every file of the bundles with their manifests."""
    yield _examine_bundle(settings.reading, "models", "reading", Verdict.FAULT, "The node does not start with it")
    if settings.challenger is not None:  # answers do without it
        yield _examine_bundle(settings.challenger, "challenger", "challenger", Verdict.WARNING, "Nothing is compared")


def _examine_bundle(named: Reading | Challenger, probe: str, table: str, bad: Verdict, follows: str) -> Check:
    bundle = named.bundle or BUNDLED
    try:
        states = verify(bundle, named.precision)
    except ModelError as error:
        change = f"correct {table}.bundle or {table}.precision"
        return Check(probe, bad, str(error), change, Place.HERE, error.code)
    if wrong := [f"{each.file} ({each.state})" for each in states if each.state != "ok"]:
        meaning = f"{bundle} is not what its manifest names: {', '.join(wrong)}. {follows}"
        return Check(probe, bad, meaning, "install the bundle again", Place.HERE, "WEIGHTS-MISMATCH")
    return good(probe, f"{len(states)} files of {bundle.name} have the SHA-256 that the manifest names")


def examine_certificates(settings: Settings) -> Iterator[Check]:
    """Look at the certificates that this node shows or believes, and at settings that protect little.

    Raises:
        ConfigError: a file is none.
    """
    now = datetime.now(UTC)
    for each in list_certificates(settings):
        verdict, days = each.certificate.verdict(now), each.certificate.days_left(now)
        meaning = f"{each.key}: {verdict}, {days} days left"
        if verdict == "good":
            yield good("certificates", meaning)
            continue
        level = Verdict.WARNING if verdict == "near its end" else Verdict.FAULT
        yield Check("certificates", level, meaning, each.advise(now), Place.HERE)
    for weakness in find_weaknesses(settings):
        meaning, _, change = weakness.rpartition(": ")
        yield Check("protection", Verdict.WARNING, meaning, change, Place.HERE)


def examine_ledger(settings: Settings, node_process: int | None) -> Iterator[Check]:
    """Say whether this program can open the ledger of the data folder; it is opened for reading alone."""
    path = ledger_of(settings)
    if not path.is_file():
        yield good("ledger", f"there is none in {path.parent} yet: it is made at the first start")
        return
    runs = f"; a node runs on it (process {node_process})" if node_process is not None else "; no node runs on it"
    try:
        version = read_version(path)
    except sqlite3.Error as error:
        meaning = f"{path} cannot be read: {type(error).__name__}"
        yield Check("ledger", Verdict.FAULT, meaning, "restore it from a backup, or report it", Place.HERE, "LEDGER")
        return
    if version > SCHEMA_VERSION:
        meaning = f"{path} has schema {version}, and this program knows {SCHEMA_VERSION}: a later version wrote it"
        yield Check("ledger", Verdict.FAULT, meaning, "install that version again", Place.HERE, "LEDGER")
        return
    older = (
        "" if version == SCHEMA_VERSION else f", brought up to {SCHEMA_VERSION} at the next start (`osteonode upgrade`)"
    )
    yield good("ledger", f"schema {version}{older}{runs}")
