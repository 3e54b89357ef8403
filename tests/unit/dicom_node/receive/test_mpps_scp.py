from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage, XRayRadiationDoseSRStorage

from dicom_node.receive.mpps_scp import StepRefused, read_creation, read_references, read_status
from domain.performed_step import PerformedStep, StepStatus

CR = ComputedRadiographyImageStorage


def item(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def scheduled(*studies: str, status: str = "IN PROGRESS") -> Dataset:
    steps = [item(StudyInstanceUID=uid) for uid in studies]
    return item(PerformedProcedureStepStatus=status, ScheduledStepAttributesSequence=steps)


def performed(*images: tuple[str, str]) -> Dataset:
    references = [item(ReferencedSOPClassUID=kind, ReferencedSOPInstanceUID=uid) for kind, uid in images]
    return item(PerformedSeriesSequence=[item(ReferencedImageSequence=references)])


def test_a_step_begins_with_the_studies_that_it_is_scheduled_for() -> None:
    assert read_creation("1.9", scheduled("1.1", "1.2", "1.1")) == PerformedStep("1.9", ("1.1", "1.2"))


@pytest.mark.parametrize(
    ("uid", "ds", "status"),
    [
        ("", scheduled("1.1"), 0x0120),
        ("../1.9", scheduled("1.1"), 0x0120),
        ("1.9", scheduled(), 0x0120),
        ("1.9", scheduled(""), 0x0120),
        ("1.9", Dataset(), 0x0106),
        ("1.9", scheduled("1.1", status="COMPLETED"), 0x0106),
        ("1.9", scheduled("1.1", status="DONE"), 0x0106),
    ],
)
def test_a_creation_that_lacks_what_it_needs_is_refused(uid: str, ds: Dataset, status: int) -> None:
    with pytest.raises(StepRefused) as refused:
        read_creation(uid, ds)
    assert refused.value.status == status


def test_only_images_that_this_node_takes_are_expected() -> None:
    made = performed((CR, "1.1.1"), (XRayRadiationDoseSRStorage, "1.1.2"), ("", "1.1.3"), (CR, ""))
    assert read_references(made) == ["1.1.1"]


def test_a_change_may_say_nothing_of_the_status() -> None:
    assert read_status(Dataset()) is None
    assert read_status(item(PerformedProcedureStepStatus="DISCONTINUED")) is StepStatus.DISCONTINUED
