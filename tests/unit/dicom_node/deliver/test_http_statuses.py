import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.deliver.http_statuses import interpret_http, retry_after_seconds
from domain.delivery import Outcome


@given(st.integers(100, 999))
def test_every_status_that_is_no_success_has_words_and_advice_and_is_no_delivery(status: int) -> None:
    meaning = interpret_http(status)
    assert meaning.outcome is not Outcome.DELIVERED
    assert meaning.words
    assert meaning.advice


@given(st.integers(400, 499).filter(lambda status: status not in (408, 425, 429)))
def test_what_the_caller_did_wrong_waits_for_a_person(status: int) -> None:
    assert interpret_http(status).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("120", 120), ("0", 0), ("-5", 0), ("soon", 0), ("²", 0), ("Fri, 31 Dec 2027 23:59:59 GMT", 0)],
)
def test_retry_after_counts_in_seconds_alone(header: str | None, seconds: float) -> None:
    assert retry_after_seconds(header) == seconds
