"""Failures in the language of a visitor: everything that this node says of a peer has its words."""

import pytest

from dicom_node.association_failures.aborts import ABORTS, SERVICE_PROVIDER, explain_abort
from dicom_node.association_failures.connections import CONNECTION_CODES, explain_connection
from dicom_node.association_failures.explanation import Parties
from dicom_node.association_failures.rejections import REJECTIONS, explain_rejection
from dicom_node.console.failure_words import find_key, tell_failure
from dicom_node.console.translation import Words, load_words
from dicom_node.deliver.acknowledgements import ACKNOWLEDGEMENT_CODES
from dicom_node.deliver.http_statuses import HTTP_STATUSES
from dicom_node.deliver.statuses import C_STORE_STATUSES
from dicom_node.ledger.dead_letters import HELD_BY_PERSON
from dicom_node.ledger.retractions import HELD_REASON
from dicom_node.pipeline.delivering import NOT_CONFIGURED, NOTHING_TO_CORRECT_WITH, NOTHING_TO_SEND

PEERS = Parties("OSTEONODE", "PACS", "10.1.2.3", 104)
ENGLISH, ARABIC = Words("en"), Words("ar")


@pytest.mark.parametrize(
    ("recorded", "key"),
    [
        (HELD_BY_PERSON, "by_person"),
        (NOT_CONFIGURED, "not_configured"),
        (NOTHING_TO_SEND, "nothing_to_send"),
        (NOTHING_TO_CORRECT_WITH, "nothing_to_correct_with"),
        (HELD_REASON, "retracted"),
        (explain_connection("TCP-REFUSED", "PACS at 10.1.2.3:104").sentence, "refused"),
        (explain_connection("TCP-TIMED-OUT", "PACS at 10.1.2.3:104", 5).sentence, "timed_out"),
        (explain_rejection(1, 1, 3, PEERS).sentence, "calling_title"),
        (explain_rejection(1, 1, 7, PEERS).sentence, "called_title"),
        ("1 of 1 documents: not acknowledged: Connection refused; check that the receiver runs", "refused"),
        ("1 of 1 documents: not acknowledged: no answer in time; check that it runs", "no_answer"),
        ("1 of 1 documents: not acknowledged: the answer has no MSA segment; check it", "hl7_silent"),
        ("2 of 2 documents: 0xA700 Out of resources; free disk space", "no_room"),
        ("1 of 1 documents: not written: No space left on device; free some", "folder"),
        ("what nobody has ever said", "other"),
    ],
)
def test_what_is_recorded_is_said_in_the_words_that_fit(recorded: str, key: str) -> None:
    assert find_key(recorded) == key
    assert tell_failure(recorded, ARABIC).words == load_words()[f"failures.{key}"]["ar"]


SENTENCES = (
    *(explain_connection(code, "PACS at 10.1.2.3:104").sentence for code in CONNECTION_CODES),
    *(explain_abort(SERVICE_PROVIDER, reason, "PACS").sentence for reason in ABORTS),
    *(explain_rejection(1, source, reason, PEERS).sentence for source, reason in REJECTIONS),
    *(f"1 of 1 documents: {row.words}; {row.advice}" for _first, _last, row in C_STORE_STATUSES if row.advice),
    *(
        f"1 of 1 documents: {code} {row.words}; {row.advice}"
        for code, row in ACKNOWLEDGEMENT_CODES.items()
        if row.advice
    ),
    *(
        f"1 of 1 documents: {code} {HTTP_STATUSES[code].words}; {HTTP_STATUSES[code].advice}"
        for code in (401, 404, 503, 507)
    ),
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_nothing_that_this_node_says_of_a_peer_is_without_words(sentence: str) -> None:
    assert find_key(sentence) != "other"


def test_in_english_the_record_says_it_best() -> None:
    assert tell_failure(HELD_BY_PERSON, ENGLISH).words == ""
    assert tell_failure("", ARABIC).words == ""
