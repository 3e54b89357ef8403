from datetime import timedelta

import pytest

from config.settings import Console
from dicom_node.console.pages.dead_letters import by_peer
from dicom_node.console.translation import load_words
from dicom_node.delivery_ports import DeadLetterLine
from domain.delivery import Delivery, DeliveryState, later
from domain.document import DocumentKind
from domain.role import Role
from tests.fakes.clock import FakeClock
from tests.fakes.console import Browser, events_of, make_services, open_console
from tests.fakes.desks import FakeDeadLetterDesk

AT = FakeClock().now()


def letter(study: str, destination: str = "pacs") -> DeadLetterLine:
    why = "PACS does not take it; enable this SOP class there"
    delivery = Delivery(study, 2, destination, DeliveryState.HELD, attempts=7, explanation=why)
    kinds = {DocumentKind.STRUCTURED_REPORT: 1, DocumentKind.SECONDARY_CAPTURE: 3}
    return DeadLetterLine(delivery, kinds, AT - timedelta(hours=26), "0x0122 SOP class not supported")


@pytest.fixture
def desk() -> FakeDeadLetterDesk:
    return FakeDeadLetterDesk(lying=[letter("1.1"), letter("1.2"), letter("1.1", "ris")])


def browse(desk: FakeDeadLetterDesk, role: Role = Role.ADMINISTRATOR) -> Browser:
    return Browser(open_console(make_services(Console(enabled=True, local_role=role), dead_letters=desk)))


def submit(browser: Browser, path: str, fields: dict[str, object]) -> str:
    """Post a form; return the page that follows."""
    answer = browser.submit("/dead-letters", path, fields)  # type: ignore[arg-type]
    assert answer.status_code == 303
    return browser.get(answer.headers["location"]).text


def test_a_letter_says_why_what_it_brings_how_long_it_lies_and_how_often_it_was_tried(desk: FakeDeadLetterDesk) -> None:
    page = browse(desk).get("/dead-letters").text
    for words in ("enable this SOP class there", "0x0122", "Structured report", "\u00d7 3", "1 d 2 h", "Attempts: 7"):
        assert words in page
    assert 'href="/studies/1.2"' in page


def test_letters_stand_below_their_destination_what_follows_an_answer_too() -> None:
    groups = by_peer([letter("1.1", "ris"), letter("1.1"), letter("1.2", later("pacs"))])
    assert [(peer, len(letters)) for peer, letters in groups] == [("pacs", 2), ("ris", 1)]


def test_no_letters_is_well() -> None:
    assert "nothing has failed for good" in browse(FakeDeadLetterDesk()).get("/dead-letters").text


def test_the_chosen_are_sent_again_each_once(desk: FakeDeadLetterDesk) -> None:
    page = submit(browse(desk), "/dead-letters/replay", {"letter": ["1.1|pacs", "1.1|pacs", "1.1|ris", "nonsense"]})
    assert desk.replayed == [("1.1", "pacs"), ("1.1", "ris")]
    assert "Sent again: 2" in page


def test_all_to_one_destination_are_sent_again(desk: FakeDeadLetterDesk) -> None:
    assert "Sent again: 2" in submit(browse(desk), "/dead-letters/replay", {"everything": "pacs"})
    assert desk.replayed == [(None, "pacs")]


def test_who_gives_up_and_why_is_kept_and_shown(desk: FakeDeadLetterDesk) -> None:
    fields = {"letter": ["1.2|pacs"], "reason": "the archive moved"}
    assert "the archive moved" in submit(browse(desk), "/dead-letters/discard", fields)
    assert [(each.study_instance_uid, each.by) for each in desk.gone] == [("1.2", "local")]


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("replay", {}, "Nothing was chosen"),
        ("discard", {"letter": ["1.1|pacs"]}, "a reason is needed"),
        ("discard", {"letter": ["1.1|pacs"], "reason": "a\nb"}, "must be one line"),
        ("discard", {"reason": "why"}, "Nothing was chosen"),
    ],
)
def test_nothing_happens_without_a_choice_and_a_reason(
    desk: FakeDeadLetterDesk, path: str, fields: dict[str, object], words: str
) -> None:
    assert words in submit(browse(desk), f"/dead-letters/{path}", fields)
    assert (len(desk.lying), desk.replayed, desk.gone) == (3, [], [])


def test_who_only_looks_has_nothing_to_act_with(desk: FakeDeadLetterDesk) -> None:
    browser = browse(desk, Role.VIEWER)
    assert '<input type="checkbox"' not in browser.get("/dead-letters").text
    assert browser.submit("/dead-letters", "/dead-letters/replay", {"letter": "1.1|pacs"}).status_code == 403


def test_who_sent_again_or_gave_up_what_is_recorded_study_by_study(desk: FakeDeadLetterDesk) -> None:
    services = make_services(dead_letters=desk)
    browser = Browser(open_console(services))
    submit(browser, "/dead-letters/replay", {"everything": "pacs"})
    submit(browser, "/dead-letters/discard", {"letter": ["1.1|ris"], "reason": "why"})
    told = [(event.who, event.studies[0].study_instance_uid, event.explanation) for event in events_of(services)]
    again, given_up = "dead letters sent again", "dead letters given up"
    assert told == [("local", "1.1", again), ("local", "1.2", again), ("local", "1.1", given_up)]


def test_every_kind_of_document_has_its_words() -> None:
    assert {f"dead_letters.kind_{kind.value}" for kind in DocumentKind} <= set(load_words())
