import pytest
from pydicom import Dataset

from dicom_node.deliver.prior_studies import find_priors
from domain.errors import InputError


def listed(uid: str, patient_id: str = "P1", issuer: str = "", date: str = "") -> Dataset:
    ds = Dataset()
    ds.StudyInstanceUID, ds.PatientID, ds.StudyDate = uid, patient_id, date
    ds.IssuerOfPatientID = issuer
    ds.ModalitiesInStudy = ["DX", "PR"]
    ds.NumberOfStudyRelatedInstances = 3
    return ds


def priors(*answers: Dataset, patient_id: str = "P1", issuer: str = "") -> tuple[list[str], int]:
    found = find_priors(
        lambda _level, _keys: list(answers), patient_id=patient_id, issuer=issuer, study_instance_uid="1.1"
    )
    return [each.study_instance_uid for each in found.studies], found.other_issuer


def test_the_latest_study_comes_first_and_ours_is_left_out() -> None:
    answers = (listed("1.2", date="20240101"), listed("1.1", date="20260101"), listed("1.3", date="20250101"))
    assert priors(*answers) == (["1.3", "1.2"], 0)


@pytest.mark.parametrize(("ours", "theirs"), [("A", "B"), ("", "B"), ("A", "")])
def test_the_same_id_of_another_issuer_is_another_patient(ours: str, theirs: str) -> None:
    assert priors(listed("1.2", issuer=theirs), issuer=ours) == ([], 1)


def test_an_archive_that_answers_with_other_patients_is_not_believed() -> None:
    assert priors(listed("1.2", patient_id="P10"), listed("1.3", patient_id="p1")) == ([], 0)


@pytest.mark.parametrize("patient_id", ["", "*", "P?", "P1\\P2"])
def test_an_id_that_would_find_other_patients_is_not_asked_for(patient_id: str) -> None:
    with pytest.raises(InputError, match="cannot be told") as caught:
        priors(patient_id=patient_id)
    assert "P?" not in str(caught.value)


def test_what_an_archive_says_of_a_study_is_shown_as_text() -> None:
    (found,) = find_priors(
        lambda _level, _keys: [listed("1.2")], patient_id="P1", issuer="", study_instance_uid="1.1"
    ).studies
    assert (found.modalities, found.instances, found.description) == ("DX PR", "3", "")
