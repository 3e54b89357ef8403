"""The port AlertChannel: mail, webhook and their fake."""

from collections.abc import Callable, Iterator

import pytest

from config.alerts import AlertChannel as ChannelSettings
from dicom_node.alert_ports import AlertChannel
from dicom_node.monitoring.alerts.mail import MailChannel
from dicom_node.monitoring.alerts.webhook import WebhookChannel
from domain.errors import DeliveryError, PeerUnreachable
from tests.fakes.alert_messages import FakeChannel, make_message
from tests.fakes.clock import FakeClock
from tests.fakes.mail_server import serve_mail
from tests.fakes.webhook import serve_webhook

#: A channel, what says how many messages it delivered, and what lets it fail.
Told = tuple[AlertChannel, Callable[[], int], Callable[[], None]]


def tell_by_mail() -> Iterator[Told]:
    with serve_mail() as server:
        values = {"name": "a", "kind": "email", "host": "127.0.0.1", "port": server.port, "security": "none"}
        values |= {"sender": "a@b.example", "recipients": ["c@d.example"]}
        channel = MailChannel(ChannelSettings.model_validate(values), "NODE")
        yield channel, lambda: len(server.mails), lambda: setattr(server, "answer", "554 no")


def tell_by_webhook() -> Iterator[Told]:
    with serve_webhook() as server:
        values = {"name": "a", "kind": "webhook", "url": f"http://127.0.0.1:{server.port}/"}
        channel = WebhookChannel(ChannelSettings.model_validate(values), "NODE", FakeClock())
        yield channel, lambda: len(server.bodies), lambda: setattr(server, "status", 500)


def tell_nobody() -> Iterator[Told]:
    channel = FakeChannel("a")
    yield channel, lambda: len(channel.taken), lambda: setattr(channel, "failure", PeerUnreachable("gone"))


@pytest.fixture(params=[tell_by_mail, tell_by_webhook, tell_nobody], ids=["mail", "webhook", "fake"])
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    yield from request.param()


def test_a_message_is_handed_over_and_who_took_it_is_said(told: Told) -> None:
    channel, count, _fail = told
    assert channel.name == "a"
    assert channel.send(make_message())
    assert count() == 1


def test_a_message_that_is_not_taken_is_an_error_of_delivery_with_words(told: Told) -> None:
    channel, _count, fail = told
    fail()
    with pytest.raises(DeliveryError, match=r".{10}"):
        channel.send(make_message())
