"""Performed procedure steps over the wire, as a modality reports them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.sop_class import ModalityPerformedProcedureStep  # type: ignore[attr-defined]

from dicom_node.receive.mpps_scp import MppsScp
from domain.errors import LedgerFull
from domain.performed_step import PerformedStep, StepStatus
from tests.fakes.knowledge import FakeSteps
from tests.fakes.storage_node import LOOPBACK, StorageNode
from tests.unit.dicom_node.receive.test_mpps_scp import item, performed, scheduled

STEP = "1.2.9"


@pytest.fixture
def steps() -> FakeSteps:
    return FakeSteps()


@pytest.fixture
def modality(steps: FakeSteps, tmp_path: Path) -> Iterator[Association]:
    with StorageNode(tmp_path, services=[MppsScp(steps)]) as node:
        ae = ApplicationEntity(ae_title="MOD1")
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 20
        ae.add_requested_context(ModalityPerformedProcedureStep, ExplicitVRLittleEndian)
        assoc = ae.associate(LOOPBACK, node.scp.port, ae_title="OSTEONODE", bind_address=(LOOPBACK, 0))
        assert assoc.is_established
        yield assoc
        assoc.release()


def create(modality: Association, ds: Dataset, uid: str = STEP) -> int:
    status, _ = modality.send_n_create(ds, ModalityPerformedProcedureStep, UID(uid))
    return int(status.Status)


def change(modality: Association, ds: Dataset, uid: str = STEP) -> Dataset:
    status, _ = modality.send_n_set(ds, ModalityPerformedProcedureStep, UID(uid))
    return status


def ended(status: str, *images: str) -> Dataset:
    ds = performed(*((ComputedRadiographyImageStorage, uid) for uid in images))
    ds.PerformedProcedureStepStatus = status
    return ds


def test_a_step_is_kept_from_its_beginning_to_its_end(modality: Association, steps: FakeSteps) -> None:
    assert create(modality, scheduled("1.1")) == 0x0000
    assert steps.kept[STEP] == PerformedStep(STEP, ("1.1",))
    assert change(modality, ended("COMPLETED", "1.1.1", "1.1.2")).Status == 0x0000
    assert steps.kept[STEP] == PerformedStep(STEP, ("1.1",), StepStatus.COMPLETED, frozenset({"1.1.1", "1.1.2"}))


def test_a_second_beginning_is_a_duplicate(modality: Association) -> None:
    assert [create(modality, scheduled("1.1")) for _ in range(2)] == [0x0000, 0x0111]


def test_a_step_that_has_ended_may_no_longer_be_updated(modality: Association) -> None:
    create(modality, scheduled("1.1"))
    change(modality, ended("DISCONTINUED"))
    answer = change(modality, ended("COMPLETED", "1.1.1"))
    assert (answer.Status, answer.ErrorID) == (0x0110, 0xA710)


def test_a_step_that_nobody_began_is_unknown(modality: Association) -> None:
    assert change(modality, ended("COMPLETED")).Status == 0x0112


def test_a_step_of_no_study_is_refused(modality: Association, steps: FakeSteps) -> None:
    assert create(modality, item(PerformedProcedureStepStatus="IN PROGRESS")) == 0x0120
    assert steps.kept == {}


def test_without_room_the_modality_is_told_to_keep_its_report(modality: Association, steps: FakeSteps) -> None:
    steps.failure = LedgerFull("no room")
    assert create(modality, scheduled("1.1")) == 0x0213


def test_a_failure_of_our_own_is_told_and_the_association_lives(modality: Association, steps: FakeSteps) -> None:
    steps.failure = RuntimeError("a fault")
    assert create(modality, scheduled("1.1")) == 0x0110
    steps.failure = None
    assert create(modality, scheduled("1.1")) == 0x0000
