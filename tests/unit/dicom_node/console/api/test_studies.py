from pathlib import Path

import pytest

from dicom_node.knowledge_ports import OrderMessage
from dicom_node.study_ports import Action, Cursor, Standing
from domain.correction import RetractionReason
from domain.final_report import ReportStatus, StudyAnswer
from tests.fakes.api import NOON, OTHER, STUDY, ApiClient, FakeNode, make_file, open_api
from tests.fakes.final_reports import make_report

VIEWER, OPERATOR = {"Authorization": "Bearer viewer"}, {"Authorization": "Bearer operator"}


@pytest.fixture
def node(tmp_path: Path) -> FakeNode:
    return FakeNode(tmp_path / "spool")


@pytest.fixture
def client(node: FakeNode) -> ApiClient:
    return ApiClient(open_api(node))


def test_a_study_is_told_with_what_its_answer_states(client: ApiClient) -> None:
    (study, *_others) = client.get("/v1/studies", headers=VIEWER).json()["studies"]
    assert (study["study_instance_uid"], study["fracture"], study["probability"]) == (STUDY, "present", 0.9)
    assert study["deliveries"] == {"pacs": "waiting"}


def test_a_search_reaches_the_ledger_as_it_was_asked(client: ApiClient, node: FakeNode) -> None:
    client.get("/v1/studies?text=A1&standing=failed&limit=5&arrived_from=2026-03-01T12:00:00Z", headers=VIEWER)
    (query,) = node.queries
    assert (query.text, query.standing, query.limit, query.arrived_from) == ("A1", Standing.FAILED, 5, NOON)


def test_the_next_page_begins_where_the_last_one_ended(client: ApiClient, node: FakeNode) -> None:
    following = client.get("/v1/studies?limit=1", headers=VIEWER).json()["following"]
    assert client.get("/v1/studies", params={"after": following}, headers=VIEWER).status_code == 200
    assert node.queries[-1].after == Cursor(NOON, STUDY)


@pytest.mark.parametrize("after", ["x", "MjAyNiAx", "é", "MjAyNi0wMy0wMVQxMjowMDowMCswMDowMCAn"])
def test_a_page_that_nobody_told_of_is_refused(client: ApiClient, after: str) -> None:
    assert client.get("/v1/studies", params={"after": after}, headers=VIEWER).status_code == 422


def test_who_looks_at_a_study_is_recorded(client: ApiClient, node: FakeNode) -> None:
    client.get(f"/v1/studies/{STUDY}", headers=VIEWER)
    assert node.looks == [("the viewer", STUDY, "")]


def test_what_a_person_wrote_is_shown_to_roles_that_see_patients(client: ApiClient) -> None:
    client.post(f"/v1/studies/{STUDY}/hold", json={"reason": "asked by Dr Who"}, headers=OPERATOR)
    shown = [
        client.get(f"/v1/studies/{STUDY}", headers=each).json()["history"][-1]["words"] for each in (OPERATOR, VIEWER)
    ]
    assert shown == ["asked by Dr Who", None]


def test_a_final_report_stands_beside_the_answer_its_numbers_for_roles_that_see_patients(
    client: ApiClient, node: FakeNode
) -> None:
    for report in (make_report(accession="ACC-77", control_id="RIS-5"), make_report(status=ReportStatus.WITHDRAWN)):
        node.reports.keep_reports(OrderMessage(report.key, ""), [report])
        node.reports.assign(report.key, STUDY)
    node.reports.answers[STUDY] = StudyAnswer.ABSENT
    node.reports.compare()
    for role, numbers in ((OPERATOR, ["ACC-77", "RIS-5"]), (VIEWER, [None, None])):
        told = client.get(f"/v1/studies/{STUDY}", headers=role).json()
        report, withdrawn = told["final_reports"]
        assert [report["statement"], withdrawn["statement"]] == ["fracture", None]
        assert [report["accession_number"], report["control_id"]] == numbers
        assert [told["compared"][name] for name in ("version", "answer", "statement")] == [1, "absent", "fracture"]
    other = client.get(f"/v1/studies/{OTHER}", headers=VIEWER).json()
    assert (other["final_reports"], other["compared"]) == ([], None)


@pytest.mark.parametrize("action", [Action.RETRY, Action.HOLD, Action.RELEASE])
def test_an_action_is_carried_out_for_whoever_asked(client: ApiClient, node: FakeNode, action: Action) -> None:
    body = {"destination": "pacs", "reason": "again"}
    answer = client.post(f"/v1/studies/{STUDY}/{action.value}", json=body, headers=OPERATOR)
    assert answer.json() == {"study_instance_uid": STUDY, "action": action, "outcome": "nothing", "changed": 0}
    (request,) = node.requests
    assert (request.action, request.destination, request.by, request.reason) == (
        action,
        "pacs",
        "the operator",
        "again",
    )


def test_what_cannot_be_done_now_says_the_next_step(client: ApiClient, node: FakeNode) -> None:
    node.refusal = "the last version of this study is held"
    answer = client.post(f"/v1/studies/{STUDY}/hold", json={}, headers=OPERATOR)
    assert (answer.status_code, answer.json()["detail"]) == (409, node.refusal)


@pytest.mark.parametrize("action", ["hold", "reread", "retract"])
def test_a_study_that_is_not_there_is_not_found(client: ApiClient, action: str) -> None:
    body = {"hold": {}, "reread": {"version": 1}, "retract": {"version": 1, "code": "other"}}[action]
    assert client.post(f"/v1/studies/9.9/{action}", json=body, headers=OPERATOR).status_code == 404


@pytest.mark.parametrize(
    ("action", "body"), [("reread", {"version": 1}), ("retract", {"version": 1, "code": "wrong-side"})]
)
def test_a_version_that_is_asked_for_twice_is_made_once(
    client: ApiClient, node: FakeNode, action: str, body: dict[str, object]
) -> None:
    address = f"/v1/studies/{STUDY}/{action}"
    first, second = (client.post(address, json=body, headers=OPERATOR).json() for _ in range(2))
    assert first == second
    assert first["changed"] == 2
    assert len(node.requests) == 1


def test_a_version_that_nobody_saw_is_not_retracted(client: ApiClient, node: FakeNode) -> None:
    body = {"version": 2, "code": "other"}
    answer = client.post(f"/v1/studies/{OTHER}/retract", json=body, headers=OPERATOR)
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    assert not node.requests


def test_a_retraction_has_its_code_and_its_words(client: ApiClient, node: FakeNode) -> None:
    body = {"version": 1, "code": "wrong-patient", "reason": "mixed up"}
    client.post(f"/v1/studies/{STUDY}/retract", json=body, headers=OPERATOR)
    assert (node.codes, node.requests[0].reason) == ([RetractionReason.WRONG_PATIENT], "mixed up")


@pytest.mark.parametrize("reason", ["two\nlines", "a" * 501])
def test_a_reason_is_one_short_line(client: ApiClient, reason: str) -> None:
    answer = client.post(f"/v1/studies/{STUDY}/hold", json={"reason": reason}, headers=OPERATOR)
    assert answer.status_code == 422
    assert reason[:3] not in answer.json()["detail"]


def test_quarantine_is_listed_retried_and_discarded(client: ApiClient, node: FakeNode) -> None:
    node.quarantine.lying = [make_file(7), make_file(8)]
    listed = client.get("/v1/quarantine", headers=VIEWER).json()["files"]
    assert [file["number"] for file in listed] == [7, 8]
    assert client.post("/v1/quarantine/7/retry", headers=OPERATOR).json() == {"outcome": "STORED", "taken_in": True}
    discarded = client.post("/v1/quarantine/8/discard", json={"reason": "a test"}, headers=OPERATOR)
    assert discarded.json() == {"changed": 1}
    told = [(each.who, each.explanation, each.resources[0].identifier) for each in node.trail.events]
    assert [each[1:] for each in told] == [
        ("quarantine retry", "osteonode:quarantine/7"),
        ("quarantine discard", "osteonode:quarantine/8"),
    ]
    (gone,) = node.quarantine.gone
    assert {each[0] for each in told} == {gone.by}
    assert (gone.number, gone.reason, gone.by) == (8, "a test", "the operator")
    assert client.post("/v1/quarantine/8/discard", json={"reason": "a test"}, headers=OPERATOR).status_code == 404


def test_a_file_is_not_discarded_without_a_reason(client: ApiClient, node: FakeNode) -> None:
    assert client.post("/v1/quarantine/7/discard", json={"reason": " "}, headers=OPERATOR).status_code == 422
    assert len(node.quarantine.lying) == 1


def test_dead_letters_are_listed_and_sent_again_once(client: ApiClient, node: FakeNode) -> None:
    (letter,) = client.get("/v1/dead-letters", headers=VIEWER).json()["dead_letters"]
    assert (letter["destination"], letter["attempts"]) == ("pacs", 9)
    changed = [client.post("/v1/dead-letters/retry", json={}, headers=OPERATOR).json()["changed"] for _ in range(2)]
    assert changed == [1, 0]
    told = [(each.who, each.studies[0].study_instance_uid, each.explanation) for each in node.trail.events]
    assert told == [("the operator", STUDY, "dead letters sent again")]


def test_dead_letters_of_a_study_are_given_up_with_a_reason(client: ApiClient, node: FakeNode) -> None:
    body = {"study_instance_uid": STUDY, "reason": "the archive is gone"}
    assert client.post("/v1/dead-letters/discard", json=body, headers=OPERATOR).json() == {"changed": 1}
    (told,) = node.trail.events
    assert (told.who, told.explanation) == ("the operator", "dead letters given up")


def test_destinations_and_models_are_told(client: ApiClient) -> None:
    (destination,) = client.get("/v1/destinations", headers=VIEWER).json()["destinations"]
    assert (destination["name"], destination["state"], destination["waiting"]) == ("pacs", "closed", 1)
    assert client.get("/v1/models", headers=VIEWER).json()["operating_points"][0]["region"] == "hand"


def test_health_needs_no_token_and_says_what_is_wrong(client: ApiClient, node: FakeNode) -> None:
    from domain.errors import LedgerError

    assert client.get("/v1/health").json()["status"] == "ok"
    node.failure = LedgerError("no disk")
    sick = client.get("/v1/health").json()
    assert (sick["status"], sick["ledger"], sick["readers"]) == ("degraded", False, True)
