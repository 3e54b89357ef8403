from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.access_ports import Way
from dicom_node.console import csrf
from domain.errors import LedgerError, LedgerFull
from tests.fakes.api import STUDY, ApiClient, FakeNode, TokenGate, open_api

VIEWER, OPERATOR = {"Authorization": "Bearer viewer"}, {"Authorization": "Bearer operator"}
HOLD = f"/v1/studies/{STUDY}/hold"


@pytest.fixture
def node(tmp_path: Path) -> FakeNode:
    return FakeNode(tmp_path / "spool")


@pytest.fixture
def client(node: FakeNode) -> ApiClient:
    return ApiClient(open_api(node))


def test_without_a_token_nothing_is_told(client: ApiClient) -> None:
    answer = client.get("/v1/studies")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unknown-token"


def test_a_viewer_changes_nothing(client: ApiClient, node: FakeNode) -> None:
    answer = client.post(HOLD, json={}, headers=VIEWER)
    assert (answer.status_code, answer.json()["code"]) == (403, "role")
    assert "operator" in answer.json()["detail"]
    assert not node.requests


def test_a_problem_says_what_to_do(client: ApiClient) -> None:
    body = client.get("/v1/studies/9.9", headers=VIEWER).json()
    assert (body["status"], body["code"], body["type"]) == (404, "not-found", "/api#not-found")
    assert body["remedy"]


def test_an_address_that_is_not_there_is_a_problem_too(client: ApiClient) -> None:
    assert client.get("/v1/nothing").json()["code"] == "not-found"


def test_another_method_is_told_which_ones_there_are(client: ApiClient) -> None:
    answer = client.delete("/v1/studies", headers=VIEWER)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def test_whoever_calls_too_often_is_told_how_long_to_wait(node: FakeNode) -> None:
    client = ApiClient(open_api(node, at_once=1))
    assert client.get("/v1/studies", headers=VIEWER).status_code == 200
    answer = client.get("/v1/studies", headers=VIEWER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert client.get("/v1/studies", headers=OPERATOR).status_code == 200


@pytest.mark.parametrize("failure", [LedgerError("no disk"), LedgerFull("no room")])
def test_a_ledger_that_fails_is_no_fault_of_the_caller(node: FakeNode, client: ApiClient, failure: LedgerError) -> None:
    node.failure = failure
    answer = client.get("/v1/studies", headers=VIEWER)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "ledger", "5")


def test_a_fault_says_nothing_of_what_is_inside(node: FakeNode, client: ApiClient) -> None:
    node.failure = KeyError("Sekret^Person")  # type: ignore[assignment] # what nobody foresaw
    answer = client.get("/v1/studies", headers=VIEWER)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Sekret" not in answer.text


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "none=1", "limit=1&limit=2", "arrived_from=2026-01-01T00:00"])
def test_what_stands_behind_the_question_mark_is_checked(client: ApiClient, query: str) -> None:
    answer = client.get(f"/v1/studies?{query}", headers=VIEWER)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_what_was_sent_is_never_repeated(client: ApiClient) -> None:
    answer = client.get("/v1/studies?Sekret^Person=1", headers=VIEWER)
    assert answer.status_code == 422
    assert "Sekret" not in answer.text


def test_a_body_of_another_kind_is_refused(client: ApiClient) -> None:
    assert client.post(HOLD, content=b"{}", headers=OPERATOR | {"Content-Type": "text/plain"}).status_code == 415


def test_a_body_that_is_too_long_is_refused(client: ApiClient) -> None:
    assert client.post(HOLD, json={"reason": "a" * 70_000}, headers=OPERATOR).status_code == 413


def _browser(node: FakeNode, way: Way, secret: str = "") -> ApiClient:
    return ApiClient(open_api(node, gate=TokenGate(way, secret)))


@pytest.mark.parametrize("way", [Way.LOCAL, Way.PASSWORD])
def test_a_page_of_somebody_else_changes_nothing(node: FakeNode, way: Way) -> None:
    foreign = OPERATOR | {"Origin": "https://elsewhere.example"}
    answer = _browser(node, way, "secret").post(HOLD, json={}, headers=foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-page")
    assert not node.requests


def test_a_session_changes_something_with_its_own_token_alone(node: FakeNode) -> None:
    browser = _browser(node, Way.PASSWORD, "secret")
    assert browser.post(HOLD, json={}, headers=OPERATOR).status_code == 403
    own = OPERATOR | {csrf.HEADER: csrf.token_of("secret")}
    assert browser.post(HOLD, json={}, headers=own).status_code == 200


def test_a_page_that_came_through_a_proxy_is_known_by_the_address_of_the_configuration(node: FakeNode) -> None:
    settings = Settings.model_validate({"console": {"public_url": "https://bones.hospital"}})
    browser = ApiClient(open_api(node, gate=TokenGate(Way.PASSWORD, "secret"), settings=settings))
    own = OPERATOR | {csrf.HEADER: csrf.token_of("secret"), "Origin": "https://bones.hospital"}
    assert browser.post(HOLD, json={}, headers=own).status_code == 200
    assert browser.post(HOLD, json={}, headers=own | {"Origin": "https://bones.example"}).status_code == 403


def test_a_program_on_this_machine_needs_no_token_of_a_page(node: FakeNode) -> None:
    assert _browser(node, Way.LOCAL).post(HOLD, json={}, headers=OPERATOR).status_code == 200


def test_answers_are_kept_by_nobody_between(client: ApiClient) -> None:
    assert client.get("/v1/studies", headers=VIEWER).headers["Cache-Control"] == "no-store"
