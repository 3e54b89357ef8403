from types import SimpleNamespace

from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.pdu import A_ASSOCIATE_RJ

from dicom_node.association_failures.explanation import Parties
from dicom_node.deliver.association import OUTCOMES, Course, Negotiation
from domain.delivery import Outcome


def test_a_rejection_that_pynetdicom_took_for_a_failed_connection_is_still_told() -> None:
    course = Course(Parties("OSTEONODE", "ARCHIVE", "127.0.0.1", 104), timeout_seconds=5)
    pdu = A_ASSOCIATE_RJ()
    pdu.result, pdu.source, pdu.reason_diagnostic = 1, 1, 3
    for event, handler, *_ in course.handlers:
        if event.name == "EVT_PDU_RECV":
            handler(SimpleNamespace(pdu=pdu))
    # Neither rejected nor with an answer: what pynetdicom leaves when the refusal is quicker than its own look.
    association = Association(AE("OSTEONODE"), "requestor")
    association.is_aborted = True
    explanation = Negotiation(association, course).explain()
    assert "1/1/3" in explanation
    assert "does not know calling AE title OSTEONODE" in explanation


def test_only_a_permanent_rejection_is_for_good() -> None:
    assert OUTCOMES == {1: Outcome.REFUSED, 2: Outcome.RETRY}
