import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from config.metrics import Metrics
from dicom_node.monitoring.health import Condition, Health
from dicom_node.monitoring.listener import MonitoringListener, Page, health_pages
from domain.errors import ConfigError
from tests.fakes.clock import FakeClock


@pytest.fixture
def health() -> Health:
    return Health(("disk",), FakeClock())


@pytest.fixture
def listener(health: Health) -> Iterator[MonitoringListener]:
    pages = health_pages(health) | {"/metrics": lambda accept: Page(200, "text/plain", accept.encode())}
    listener = MonitoringListener(Metrics(port=0), pages)
    listener.start()
    yield listener
    listener.stop()


def ask(listener: MonitoringListener, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, content


def test_a_process_that_answers_lives(listener: MonitoringListener) -> None:
    assert ask(listener, "/health/live") == (200, '{\n "status": "live"\n}\n')


def test_a_node_that_is_not_ready_says_which_condition_fails_and_why(
    listener: MonitoringListener, health: Health
) -> None:
    health.watch({"disk": lambda: Condition(False, "3 MiB are free")})
    status, content = ask(listener, "/health/ready")
    assert status == 503
    expected = {"status": "not ready", "conditions": {"disk": {"ok": False, "detail": "3 MiB are free"}}}
    assert json.loads(content) == expected


def test_a_node_that_is_ready_says_so(listener: MonitoringListener, health: Health) -> None:
    health.watch({"disk": lambda: Condition(True, "there is room")})
    status, content = ask(listener, "/health/ready")
    assert (status, json.loads(content)["status"]) == (200, "ready")


def test_a_page_hears_what_its_reader_accepts(listener: MonitoringListener) -> None:
    assert ask(listener, "/metrics?x=1", Accept="application/openmetrics-text") == (200, "application/openmetrics-text")


def test_another_path_is_told_which_ones_there_are(listener: MonitoringListener) -> None:
    status, content = ask(listener, "/")
    assert status == 404
    assert "/health/live, /health/ready, /metrics" in content


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 501), ("DELETE", 501)])
def test_nothing_is_taken_in(listener: MonitoringListener, method: str, status: int) -> None:
    assert ask(listener, "/health/live", method)[0] == status


def test_callers_who_say_nothing_do_not_keep_others_out_for_long(listener: MonitoringListener) -> None:
    idle = [socket.create_connection(("127.0.0.1", listener.port), timeout=10) for _ in range(7)]
    assert ask(listener, "/health/live")[0] == 200
    for each in idle:
        each.close()


def test_an_address_that_is_taken_is_told_at_the_start(listener: MonitoringListener) -> None:
    second = MonitoringListener(Metrics(port=listener.port), {})
    with pytest.raises(ConfigError, match=r"metrics\.port: cannot listen at 127\.0\.0\.1:\d+: Address already in use"):
        second.start()
    second.stop()
