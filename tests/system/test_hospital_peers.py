"""The main job with peers nobody here wrote: storescu sends, Orthanc files the answers, python-hl7 hears them."""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import (
    UID,
    Comprehensive3DSRStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    SecondaryCaptureImageStorage,
)

from dicom_node.cli.returned import is_heat_map, is_summary
from dicom_node.log_events import name_uid
from inference.phantom.samples import SAMPLE_STUDIES, SampleStudy, write_samples
from tests.fakes.hospital import draw_study, write_study
from tests.peers.validators import find_errors
from tests.system.peer_hospital import NODE, PeerHospital, observed, run_hospital

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.peer]

ANSWERS = (Comprehensive3DSRStorage, SecondaryCaptureImageStorage, GrayscaleSoftcopyPresentationStateStorage)
IDENTITY = ("PatientName", "PatientID", "AccessionNumber", "PatientBirthDate")
FRACTURE, LATERALITY, COMMENT = "72704001", "272741003", "121106"
PRESENT = "52101004^Present^SCT"
ABSENT = "272519000^Absent^SCT"
UNDETERMINED = "373068000^Undetermined^SCT"
SIDES = {"L": "7771000^Left^SCT", "R": "24028007^Right^SCT"}
#: What is true of the drawings: an answer on a study (OBX-5), and its status (OBX-11, OBR-25).
TRUTH = {
    "wrist-fracture": (PRESENT, "P"),
    "knee-normal": (ABSENT, "P"),
    "shoulder-fracture": (PRESENT, "P"),
    "forearm-fracture": (PRESENT, "P"),
    "chest": (UNDETERMINED, "X"),
}
SHRINK = 4
NOT_THIS_BODY_PART = "Not analysed: The body part in the header is not one that the models were trained on"

of_every_sample = pytest.mark.parametrize("sample", SAMPLE_STUDIES, ids=lambda sample: sample.name)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerHospital]:
    with run_hospital(tmp_path_factory.mktemp("hospital")) as hospital:
        yield hospital


@pytest.fixture(scope="module")
def sources(hospital: PeerHospital, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Dataset]]:
    """Send every sample to the PACS and to the node, wait for the answers; return the images by sample."""
    folder = tmp_path_factory.mktemp("samples")
    files = write_samples(folder)
    hospital.archive(files)
    assert hospital.send(files) == [0] * len(files)
    sent: dict[str, list[Dataset]] = {
        sample.name: [pydicom.dcmread(path) for path in files if path.parent.name == sample.name]
        for sample in SAMPLE_STUDIES
    }
    hospital.wait_until_answered({str(images[0].StudyInstanceUID) for images in sent.values()})
    return sent


@pytest.fixture(scope="module")
def lower_leg(hospital: PeerHospital, radiographs: Path) -> list[Dataset]:
    """Return a real lower leg, bone stored dark, that has been answered: losslessly and lossily compressed."""
    return [pydicom.dcmread(radiographs / name) for name in ("RG3_J2KR.dcm", "RG3_J2KI.dcm")]


@pytest.fixture(scope="module")
def chest(hospital: PeerHospital, radiographs: Path) -> Dataset:
    """Return a real chest that has been answered."""
    return pydicom.dcmread(radiographs / "RG1_J2KI.dcm")


@pytest.fixture(scope="module")
def radiographs(hospital: PeerHospital, shared_data: Path) -> Path:
    """Send the real radiographs as they are compressed, wait for the answers, and return their folder."""
    folder = shared_data / "dicom"
    lossless, lossy = [folder / "RG3_J2KR.dcm"], [folder / "RG3_J2KI.dcm", folder / "RG1_J2KI.dcm"]
    hospital.archive(lossless, "-xv")
    hospital.archive(lossy, "-xw")
    for files, proposed in ((lossless, "-xv"), (lossy, "-xw")):
        assert hospital.send(files, proposed) == [0] * len(files)
    hospital.wait_until_answered({str(pydicom.dcmread(path).StudyInstanceUID) for path in lossless + lossy})
    return folder


def answers(held: list[Dataset], sop_class_uid: UID) -> list[Dataset]:
    return [ds for ds in held if ds.SOPClassUID == sop_class_uid]


def captures_in(held: list[Dataset]) -> list[Dataset]:
    """Return the captures of single images; the summary of the study is of all of them, a heat map of a model."""
    return [ds for ds in answers(held, SecondaryCaptureImageStorage) if not (is_summary(ds) or is_heat_map(ds))]


def count_of_read(sample: SampleStudy) -> int:
    return len(sample.images) if TRUTH[sample.name][1] == "P" else 0


def count_of_heat_maps(images: list[Dataset], hospital: PeerHospital) -> int:
    """Return how many heat maps came: one for each image with a suspicion or a doubt, which truth does not tell."""
    return sum(map(is_heat_map, hospital.held(str(images[0].StudyInstanceUID))))


def identify(files: list[Dataset]) -> set[tuple[bytes, ...]]:
    """Return the identities that files state, as bytes without padding; each has just been read from its file."""
    return {tuple(bytes(ds.get_item(keyword).value).rstrip(b" ") for keyword in IDENTITY) for ds in files}


def comments(report: Dataset) -> list[str]:
    """Return every comment of a report, in the order of its tree."""
    found = []
    for item in report.get("ContentSequence", ()):
        if item.ValueType == "TEXT" and item.ConceptNameCodeSequence[0].CodeValue == COMMENT:
            found.append(item.TextValue)
        found += comments(item)
    return found


def judgements(report: Dataset) -> list[str]:
    """Return the codes that a report gives for the concept of a fracture, the study's first."""
    found = []
    for item in report.get("ContentSequence", ()):
        if item.ValueType == "CODE" and item.ConceptNameCodeSequence[0].CodeValue == FRACTURE:
            code = item.ConceptCodeSequence[0]
            found.append(f"{code.CodeValue}^{code.CodeMeaning}^{code.CodingSchemeDesignator}")
        found += judgements(item)
    return found


def errors_in(held: list[Dataset], hospital: PeerHospital, folder: Path) -> dict[str, list[str]]:
    """Return what the validators find wrong in the answers among what the PACS holds of a study."""
    found = {}
    for content in hospital.orthanc.study_files(str(held[0].StudyInstanceUID)):
        ds = pydicom.dcmread(BytesIO(content))
        if ds.SOPClassUID in ANSWERS:
            path = folder / f"{ds.SOPInstanceUID}.dcm"
            path.write_bytes(content)
            found[f"{ds.SOPClassUID.name} {ds.SOPInstanceUID}"] = find_errors(path, ds.SOPClassUID)
    return found


@of_every_sample
def test_the_archive_files_images_and_answers_in_one_study(
    sample: SampleStudy, hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    images = sources[sample.name]
    held = hospital.held(str(images[0].StudyInstanceUID))
    expected = Counter(ds.SOPClassUID for ds in images)
    expected += Counter(dict(zip(ANSWERS, (1, 1 + len(images), count_of_read(sample)), strict=True)))
    assert Counter(ds.SOPClassUID for ds in held if not is_heat_map(ds)) == expected
    assert {ds.StudyInstanceUID for ds in held} == {images[0].StudyInstanceUID}
    sent = [ds.SOPInstanceUID for ds in images]
    shown = {ds.SourceImageSequence[0].ReferencedSOPInstanceUID for ds in captures_in(held)}
    (summary,) = [ds for ds in answers(held, SecondaryCaptureImageStorage) if is_summary(ds)]
    assert shown == set(sent)
    mapped = [ds.SourceImageSequence[0].ReferencedSOPInstanceUID for ds in held if is_heat_map(ds)]
    assert sorted(set(mapped)) == sorted(mapped)
    assert set(mapped) <= set(sent)
    assert sorted(item.ReferencedSOPInstanceUID for item in summary.SourceImageSequence) == sorted(sent)


def test_the_archive_knows_no_patient_and_no_study_twice(
    hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    patients = [hospital.orthanc.get(f"/patients/{each}") for each in hospital.orthanc.get("/patients")]
    found = {each["MainDicomTags"]["PatientID"]: len(each["Studies"]) for each in patients}
    expected = {sample.identity.patient_id: 1 for sample in SAMPLE_STUDIES}
    assert {number: count for number, count in found.items() if number.startswith("DEMO-")} == expected


@of_every_sample
def test_the_log_tells_of_the_study_and_not_of_the_patient(
    sample: SampleStudy, hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    who = sample.identity
    names = re.split(r"[\^=]", who.patient_name)
    secrets = {*names, who.patient_id, who.accession_number, who.birth_date, who.study_date} - {""}
    uid = str(sources[sample.name][0].StudyInstanceUID)
    assert name_uid(uid) in hospital.log
    assert uid not in hospital.log
    assert {secret for secret in secrets if secret in hospital.log} == set()


@of_every_sample
def test_every_answer_names_the_patient_byte_for_byte(
    sample: SampleStudy, hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    (source, *_) = [pydicom.dcmread(image.filename) for image in sources[sample.name]]
    held = hospital.held(str(source.StudyInstanceUID))
    (stated,) = identify([source])
    assert all(stated)
    assert identify(held) == {stated}
    assert {str(ds.get("SpecificCharacterSet")) for ds in held} == {str(source.get("SpecificCharacterSet"))}
    assert {str(ds.PatientName) for ds in held} == {sample.identity.patient_name}


@of_every_sample
def test_every_answer_on_a_sample_is_valid(
    sample: SampleStudy, hospital: PeerHospital, sources: dict[str, list[Dataset]], tmp_path: Path
) -> None:
    found = errors_in(sources[sample.name], hospital, tmp_path)
    heat_maps = count_of_heat_maps(sources[sample.name], hospital)
    assert len(found) == 2 + len(sample.images) + count_of_read(sample) + heat_maps
    assert found == {name: [] for name in found}


@of_every_sample
def test_the_message_names_the_patient_and_the_order(
    sample: SampleStudy, hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    study_instance_uid = str(sources[sample.name][0].StudyInstanceUID)
    (message,) = hospital.messages(study_instance_uid)
    patient, order = message.segment("PID"), message.segment("OBR")
    names = [str(each).split("^") for each in patient[5]]
    assert [name[:2] for name in names] == [group.split("^") for group in sample.identity.patient_name.split("=")]
    assert [name[7] for name in names] == ["A", "I", "P"][: len(names)]
    assert str(patient[3]).split("^")[0] == sample.identity.patient_id
    assert str(order[18]) == sample.identity.accession_number
    assert (str(patient[7]), str(patient[8])) == (sample.identity.birth_date, sample.identity.sex)


@of_every_sample
def test_the_message_and_the_report_state_what_is_true(
    sample: SampleStudy, hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    study_instance_uid = str(sources[sample.name][0].StudyInstanceUID)
    (message,) = hospital.messages(study_instance_uid)
    (report,) = answers(hospital.held(study_instance_uid), Comprehensive3DSRStorage)
    finding, status = TRUTH[sample.name]
    assert observed(message, FRACTURE)[0] == finding
    assert judgements(report)[0] == finding
    assert {str(row[11]) for row in message.segments("OBX")} | {str(message.segment("OBR")[25])} == {status}
    sides = {SIDES[str(image.laterality)] for image in sample.images} if finding != UNDETERMINED else set()
    assert set(observed(message, LATERALITY)) == sides


def test_the_drawn_chest_is_not_analysed_and_both_peers_are_told_why(
    hospital: PeerHospital, sources: dict[str, list[Dataset]]
) -> None:
    assert_not_this_body_part(hospital, sources["chest"][0])


def assert_not_this_body_part(hospital: PeerHospital, image: Dataset) -> None:
    study_instance_uid = str(image.StudyInstanceUID)
    held = hospital.held(study_instance_uid)
    (report,) = answers(held, Comprehensive3DSRStorage)
    (capture,) = captures_in(held)
    (message,) = hospital.messages(study_instance_uid)
    assert answers(held, GrayscaleSoftcopyPresentationStateStorage) == []
    assert any(NOT_THIS_BODY_PART in text for text in comments(report))
    assert NOT_THIS_BODY_PART in capture.ImageComments
    assert any(NOT_THIS_BODY_PART in str(note[3]) for note in message.segments("NTE"))
    assert {str(row[11]) for row in message.segments("OBX")} == {"X"}
    # Of the study, and of its one image.
    assert observed(message, FRACTURE) == [UNDETERMINED, UNDETERMINED]
    assert judgements(report) == [UNDETERMINED]
    reasons = {each.reason_code for each in hospital.history(study_instance_uid).arrivals}
    assert reasons == {"body-part-not-supported"}


def test_a_study_that_orthanc_forwards_is_answered_to_orthanc(hospital: PeerHospital, tmp_path: Path) -> None:
    images = draw_study(7)
    hospital.archive(write_study(tmp_path, images))
    study_instance_uid = str(images[0].StudyInstanceUID)
    assert hospital.orthanc.forward(NODE, study_instance_uid) == 0
    hospital.wait_until_answered([study_instance_uid])
    held = hospital.held(study_instance_uid)
    assert len(answers(held, Comprehensive3DSRStorage)) == 1
    assert len(captures_in(held)) == len(images)
    assert len(hospital.messages(study_instance_uid)) == 1


def test_our_own_captures_that_come_back_are_taken_and_not_answered(
    hospital: PeerHospital, sources: dict[str, list[Dataset]], tmp_path: Path
) -> None:
    study_instance_uid = str(sources["wrist-fracture"][0].StudyInstanceUID)
    held, history = hospital.held(study_instance_uid), hospital.history(study_instance_uid)
    captures = answers(held, SecondaryCaptureImageStorage)
    assert hospital.send(write_study(tmp_path, tuple(captures))) == [0] * len(captures)
    assert hospital.orthanc.forward(NODE, str(captures[0].SeriesInstanceUID)) == 0
    # An answer to them would be there before the answer to a study that comes later.
    later = draw_study(8)
    assert hospital.send(write_study(tmp_path, later)) == [0, 0]
    hospital.wait_until_answered([str(later[0].StudyInstanceUID)])
    assert hospital.history(study_instance_uid) == history
    assert len(hospital.held(study_instance_uid)) == len(held)
    assert len(hospital.messages(study_instance_uid)) == 1


def test_the_real_lower_leg_is_read_as_a_leg(hospital: PeerHospital, lower_leg: list[Dataset]) -> None:
    held = hospital.held(str(lower_leg[0].StudyInstanceUID))
    (report,) = answers(held, Comprehensive3DSRStorage)
    (message,) = hospital.messages(str(lower_leg[0].StudyInstanceUID))
    assert len(answers(held, GrayscaleSoftcopyPresentationStateStorage)) == len(lower_leg)
    lines = comments(report)[0].splitlines()
    assert sum("leg (header: EXTREMITY), side: right" in line for line in lines) == len(lower_leg)
    assert {str(row[11]) for row in message.segments("OBX")} == {"P"}
    assert str(message.segment("OBR")[18]) == lower_leg[0].AccessionNumber
    assert str(message.segment("PID")[3]).split("^")[0] == lower_leg[0].PatientID
    assert str(message.segment("PID")[5]).split("^")[:2] == str(lower_leg[0].PatientName).split("^")


def render(image: Dataset) -> np.ndarray:
    """Return a JPEG 2000 radiograph that stores bone dark as an (r, c) picture with bright bone, by Pillow alone."""
    assert image.PhotometricInterpretation == "MONOCHROME1"
    with Image.open(BytesIO(next(generate_frames(image.PixelData, number_of_frames=1)))) as stored:
        return 65535.0 - np.asarray(stored, np.float64)


def likeness(sheet: np.ndarray, picture: np.ndarray) -> tuple[float, int]:
    """Return the highest correlation of a picture with any part of a sheet of its width, and the row where it is."""
    assert sheet.shape[1] == picture.shape[1]
    found = cv2.matchTemplate(shrink(sheet), shrink(picture), cv2.TM_CCOEFF_NORMED)
    _, highest, _, (_, row) = cv2.minMaxLoc(found)
    return highest, row * SHRINK


def shrink(picture: np.ndarray) -> np.ndarray:
    """Return a picture in a fraction of its size, to compare it quickly."""
    rows, columns = picture.shape[0] // SHRINK, picture.shape[1] // SHRINK
    whole = picture[: rows * SHRINK, : columns * SHRINK].astype(np.float32)
    return whole.reshape(rows, SHRINK, columns, SHRINK).mean(axis=(1, 3))


@pytest.mark.parametrize("number", [0, 1], ids=["lossless", "lossy"])
def test_the_real_lower_leg_is_shown_upright_and_bright_on_dark(
    number: int, hospital: PeerHospital, lower_leg: list[Dataset]
) -> None:
    image = lower_leg[number]
    captures = captures_in(hospital.held(str(image.StudyInstanceUID)))
    (capture,) = [ds for ds in captures if ds.SourceImageSequence[0].ReferencedSOPInstanceUID == image.SOPInstanceUID]
    sheet, picture = capture.pixel_array.mean(axis=2), render(image)
    alike, banner_rows = likeness(sheet, picture)
    others = {"mirrored": picture[:, ::-1], "upside down": picture[::-1], "turned": picture[::-1, ::-1]}
    unlike = {name: likeness(sheet, other)[0] for name, other in others.items()} | {
        "inverted": likeness(sheet, -picture)[0]
    }
    assert 0 < banner_rows < sheet.shape[0] - picture.shape[0]
    assert alike > 0.98
    assert max(unlike.values()) < alike - 0.05, unlike
    assert unlike["inverted"] < 0


def test_every_answer_on_the_real_lower_leg_is_valid(
    hospital: PeerHospital, lower_leg: list[Dataset], tmp_path: Path
) -> None:
    found = errors_in(lower_leg, hospital, tmp_path)
    assert len(found) == 2 + 2 * len(lower_leg) + count_of_heat_maps(lower_leg, hospital)
    assert found == {name: [] for name in found}


def test_the_real_chest_is_not_analysed_and_both_peers_are_told_why(hospital: PeerHospital, chest: Dataset) -> None:
    assert_not_this_body_part(hospital, chest)


def test_every_answer_on_the_real_chest_is_valid(hospital: PeerHospital, chest: Dataset, tmp_path: Path) -> None:
    found = errors_in([chest], hospital, tmp_path)
    assert len(found) == 3
    assert found == {name: [] for name in found}
