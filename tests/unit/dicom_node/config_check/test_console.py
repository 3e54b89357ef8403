from pathlib import Path

import pytest

from config.settings import Console, ConsoleOidc, Node, Settings
from dicom_node.clock import SystemClock
from dicom_node.config_check.console import find_console_remarks, require_console
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.errors import ConfigError
from domain.role import Role

OIDC = ConsoleOidc(issuer="https://login.example", client_id="osteonode", viewers=("all",))


def settings(data: Path, **console: object) -> Settings:
    return Settings(node=Node(data=data), console=Console(**{"enabled": True, **console}))


def add_user(data: Path) -> None:
    engine = open_engine(database_url(data))
    create_tables(engine)
    Accesses(engine, SystemClock()).add_user("ada", Role.VIEWER, "hash")
    engine.dispose()


def test_nothing_is_said_of_a_console_that_is_off(tmp_path: Path) -> None:
    assert find_console_remarks(settings(tmp_path, enabled=False, bind="0.0.0.0")) == ()


def test_without_a_user_it_is_said_who_may_come_in_and_where_it_listens(tmp_path: Path) -> None:
    (remark,) = find_console_remarks(settings(tmp_path, bind="0.0.0.0"))
    assert "127.0.0.1 alone, and not at 0.0.0.0" in remark
    assert "an operator" in remark
    assert "osteonode users add" in remark


def test_with_a_user_or_a_provider_it_is_not(tmp_path: Path) -> None:
    add_user(tmp_path)
    assert find_console_remarks(settings(tmp_path)) == ()
    public = "http://localhost:8090"
    assert find_console_remarks(settings(tmp_path / "new", oidc=OIDC, public_url=public)) == ()


def test_a_proxy_that_nobody_believes_is_told(tmp_path: Path) -> None:
    add_user(tmp_path)
    (remark,) = find_console_remarks(settings(tmp_path, public_url="https://osteonode.example"))
    assert "console.proxies" in remark


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_secret_that_cannot_be_read_is_a_problem(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)
    oidc = OIDC.model_copy(update={"client_secret_file": file})
    with pytest.raises(ConfigError, match="client_secret_file"):
        require_console(settings(tmp_path, oidc=oidc, public_url="https://osteonode.example"))
