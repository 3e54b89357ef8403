import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from dicom_node.ledger import database
from dicom_node.ledger.database import (
    REVISION_TABLE,
    TABLE_MODULES,
    create_tables,
    database_url,
    looking,
    metadata,
    open_engine,
    writing,
)
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.migrations.versions.schema_6 import ADDED_COLUMNS
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.tables import SCHEMA_VERSION
from dicom_node.ledger.upgrading import COPIES, migrate, plan_upgrade, run_revisions, upgrade_ledger
from domain.delivery import DeliveryState
from domain.errors import LedgerError, LedgerFull
from domain.tier import Tier
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.old_ledgers import load_dump, make_old

pytestmark = pytest.mark.sqlite


@pytest.fixture
def old(tmp_path: Path) -> Engine:
    """A ledger of schema 6, as its program wrote it."""
    load_dump(tmp_path)
    return open_engine(database_url(tmp_path))


def version_of(engine: Engine) -> str:
    with looking(engine) as connection:
        return str(connection.execute(text("SELECT value FROM meta WHERE name = 'schema_version'")).scalar())


def test_a_ledger_of_schema_6_goes_on_with_all_that_it_holds(old: Engine, tmp_path: Path, clock: FakeClock) -> None:
    done = upgrade_ledger(old, tmp_path, clock.now())
    assert done is not None
    assert (done.found, done.wanted, version_of(old)) == (6, SCHEMA_VERSION, str(SCHEMA_VERSION))
    create_tables(old)
    view = LedgerView(old, tmp_path)
    assert {each.study.study_instance_uid for each in view.studies(limit=9)} == {"1.1", "1.2", "1.3"}
    assert [each.state for each in view.unfinished_deliveries()] == [DeliveryState.WAITING] * 2


def test_it_is_copied_before_it_is_changed(old: Engine, tmp_path: Path, clock: FakeClock) -> None:
    done = upgrade_ledger(old, tmp_path, clock.now())
    assert done is not None
    assert done.copy == tmp_path / COPIES / "schema-6-20260301T080000Z.sqlite"
    with closing(sqlite3.connect(done.copy)) as copy:
        assert copy.execute("SELECT value FROM meta").fetchall() == [("6",)]
        assert copy.execute("SELECT count(*) FROM study").fetchone() == (3,)


def test_without_room_for_the_copy_nothing_is_changed(
    old: Engine, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicom_node.ledger.copying._SPARE_BYTES", 1 << 60)
    with pytest.raises(LedgerFull, match="a copy of the ledger needs"):
        upgrade_ledger(old, tmp_path, clock.now())
    assert version_of(old) == "6"


def test_what_will_be_done_is_said_before(old: Engine, tmp_path: Path, clock: FakeClock) -> None:
    planned = plan_upgrade(old, tmp_path, clock.now())
    assert planned is not None
    assert [step.split(":")[0] for step in planned.steps] == [f"schema {each}" for each in range(7, SCHEMA_VERSION + 1)]
    assert not (tmp_path / COPIES).exists()


def test_a_ledger_that_is_current_or_new_is_left_alone(engine: Engine, tmp_path: Path, clock: FakeClock) -> None:
    assert upgrade_ledger(engine, tmp_path, clock.now()) is None
    assert upgrade_ledger(create_engine("sqlite://"), tmp_path, clock.now()) is None
    assert not (tmp_path / COPIES).exists()


def test_whoever_only_looks_upgrades_nothing_and_is_told_the_command(old: Engine) -> None:
    with pytest.raises(LedgerError, match=r"schema version 6, this program needs .*osteonode upgrade"):
        create_tables(old)
    assert version_of(old) == "6"


def test_a_ledger_of_a_later_version_is_refused(engine: Engine, tmp_path: Path, clock: FakeClock) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE meta SET value = '999' WHERE name = 'schema_version'"))
    for look in (lambda: create_tables(engine), lambda: upgrade_ledger(engine, tmp_path, clock.now())):
        with pytest.raises(LedgerError, match=r"999.*a later version wrote it"):
            look()


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(old: Engine, tmp_path: Path, clock: FakeClock) -> None:
    with writing(old) as connection:
        connection.execute(text("CREATE TABLE breaker_of_things (x)"))
        connection.execute(text("CREATE INDEX ix_audit_event ON breaker_of_things (x)"))  # the revision wants this name
    with pytest.raises(LedgerError):
        upgrade_ledger(old, tmp_path, clock.now())
    assert version_of(old) == "6"
    assert not inspect(old).has_table("audit")


def test_a_ledger_from_before_the_tiers_is_brought_up_and_its_studies_stay_full(engine: Engine, ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    make_old(engine, 2, columns=[("instance", "tier")])
    migrate(engine)
    ledger.record_instance(arrive("1", "2", tier=Tier.TYPES))
    assert [each.tier for each in ledger.instances("1.1", 1)] == [Tier.FULL, Tier.TYPES]


@pytest.mark.parametrize("version", range(1, 6))
def test_every_schema_without_a_revision_is_brought_up(version: int, engine: Engine, ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    make_old(engine, version, columns=ADDED_COLUMNS)
    migrate(engine)
    migrate(engine)
    assert version_of(engine) == str(SCHEMA_VERSION)
    assert not ledger.instance("1.1.1.1").is_purged
    assert len(ledger.open_studies()) == 1


def test_a_new_ledger_needs_no_revision_run(engine: Engine) -> None:
    before = _definitions(engine)
    migrate(engine)
    assert _definitions(engine) == before


def test_the_revisions_make_the_tables_that_this_program_has(tmp_path: Path) -> None:
    engine = open_engine(database_url(tmp_path))
    with writing(engine) as connection:
        run_revisions(connection)
    with writing(engine) as connection:
        options = {"version_table": REVISION_TABLE}
        lacking = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert lacking == [], (
        "a table was changed and no revision does so: `python tools/draft_revision.py` says what is lacking. Raise "
        f"SCHEMA_VERSION and write versions/schema_{SCHEMA_VERSION + 1}.py (or, before schema {SCHEMA_VERSION} is "
        f"released, add it to versions/schema_{SCHEMA_VERSION}.py)"
    )


def test_every_module_of_tables_is_known() -> None:
    """A table of a module that nobody imports would be neither created nor compared."""
    known = set(metadata.tables)
    for path in sorted(Path(database.__file__).parent.glob("*.py")):
        import_module(f"dicom_node.ledger.{path.stem}")
    assert set(metadata.tables) == known
    assert {module.__name__.rpartition(".")[2] for module in TABLE_MODULES} >= {
        path.stem for path in Path(database.__file__).parent.glob("*_tables.py")
    }


def test_numbers_that_are_never_given_twice_are_so_in_an_upgraded_ledger_too(engine: Engine, tmp_path: Path) -> None:
    other = open_engine(database_url(tmp_path / "other"))
    (tmp_path / "other").mkdir()
    with writing(other) as connection:
        run_revisions(connection)
    counted = [{line.split("(")[0].strip() for line in _definitions(each) if _counts(line)} for each in (engine, other)]
    assert counted[0] == counted[1] != set()


def test_a_start_that_upgrades_nothing_does_not_load_alembic() -> None:
    said = "import sys, dicom_node.openings, dicom_node.service; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


def _counts(definition: str) -> bool:
    return "AUTOINCREMENT" in definition


def _definitions(engine: Engine) -> list[str]:
    with looking(engine) as connection:
        every = connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).scalars()
        return [each for each in every if each]
