from datetime import UTC, datetime, timedelta
from hashlib import sha256

from dicom_node.monitoring.tracing.spans import Span, hash_study, span_of_attempt, span_of_commitment, spans_of_answer
from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd, ReadingEnd

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
UID = "1.2.826.0.1.3680043.8.498.1"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


ANSWER = AnswerEnd(f"{UID}:2", at(40), at(0), at(5), at(35), "quiet_time", at(38))
IMAGES = [
    ReadingEnd("a", at(3), at(0), "read", "", {"detector": 40.0}),
    ReadingEnd("b", at(38), at(5), "failed", "reader-crashed", {}),
]


def spans() -> dict[str, Span]:
    return {each.place: each for each in spans_of_answer(ANSWER, IMAGES)}


def seconds(span: Span) -> tuple[float, float]:
    return (span.begun_at - START).total_seconds(), (span.ended_at - START).total_seconds()


def test_an_answer_has_a_span_for_each_stage_and_image() -> None:
    expected = {"study": (0, 40), "receive": (0, 5), "complete": (5, 35), "compose": (38, 40)}
    assert {name: seconds(each) for name, each in spans().items()} == expected | {"read 0": (0, 3), "read 1": (5, 38)}


def test_all_of_them_are_one_trace_below_the_study() -> None:
    found = spans()
    assert len({each.trace_id for each in found.values()}) == 1
    assert {each.parent_id for each in found.values()} == {found["study"].span_id}
    assert len({each.span_id for each in found.values()}) == len(found)
    assert [each.place for each in found.values() if each.is_root] == ["study"]


def test_what_becomes_known_later_belongs_to_the_same_trace() -> None:
    attempt = span_of_attempt(AttemptEnd(f"{UID}:2:pacs:1", at(47), "pacs", "delivered", at(5), at(40), at(40)))
    commitment = span_of_commitment(CommitmentEnd(f"{UID}:2:pacs", at(90), "pacs", at(47)))
    root = spans()["study"]
    assert {attempt.trace_id, commitment.trace_id} == {root.trace_id}
    assert (seconds(attempt), seconds(commitment)) == ((40, 47), (47, 90))
    assert {attempt.parent_id, commitment.parent_id} == {root.span_id}


def test_another_version_is_another_trace() -> None:
    other = AttemptEnd(f"{UID}:1:pacs:1", at(47), "pacs", "delivered", at(5), at(40), at(40))
    assert span_of_attempt(other).trace_id != spans()["study"].trace_id


def test_each_attempt_is_a_span_and_one_that_failed_says_so() -> None:
    first = AttemptEnd(f"{UID}:2:pacs:1", at(41), "pacs", "retry", at(5), at(40), at(40))
    second = AttemptEnd(f"{UID}:2:pacs:2", at(47), "pacs", "delivered", at(5), at(40), at(41))
    found = [span_of_attempt(each) for each in (first, second)]
    assert [each.failed for each in found] == ["retry", ""]
    assert found[0].span_id != found[1].span_id
    assert seconds(found[1]) == (41, 47)


def test_a_reading_that_failed_says_why_and_one_that_did_not_how_long_each_model_took() -> None:
    assert spans()["read 1"].failed == "reader-crashed"
    assert spans()["read 0"].attributes["osteonode.model.detector.seconds"] == 0.04


def test_a_study_is_named_by_a_digest_alone() -> None:
    assert spans()["study"].attributes["osteonode.study"] == sha256(UID.encode()).hexdigest()[:16] == hash_study(UID)
    assert not [each for each in spans().values() if UID in f"{each.name} {dict(each.attributes)}"]


def test_a_clock_that_was_set_back_gives_no_span_that_ends_before_it_begins() -> None:
    assert seconds(Span("1:1", "x", "x", at(9), at(3))) == (9, 9)
