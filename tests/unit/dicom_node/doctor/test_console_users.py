from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dicom_node.doctor.console_users import examine_users
from dicom_node.doctor.verdicts import Check, Verdict
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.role import Role
from tests.fakes.clock import FakeClock


def examine(data: Path, **console: Any) -> list[Check]:
    site = {"node": {"data": data}, "console": {"enabled": True, **console}}
    return list(examine_users(Settings.model_validate(site)))


def add_user(data: Path, role: Role) -> None:
    engine = open_engine(database_url(data))
    create_tables(engine)
    Accesses(engine, FakeClock()).add_user(f"a-{role.value}", role, "hash")
    engine.dispose()


def test_a_console_that_is_off_is_not_looked_at(tmp_path: Path) -> None:
    assert examine(tmp_path, enabled=False) == []


@pytest.mark.parametrize(("bind", "verdict"), [("127.0.0.1", Verdict.GOOD), ("0.0.0.0", Verdict.WARNING)])
def test_without_a_user_it_listens_on_this_machine_alone(tmp_path: Path, bind: str, verdict: Verdict) -> None:
    (check,) = examine(tmp_path, bind=bind)
    assert check.verdict is verdict
    assert "there is no user" in check.meaning


def test_users_without_an_administrator_are_a_warning(tmp_path: Path) -> None:
    add_user(tmp_path, Role.VIEWER)
    (check,) = examine(tmp_path, bind="0.0.0.0")
    assert (check.verdict, check.meaning) == (Verdict.WARNING, "1 users, and none is an administrator")
    add_user(tmp_path, Role.ADMINISTRATOR)
    assert [check.verdict for check in examine(tmp_path, bind="0.0.0.0")] == [Verdict.GOOD]
