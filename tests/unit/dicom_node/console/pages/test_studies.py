from datetime import timedelta

import pytest

from config.settings import Console
from dicom_node.console.pages.studies import read_cursor, read_query, write_cursor
from dicom_node.study_ports import Cursor, Standing, StudyPage
from domain.role import Role
from tests.fakes.arrivals import BEGIN
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.studies import FakeStudies, make_file, make_row


@pytest.fixture
def studies(tmp_path: object) -> FakeStudies:
    return FakeStudies(make_file(tmp_path))  # type: ignore[arg-type]


def browse(studies: FakeStudies, role: Role = Role.OPERATOR) -> Browser:
    return Browser(open_console(make_services(Console(enabled=True, local_role=role), studies=studies.book())))


def test_filters_stand_in_the_address(studies: FakeStudies) -> None:
    text = browse(studies).get("/studies?q=A-1&standing=held&sender=MODALITY&from=2026-03-01&to=2026-03-02").text
    (query,) = studies.queries
    assert (query.text, query.standing, query.calling_ae_title) == ("A-1", Standing.HELD, "MODALITY")
    assert query.arrived_from is not None
    assert query.arrived_before is not None
    assert query.arrived_before - query.arrived_from == timedelta(days=2)
    assert 'value="A-1"' in text  # and on the page


def test_a_study_is_listed_with_where_it_is_and_what_was_said(studies: FakeStudies) -> None:
    text = browse(studies).get("/studies", Accept_Language="en").text
    for words in ('href="/studies/1.2.3"', "A-1", "MODALITY", "answered", "suspected", "90.0%", "pacs", "waits"):
        assert words in text
    assert "not a diagnosis" in text


@pytest.mark.parametrize(
    "address", ["?standing=nonsense", "?after=x", "?from=yesterday", "?to=9999-12-31", "?from=0001-01-01", "?q=%00"]
)
def test_a_filter_that_cannot_be_read_narrows_nothing(address: str, studies: FakeStudies) -> None:
    assert browse(studies).get(f"/studies{address}").status_code == 200


def test_the_next_page_begins_after_the_last_study(studies: FakeStudies) -> None:
    studies.page = StudyPage(studies.page.rows, Cursor(BEGIN, "1.2.3"))
    text = browse(studies).get("/studies?q=A").text
    assert "q=A&amp;after=2026-03-01T08%3A00%3A00%2B00%3A00~1.2.3" in text


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(BEGIN, "1.2.3")
    assert read_cursor(write_cursor(cursor)) == cursor
    assert read_cursor("2026-03-01T08:00:00~1.2") is None  # of no zone
    assert read_cursor("0001-01-01T00:00:00+14:00~1.2") is None


def test_a_patient_id_is_posted_and_stands_in_no_address(studies: FakeStudies) -> None:
    answer = browse(studies).submit("/studies", "/studies", {"patient_id": " P 7 "})
    assert studies.queries[-1].patient_id == "P 7"
    assert answer.status_code == 200
    assert "P 7" not in repr(studies.queries[-1])
    assert "after=" not in answer.text


def test_who_sees_no_patients_searches_for_none(studies: FakeStudies) -> None:
    browser = browse(studies, Role.VIEWER)
    assert 'name="patient_id"' not in browser.get("/studies").text
    assert browser.submit("/studies", "/studies", {"patient_id": "P7"}).status_code == 303
    assert all(not query.patient_id for query in studies.queries)


def test_why_a_study_is_held_is_said_in_the_list(tmp_path: object) -> None:
    row = make_row(state=make_row().state.HELD, held_reason="does not <conform>")
    studies = FakeStudies(make_file(tmp_path, row))  # type: ignore[arg-type]
    assert "does not &lt;conform&gt;" in browse(studies).get("/studies").text


def test_the_last_day_is_part_of_a_search_to_it() -> None:
    query = read_query({"to": "2026-03-01"})
    assert query.arrived_before is not None
    assert query.arrived_before.astimezone().strftime("%Y-%m-%d %H:%M") == "2026-03-02 00:00"
