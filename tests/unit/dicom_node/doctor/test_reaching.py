from datetime import UTC, datetime, timedelta

import pytest

from dicom_node.doctor.reaching import _judge
from dicom_node.doctor.verdicts import Verdict
from dicom_node.tls.certificates import Certificate


@pytest.mark.parametrize(
    ("days", "verdict", "words"),
    [(365, Verdict.GOOD, "in 365 days"), (9, Verdict.WARNING, "in 9 days (below 30)"), (-3, Verdict.FAULT, "expired")],
)
def test_the_end_of_a_peers_certificate_is_told_in_days(days: int, verdict: Verdict, words: str) -> None:
    now = datetime.now(UTC)
    end = now + timedelta(days=days, hours=1)
    check = _judge(Certificate("CN=pacs", "CN=ca", ("pacs.test",), now - timedelta(days=400), end, False))
    assert check.verdict is verdict
    assert words in check.meaning
    assert "pacs.test" in check.meaning
