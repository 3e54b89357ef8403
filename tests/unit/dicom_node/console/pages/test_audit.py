from datetime import UTC, datetime

import pytest

from config.settings import Console
from dicom_node.audit_ports import AuditRecord, AuditSearch
from dicom_node.console.pages.audit import ROWS
from dicom_node.console.translation import load_words
from domain.audit import Action, AuditedPatient, AuditedStudy, AuditEvent, EventID, EventOutcome, EventType, Participant
from domain.role import Role
from tests.fakes.console import Browser, events_of, make_services, open_console
from tests.fakes.desks import FakeAuditReading

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ADA = Participant("ada", is_requestor=True, address="10.1.2.3")


def record(number: int = 1, *, is_erased: bool = False) -> AuditRecord:
    event = AuditEvent(
        EventID.INSTANCES_ACCESSED,
        Action.READ,
        (ADA,),
        occurred_at=AT,
        studies=(AuditedStudy("1.2.3"),),
        patient=None if is_erased else AuditedPatient("P-0815", "Vinter^Astrid"),
    )
    return AuditRecord(number, event, is_erased, "")


def failed_login() -> AuditRecord:
    event = AuditEvent(
        EventID.USER_AUTHENTICATION,
        Action.EXECUTE,
        (ADA,),
        EventOutcome.MINOR_FAILURE,
        types=(EventType.LOGIN,),
        explanation="wrong password",
        occurred_at=AT,
    )
    return AuditRecord(2, event, False, "")


def browse(trail: FakeAuditReading, **console: object) -> Browser:
    given = {"enabled": True, "local_role": Role.ADMINISTRATOR, **console}
    return Browser(open_console(make_services(Console(**given), audit=trail)))


def test_a_record_says_who_did_what_from_where_about_what_and_how_it_ended() -> None:
    page = browse(FakeAuditReading((failed_login(), record()))).get("/audit").text
    for words in ("ada", "10.1.2.3", "Login", "wrong password", "failure", "Study looked at", 'href="/studies/1.2.3"'):
        assert words in page


def test_what_is_asked_for_is_searched() -> None:
    trail = FakeAuditReading()
    query = "event=user_authentication&who=ada&study=1.2.3&from=2026-03-01&to=2026-03-02&failures=1&before=70"
    assert "No record matches" in browse(trail).get(f"/audit?{query}").text
    (search,) = trail.asked
    assert (search.event_id, search.who, search.study_instance_uid) == (EventID.USER_AUTHENTICATION, "ada", "1.2.3")
    assert search.since is not None
    assert search.until is not None
    assert ((search.until - search.since).days, search.failures, search.before) == (2, True, 70)


def test_what_cannot_be_read_is_not_asked_for() -> None:
    trail = FakeAuditReading()
    assert browse(trail).get("/audit?event=x&from=yesterday&before=-1&failures=maybe").status_code == 200
    assert trail.asked == [AuditSearch()]


def test_that_somebody_looked_is_a_record_once_for_all_pages_of_a_search() -> None:
    services = make_services(Console(enabled=True, local_role=Role.ADMINISTRATOR))
    browser = Browser(open_console(services))
    browser.get("/audit")
    browser.get("/audit?before=9")
    assert [each.event_id for each in events_of(services)] == [EventID.AUDIT_LOG_USED]


def test_older_records_are_on_the_next_page() -> None:
    trail = FakeAuditReading(tuple(record(number) for number in range(200, 200 - ROWS - 1, -1)))
    page = browse(trail).get("/audit?who=ada").text
    assert f"/audit?who=ada&amp;before={200 - ROWS + 1}" in page


@pytest.mark.parametrize(("identifiers_from", "is_shown"), [(Role.ADMINISTRATOR, True), (Role.VIEWER, True)])
def test_a_patient_is_named_by_number_alone_to_who_may_see_that(identifiers_from: Role, is_shown: bool) -> None:
    page = browse(FakeAuditReading((record(),)), identifiers_from=identifiers_from).get("/audit").text
    assert ("P-0815" in page) is is_shown
    assert "Vinter" not in page


def test_a_patient_who_was_erased_is_told_so() -> None:
    assert "erased on request" in browse(FakeAuditReading((record(is_erased=True),))).get("/audit").text


def test_only_administrators_see_it() -> None:
    assert browse(FakeAuditReading(), local_role=Role.OPERATOR).get("/audit").status_code == 403


def test_every_event_has_its_words() -> None:
    names = [each.name.lower() for each in (*EventID, *EventType)]
    assert {f"audit.event_{name}" for name in names} <= set(load_words())
