from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Console
from dicom_node.console.translation import load_words
from dicom_node.quarantine_ports import QuarantinedFile, UndecodedImage
from dicom_node.quarantine_remedies import REMEDIES
from domain.audit import EventID
from domain.role import Role
from inference.reasons import NOT_DECODED, REASONS
from tests.fakes.clock import FakeClock
from tests.fakes.console import Browser, events_of, make_services, open_console
from tests.fakes.desks import FakeQuarantineDesk

AT = FakeClock().now()


@pytest.fixture
def desk(tmp_path: Path) -> FakeQuarantineDesk:
    file = QuarantinedFile(1, tmp_path / "a.dcm", "UID-MISSING", "in detail", "MOD1", AT, "TRAUMA", 3)
    file.path.write_bytes(b"the whole file")
    image = UndecodedImage("1.2.3.4", "1.2.3", "MOD2", AT, "pixel-data-truncated")
    return FakeQuarantineDesk(lying=[file, replace(file, number=2, path=tmp_path / "gone.dcm")], images=[image])


def browse(desk: FakeQuarantineDesk, **console: object) -> Browser:
    return Browser(open_console(make_services(Console(enabled=True, **console), quarantine=desk)))


def submit(browser: Browser, path: str, fields: dict[str, object]) -> str:
    """Post a form; return the page that follows."""
    answer = browser.submit("/quarantine", path, fields)  # type: ignore[arg-type]
    assert answer.status_code == 303
    return browser.get(answer.headers["location"]).text


def test_a_file_is_shown_with_what_happened_and_what_to_do_from_whom_and_how_often(desk: FakeQuarantineDesk) -> None:
    page = browse(desk).get("/quarantine").text
    assert all(each in page for each in (*REMEDIES["UID-MISSING"], "MOD1", "TRAUMA", "came 3 times", "in detail"))
    assert "The file is gone" in page


def test_an_image_that_was_not_decoded_stands_below_with_its_study(desk: FakeQuarantineDesk) -> None:
    page = browse(desk).get("/quarantine").text
    assert REASONS["pixel-data-truncated"].text in page
    assert 'href="/studies/1.2.3"' in page


def test_an_empty_quarantine_says_that_all_is_well() -> None:
    assert "all that came was taken in" in browse(FakeQuarantineDesk()).get("/quarantine").text


def test_what_is_chosen_is_tried_again_and_the_ends_are_counted(desk: FakeQuarantineDesk) -> None:
    desk.damaged = {2}
    page = submit(browse(desk), "/quarantine/retry", {"number": ["1", "2", "9"], "image": ["1.2.3.4"]})
    assert desk.retried == [1, 2, "1.2.3.4"]
    assert "2 taken in or read again, 2 stay as they are" in page


def test_nothing_is_tried_where_nothing_is_chosen(desk: FakeQuarantineDesk) -> None:
    assert "Nothing was chosen" in submit(browse(desk), "/quarantine/retry", {})
    assert desk.retried == []


def test_who_discards_and_why_is_kept_and_shown(desk: FakeQuarantineDesk) -> None:
    page = submit(browse(desk), "/quarantine/discard", {"number": ["1"], "reason": "a test picture"})
    assert [(each.number, each.reason, each.by) for each in desk.gone] == [(1, "a test picture", "local")]
    assert "a test picture" in page


def test_who_retried_or_discarded_what_is_recorded_with_how_it_ended(desk: FakeQuarantineDesk) -> None:
    desk.damaged = {2}
    services = make_services(quarantine=desk)
    browser = Browser(open_console(services))
    submit(browser, "/quarantine/retry", {"number": ["2"], "image": ["1.2.3.4"]})
    submit(browser, "/quarantine/discard", {"number": ["1"], "reason": "why"})
    told = [(event.who, event.explanation, int(event.outcome)) for event in events_of(services)]
    image, failed = ("local", "quarantine retry of an image", 0), ("local", "quarantine retry", 4)
    assert told == [failed, image, ("local", "quarantine discard", 0)]
    assert events_of(services)[1].studies[0].study_instance_uid == "1.2.3"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": ["1"]}, "a reason is needed"),
        ({"number": ["1"], "reason": "two\nlines"}, "must be one line"),
        ({"reason": "why"}, "No file was chosen"),
        ({"number": ["9"], "reason": "why"}, "Files discarded: 0"),
    ],
)
def test_nothing_is_discarded_without_a_file_and_a_reason(
    desk: FakeQuarantineDesk, fields: dict[str, object], words: str
) -> None:
    assert words in submit(browse(desk), "/quarantine/discard", fields)
    assert len(desk.lying) == 2


def test_the_file_can_be_had_by_who_may_see_patients(desk: FakeQuarantineDesk) -> None:
    answer = browse(desk).get("/quarantine/1/file")
    assert (answer.status_code, answer.content) == (200, b"the whole file")
    assert "attachment" in answer.headers["content-disposition"]
    assert browse(desk).get("/quarantine/2/file").status_code == 303  # it is gone
    assert browse(desk).get("/quarantine/x/file").status_code == 303


def test_that_a_file_left_is_recorded_with_who_has_it(desk: FakeQuarantineDesk) -> None:
    services = make_services(quarantine=desk)
    Browser(open_console(services)).get("/quarantine/1/file")
    (event,) = events_of(services)
    assert (event.event_id, event.who, event.explanation) == (EventID.EXPORT, "local", "file 1 of the quarantine")


def test_who_may_not_see_patients_does_not_get_the_file(desk: FakeQuarantineDesk) -> None:
    browser = browse(desk, local_role=Role.OPERATOR, identifiers_from=Role.ADMINISTRATOR)
    assert browser.get("/quarantine/1/file").status_code == 303
    assert "/quarantine/1/file" not in browser.get("/quarantine").text


def test_who_only_looks_has_nothing_to_act_with(desk: FakeQuarantineDesk) -> None:
    browser = browse(desk, local_role=Role.VIEWER)
    assert 'type="checkbox"' not in browser.get("/quarantine").text
    assert browser.submit("/quarantine", "/quarantine/retry", {"number": "1"}).status_code == 403
    assert browser.get("/quarantine/1/file").status_code == 403


def test_the_words_of_every_reason_are_those_of_the_command() -> None:
    words = load_words()
    for code, (what, then) in REMEDIES.items():
        assert (words[f"remedies.{code}-what"]["en"], words[f"remedies.{code}-next"]["en"]) == (what, then)
    assert {code: words[f"remedies.{code}"]["en"] for code in NOT_DECODED} == {
        code: REASONS[code].text for code in NOT_DECODED
    }
