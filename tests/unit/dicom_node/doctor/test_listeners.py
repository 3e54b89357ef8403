import os
import socket
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dicom_node.doctor.listeners import examine_ports, ports_of
from dicom_node.doctor.port_owners import find_owner
from dicom_node.doctor.verdicts import Check, Verdict


def examine(process: int | None = None, **tables: Any) -> list[Check]:
    return list(examine_ports(Settings.model_validate(tables), process))


@pytest.fixture
def taken() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_who_has_a_port_is_named(taken: int) -> None:
    (check,) = examine(node={"port": taken})
    assert check.verdict is Verdict.FAULT
    assert f"(process {os.getpid()}) has 127.0.0.1:{taken} (DICOM)" in check.meaning
    assert "set node.port" in check.change


def test_the_running_node_has_its_own_port_also_by_a_child(taken: int) -> None:
    assert [check.verdict for check in examine(os.getpid(), node={"port": taken})] == [Verdict.GOOD]
    assert [check.verdict for check in examine(os.getppid(), node={"port": taken})] == [Verdict.GOOD]


def test_a_port_that_nobody_has_is_free_and_a_running_node_should_have_it() -> None:
    port = find_free_port()
    assert "is free for this node" in examine(node={"port": port})[0].meaning
    (check,) = examine(os.getpid(), node={"port": port})
    assert check.verdict is Verdict.FAULT
    assert "else restart it" in check.change


def test_a_port_that_the_system_chooses_is_not_judged() -> None:
    assert [check.verdict for check in examine(node={"port": 0})] == [Verdict.UNKNOWN]


def test_a_node_that_listens_on_loopback_says_who_cannot_reach_it() -> None:
    site = {"node": {"port": 0}, "sender": [{"ae_title": "CR1", "address": "10.1.0.0/16"}, {"ae_title": "CR2"}]}
    check = examine(**site)[-1]
    assert (check.probe, check.verdict) == ("reach", Verdict.FAULT)
    assert "CR1 cannot send" in check.meaning


def test_an_archive_that_reports_on_commitment_must_reach_the_node() -> None:
    pacs = {"name": "pacs", "kind": "dicom", "ae_title": "P", "host": "10.1.2.3", "port": 104, "commitment": True}
    assert "pacs cannot report" in examine(node={"port": 0}, destination=[pacs])[-1].meaning


def test_every_listener_is_looked_at() -> None:
    site = Settings.model_validate({"http": {}, "orders": {}, "console": {"enabled": True}, "metrics": {}})
    assert [port.key for port in ports_of(site)] == ["node.port", "http.port", "orders.port", "console.port"]


def test_a_port_that_nobody_listens_at_has_no_owner() -> None:
    assert find_owner(find_free_port()) is None


def test_a_system_without_the_tables_says_nothing(tmp_path: Path) -> None:
    assert find_owner(104, tmp_path) is None
