from sqlalchemy import Engine

from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.logged_uids import find_uids
from dicom_node.log_events import name_uid
from tests.fakes.arrivals import arrive


def test_the_name_in_a_log_leads_to_the_study_or_the_image(engine: Engine, ledger: Ledger) -> None:
    for study in ("1", "2"):
        ledger.record_instance(arrive(study, "7"))
    assert find_uids(engine, name_uid("1.2")) == ("1.2",)
    assert find_uids(engine, name_uid("1.1.1.7")) == ("1.1.1.7",)
    assert find_uids(engine, "uid-000000000000") == ()
