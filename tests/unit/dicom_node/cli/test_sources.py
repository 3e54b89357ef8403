"""What is said of Orthancs that are followed."""

from dicom_node.cli.sources import describe_failing
from dicom_node.feed_ports import FeedItem, FeedPosition, Resource
from tests.fakes.feed_ledger import FakeFeedLedger


def make_feeds(failing: int) -> FakeFeedLedger:
    feeds = FakeFeedLedger()
    items = [FeedItem("ward", Resource.INSTANCE, f"id-{number}", number) for number in range(failing + 1)]
    feeds.advance("ward", FeedPosition(9), items)
    for item in items[:failing]:
        feeds.postpone(item, "it answered 500", 60.0)
    return feeds


def test_what_waits_without_a_failure_is_not_said_to_fail() -> None:
    assert describe_failing("ward", make_feeds(0)) == ()


def test_each_failure_is_told_with_its_reason_and_its_next_attempt() -> None:
    (line,) = describe_failing("ward", make_feeds(1))
    assert line.startswith("instance id-0: it answered 500; 1 attempts, the next at 2026-03-01 ")


def test_many_failures_are_counted_and_not_all_listed() -> None:
    assert describe_failing("ward", make_feeds(25))[-1] == "and 5 more"
