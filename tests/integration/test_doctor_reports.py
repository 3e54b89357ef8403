"""What doctor says of senders that ask this node for storage commitment, and are to take its report."""

import pytest

from config.settings import Settings
from dicom_node.doctor.examination import Scope, examine
from dicom_node.doctor.verdicts import Verdict
from tests.fakes.commitment_asker import CommitmentAsker


@pytest.mark.parametrize(("takes", "verdict"), [(True, Verdict.GOOD), (False, Verdict.FAULT)])
def test_a_sender_that_takes_reports_and_one_that_does_not(takes: bool, verdict: Verdict) -> None:
    modality = CommitmentAsker(takes=takes)
    port = modality.start()
    sender = {"ae_title": "MODALITY", "commitment": {"host": "127.0.0.1", "port": port}}
    try:
        (examined,) = examine(Settings.model_validate({"sender": [sender]}), Scope(3.0, only=frozenset({"MODALITY"})))
    finally:
        modality.stop()
    assert examined.subject == "report MODALITY"
    check = examined.checks[-1]
    assert (check.probe, check.verdict) == ("storage commitment", verdict)
    assert modality.reports == []
    assert takes or "SCP/SCU role selection" in check.change
