import sqlite3
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dicom_node.doctor.machine import examine_certificates, examine_ledger, examine_memory, examine_models
from dicom_node.doctor.verdicts import Verdict
from dicom_node.ledger.database import create_tables, database_url, open_engine
from tests.fakes.certificates import make_pki
from tests.fakes.stand_in_bundle import write_bundle


def site(data: Path, **tables: Any) -> Settings:
    return Settings.model_validate({"node": {"data": data}, **tables})


@pytest.mark.parametrize(
    ("available_mib", "node_process", "verdict"),
    [(8000, None, Verdict.GOOD), (1500, None, Verdict.WARNING), (500, None, Verdict.FAULT), (500, 1, Verdict.WARNING)],
)
def test_memory_is_compared_with_what_a_node_needs(
    tmp_path: Path, available_mib: int, node_process: int | None, verdict: Verdict
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 99999999 kB\nMemAvailable: {available_mib * 1024} kB\n")
    settings = site(tmp_path, reading={"image_memory_mib": 1024})
    (check,) = examine_memory(settings, node_process, meminfo)
    assert check.verdict is verdict


def test_a_system_that_does_not_say_is_not_judged(tmp_path: Path) -> None:
    (check,) = examine_memory(site(tmp_path), None, tmp_path / "gone")
    assert check.verdict is Verdict.UNKNOWN


def test_a_file_of_the_bundle_that_was_changed_is_named(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    (check,) = examine_models(site(tmp_path, reading={"bundle": bundle}))
    assert check.verdict is Verdict.GOOD
    changed = next(path for path in sorted(bundle.rglob("*")) if path.is_file() and "manifest" not in path.name)
    changed.write_bytes(changed.read_bytes() + b"!")
    (check,) = examine_models(site(tmp_path, reading={"bundle": bundle}))
    assert (check.verdict, check.code) == (Verdict.FAULT, "WEIGHTS-MISMATCH")
    assert changed.name in check.meaning


def test_a_folder_without_a_bundle_is_told(tmp_path: Path) -> None:
    (check,) = examine_models(site(tmp_path, reading={"bundle": tmp_path}))
    assert (check.verdict, check.code) == (Verdict.FAULT, "MODEL")


def test_no_ledger_yet_is_good_and_one_of_now_says_its_schema(tmp_path: Path) -> None:
    (check,) = examine_ledger(site(tmp_path), None)
    assert "made at the first start" in check.meaning
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    engine.dispose()
    (check,) = examine_ledger(site(tmp_path), 42)
    assert check.verdict is Verdict.GOOD
    assert "a node runs on it (process 42)" in check.meaning


def test_a_ledger_of_a_later_version_is_a_fault(tmp_path: Path) -> None:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    engine.dispose()
    with sqlite3.connect(tmp_path / "osteonode.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'schema_version'")
    connection.close()
    (check,) = examine_ledger(site(tmp_path), None)
    assert (check.verdict, check.code) == (Verdict.FAULT, "LEDGER")


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "osteonode.sqlite").write_text("no database at all, but long enough to have a header of its own")
    (check,) = examine_ledger(site(tmp_path), None)
    assert (check.verdict, check.code) == (Verdict.FAULT, "LEDGER")


@pytest.mark.parametrize(("name", "verdict"), [("server", Verdict.GOOD), ("expired-server", Verdict.FAULT)])
def test_the_certificates_that_this_node_shows_are_looked_at(tmp_path: Path, name: str, verdict: Verdict) -> None:
    settings = site(tmp_path).model_copy(update={"tls": make_pki().listener(name)})
    own = [check for check in examine_certificates(settings) if "tls.certificate_file" in check.meaning]
    assert [check.verdict for check in own] == [verdict]
