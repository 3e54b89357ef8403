from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import parse_settings
from config.settings import Settings
from dicom_node.console.pages.peers import list_destinations, list_senders
from dicom_node.delivery_ports import DestinationContact, SenderContact
from dicom_node.peer_ports import PeerFinding
from domain.breaker import Breaker, BreakerState
from domain.delivery import DeliveryState
from tests.fakes.certificates import make_pki
from tests.fakes.clock import FakeClock
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.desks import FakeContacts, FakePeerCheck

NOW = FakeClock().now()
SITE = """
[console]
enabled = true
[[sender]]
ae_title = "MOD1"
address = "10.1.0.0/16"
[[sender]]
ae_title = "*"
address = "10.2.3.4"
[[folder]]
name = "inbox"
path = "inbox"
[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "PACS"
host = "10.9.9.9"
port = 104
[[destination]]
name = "ris"
kind = "hl7"
host = "ris.example"
port = 2575
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return parse_settings(SITE, subject="the text", folder=tmp_path)


def browse(settings: Settings, **services: object) -> Browser:
    return Browser(open_console(make_services(settings=settings, **services)))


def test_every_way_in_is_listed_with_its_contact_then_who_came_in_by_the_star(settings: Settings) -> None:
    heard = [SenderContact("MOD1 ", NOW, 4), SenderContact("STRANGER", NOW, 1)]
    lines = list(list_senders(settings, heard))
    assert [(line.kind, line.ae_title, line.contact is not None) for line in lines] == [
        ("sender", "MOD1", True),
        ("folder", "FOLDER", False),
        ("unlisted", "STRANGER", True),
    ]


@pytest.mark.parametrize(
    ("state", "attempted_at", "delivered_at", "tone", "words"),
    [
        (BreakerState.OPEN, NOW, NOW, "bad", "peers.state_open"),
        (BreakerState.HALF_OPEN, NOW, NOW, "wait", "peers.state_half_open"),
        (None, NOW, NOW, "good", "peers.state_closed"),
        (None, NOW, None, "bad", "peers.state_failed"),
        (None, NOW, NOW - timedelta(minutes=1), "bad", "peers.state_failed"),
        (None, None, None, "plain", "peers.state_silent"),
    ],
)
def test_the_state_of_a_destination_is_a_word_and_a_colour(
    settings: Settings,
    state: BreakerState | None,
    attempted_at: datetime | None,
    delivered_at: datetime | None,
    tone: str,
    words: str,
) -> None:
    breaker = Breaker("pacs", state, NOW) if state else None
    contact = DestinationContact("pacs", delivered_at, attempted_at, breaker=breaker)
    line = list_destinations(settings, {"pacs": contact})[0]
    assert (line.tone, line.state) == (tone, words)


def test_what_waits_and_what_is_held_is_counted(settings: Settings) -> None:
    counts = {DeliveryState.WAITING: 3, DeliveryState.HELD: 2, DeliveryState.DELIVERED: 9}
    lines = list_destinations(settings, {"ris": DestinationContact("ris", deliveries=counts)})
    assert [(line.waiting, line.held) for line in lines] == [(0, 0), (3, 2)]


def test_the_page_names_everybody_and_where_they_are(settings: Settings) -> None:
    contacts = FakeContacts(heard=[SenderContact("MOD1", NOW - timedelta(minutes=5), 4)])
    page = browse(settings, contacts=contacts).get("/peers").text
    for words in ("MOD1", "10.1.0.0/16", "5 min", "PACS", "10.9.9.9:104", "ris.example:2575", "inbox"):
        assert words in page
    assert "names no certificate" in page


def test_a_check_is_shown_beside_its_destination_with_what_to_change_where(settings: Settings) -> None:
    found = PeerFinding("association", "fault", "rejected 1/1/7", "add this node's AE title", "at the peer")
    check = FakePeerCheck((PeerFinding("TCP", "good", "it listens"), found))
    page = browse(settings, check_peer=check).submit("/peers", "/peers/pacs/check").text
    assert check.asked == ["pacs"]
    assert all(words in page for words in ("rejected 1/1/7", "add this node&#39;s AE title", "at the peer:"))


def test_nobody_else_is_called(settings: Settings) -> None:
    check = FakePeerCheck()
    assert browse(settings, check_peer=check).submit("/peers", "/peers/elsewhere/check").status_code == 303
    assert check.asked == []


def test_certificates_are_listed_with_the_days_that_are_left(settings: Settings) -> None:
    own = settings.model_copy(update={"tls": make_pki().listener("expired")})
    page = browse(own, clock=FakeClock(datetime.now(UTC))).get("/peers").text
    assert "tls.certificate_file" in page
    assert "expired" in page


def test_a_certificate_that_cannot_be_read_is_told_in_its_place(settings: Settings, tmp_path: Path) -> None:
    listener = make_pki().listener().model_copy(update={"certificate_file": tmp_path / "none.pem"})
    assert "none.pem cannot be read" in browse(settings.model_copy(update={"tls": listener})).get("/peers").text
