import pytest

from config.completion import Query
from dicom_node.doctor.archive_services import _judge_move
from dicom_node.doctor.verdicts import Verdict

QUERY = Query(sender="CR1", ae_title="PACS", host="127.0.0.1", port=104)


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        (0x0000, Verdict.GOOD, "shows with the first study that is fetched"),
        (0xC000, Verdict.UNKNOWN, "answers 0xC000 to a study that nobody has"),
        (0xA801, Verdict.FAULT, "it does not know where to send: add OSTEONODE with address and port"),
    ],
)
def test_only_an_archive_that_says_so_does_not_know_where_to_send(status: int, verdict: Verdict, words: str) -> None:
    check = _judge_move(status, QUERY, "OSTEONODE")
    assert check.verdict is verdict
    assert words in check.meaning
