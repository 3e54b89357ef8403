from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.alerts import Alerts
from dicom_node.monitoring.alerts.causes import READER_REASONS, CertificateEnd, Observed, find_causes
from dicom_node.monitoring_ports import Queue, ReadingEnd, Stage, Standing
from domain.alert import AlertKind
from domain.breaker import Breaker, BreakerState
from inference.reasons import REASONS

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MIB = 1 << 20
CALM = Observed(NOW, Standing(), (), 100_000 * MIB, 1024 * MIB, ())


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def found(observed: Observed, **settings: float) -> list[tuple[AlertKind, str]]:
    return [cause.key for cause in find_causes(observed, Alerts.model_validate(settings))]


def words(observed: Observed) -> str:
    (cause,) = find_causes(observed, Alerts())
    return cause.happened


def down(minutes: float, state: BreakerState = BreakerState.OPEN) -> Standing:
    breaker = Breaker("pacs", state, ago(minutes), explanation="Nobody listens at 10.0.0.1:104.")
    waiting = Queue(Stage.DELIVERED, 4, ago(minutes), "pacs")
    return Standing(queues=(waiting,), breakers={"pacs": breaker})


def fail(code: str, number: int, minutes: float = 1) -> tuple[ReadingEnd, ...]:
    return tuple(ReadingEnd(str(each), ago(minutes), None, "failed", code, {}) for each in range(number))


def test_a_node_without_troubles_has_no_cause() -> None:
    assert found(CALM) == []


@pytest.mark.parametrize(
    ("minutes", "state", "is_told"),
    [(4, BreakerState.OPEN, False), (5, BreakerState.OPEN, True), (90, BreakerState.HALF_OPEN, True)],
)
def test_a_peer_is_told_of_when_it_is_down_for_a_while(minutes: float, state: BreakerState, is_told: bool) -> None:
    expected = [(AlertKind.PEER_DOWN, "pacs")] if is_told else []
    assert found(replace(CALM, standing=down(minutes, state))) == expected


def test_a_peer_that_is_down_says_since_when_what_waits_and_why() -> None:
    said = words(replace(CALM, standing=down(90)))
    assert "since 2026-03-01 06:30 UTC; 4 deliveries wait for it" in said
    assert "Nobody listens at 10.0.0.1:104." in said


def test_a_peer_that_answers_again_is_no_cause() -> None:
    standing = replace(down(2), breakers={"pacs": Breaker("pacs", BreakerState.CLOSED, ago(90))})
    assert found(replace(CALM, standing=standing)) == []


def test_dead_letters_are_one_cause_a_destination() -> None:
    observed = replace(CALM, standing=Standing(dead_letters={"pacs": 7, "ris": 1}))
    assert found(observed) == [(AlertKind.DEAD_LETTER, "pacs"), (AlertKind.DEAD_LETTER, "ris")]


@pytest.mark.parametrize("stage", [Stage.COMPLETE, Stage.READ, Stage.COMPOSED])
def test_what_waits_longer_than_the_deadline_is_overdue(stage: Stage) -> None:
    in_time, late = Queue(stage, 2, ago(60)), Queue(stage, 2, ago(61))
    assert found(replace(CALM, standing=Standing(queues=(in_time,)))) == []
    assert [kind for kind, _ in found(replace(CALM, standing=Standing(queues=(late,))))] == [AlertKind.STUDY_OVERDUE]


def test_a_delivery_that_waits_for_a_peer_that_is_up_is_overdue() -> None:
    queue = Queue(Stage.DELIVERED, 1, ago(200), "pacs")
    assert found(replace(CALM, standing=Standing(queues=(queue,)))) == [(AlertKind.STUDY_OVERDUE, "deliveries to pacs")]


def test_commitment_may_take_its_time() -> None:
    queue = Queue(Stage.COMMITTED, 1, ago(900), "pacs")
    assert found(replace(CALM, standing=Standing(queues=(queue,)))) == []


@pytest.mark.parametrize(
    ("free_mib", "said"), [(5121, None), (5119, "5119 MiB are free."), (10, "Images are refused now.")]
)
def test_a_disk_is_told_of_before_images_are_refused(free_mib: int, said: str | None) -> None:
    observed = replace(CALM, free_bytes=free_mib * MIB)
    assert found(observed) == ([(AlertKind.DISK, "data")] if said else [])
    assert said is None or said in words(observed)


@pytest.mark.parametrize(("days", "said"), [(30, None), (29, "29 days are left."), (-1, "It has expired.")])
def test_a_certificate_is_told_of_before_it_ends(days: int, said: str | None) -> None:
    observed = replace(CALM, certificates=(CertificateEnd("tls.certificate_file", days),))
    assert found(observed) == ([(AlertKind.CERTIFICATE, "tls.certificate_file")] if said else [])
    assert said is None or words(observed) == said


def test_readers_that_fail_again_and_again_are_told_of_with_their_reasons() -> None:
    readings = fail("reader-crashed", 2) + fail("out-of-memory", 1)
    assert found(replace(CALM, readings=readings[:2])) == []
    assert "reader-crashed (2), out-of-memory (1)" in words(replace(CALM, readings=readings))


@pytest.mark.parametrize(("code", "minutes"), [("body-part-not-supported", 1), ("reader-crashed", 11)])
def test_what_speaks_of_the_image_or_is_past_is_no_cause(code: str, minutes: float) -> None:
    assert found(replace(CALM, readings=fail(code, 9, minutes))) == []


def test_reasons_of_readers_are_reasons_that_there_are() -> None:
    assert set(REASONS) >= READER_REASONS


def test_studies_that_are_held_are_told_of() -> None:
    assert found(replace(CALM, standing=Standing(held_studies=1))) == [(AlertKind.STUDY_HELD, "studies")]
