"""The headers of phantoms: complete, consistent with the pixels, and readable by a validator nobody here wrote."""

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.pixels.processing import apply_voi_lut

from inference.phantom import PhantomSpec, draw_phantom
from inference.phantom.dicom import FOR_PROCESSING, make_dataset, make_study, write_part10
from inference.phantom.identity import PhantomIdentity
from inference.phantom.samples import SAMPLE_STUDIES, write_samples
from inference.phantom.spec import VIEWS

IDENTITY = PhantomIdentity("Doe^Jane", "P1", "19800101", "F", "A1", "20260102", "101112")
WRIST = PhantomSpec("hand", True, 180, 150, 1, "L", 12, view="PA", body_part="WRIST", plain=True)
NAMES = {
    ("", "ISO 2022 IR 87"): "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ("ISO 2022 IR 13", "ISO 2022 IR 87"): "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ("ISO_IR 127",): "قباني^لنزار",
    ("ISO_IR 192",): "Wang^XiaoDong=王^小东",
    ("ISO_IR 100",): "Müller^Jörg",
    ("", "ISO 2022 IR 149"): "Hong^Gildong=洪^吉洞=홍^길동",
}


def reread(ds: Dataset) -> Dataset:
    stream = BytesIO()
    ds.save_as(stream, enforce_file_format=True)
    stream.seek(0)
    return dcmread(stream)


def complaints(path: Path) -> list[str]:
    """Return dciodvfy's errors, and its warnings but for body parts newer than its list of defined terms."""
    run = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, text=True, check=False)
    lines = [line for line in run.stderr.splitlines() if line.startswith(("Error", "Warning"))]
    return [line for line in lines if "Unrecognized defined term = <FOREARM>" not in line]


@pytest.mark.peer("dicom3tools")
@pytest.mark.parametrize("modality", ["CR", "DX"])
@pytest.mark.parametrize("region", ["hand", "leg", "hip", "shoulder", "chest"])
def test_dciodvfy_finds_nothing(region: str, modality: str, tmp_path: Path) -> None:
    for number, view in enumerate(VIEWS[region]):
        photometric = ("MONOCHROME1", "MONOCHROME2")[number % 2]
        spec = PhantomSpec(region, False, 63, 51, number, "R", (8, 12, 16)[number], photometric, view)
        path = tmp_path / f"{number}.dcm"
        write_part10(path, make_dataset(draw_phantom(spec), identity=IDENTITY, modality=modality))
        assert complaints(path) == []


@pytest.mark.peer("dicom3tools")
def test_dciodvfy_finds_nothing_in_a_for_processing_image(tmp_path: Path) -> None:
    ds = make_dataset(draw_phantom(WRIST), identity=IDENTITY, modality="DX", presentation_intent=FOR_PROCESSING)
    write_part10(tmp_path / "raw.dcm", ds)
    assert complaints(tmp_path / "raw.dcm") == []
    assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.1.1.1"


@pytest.mark.parametrize("bits_stored", [8, 10, 16])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_the_pixels_come_back_as_they_were_drawn(bits_stored: int, photometric: str) -> None:
    spec = replace(WRIST, rows=63, columns=51, bits_stored=bits_stored, photometric_interpretation=photometric)
    phantom = draw_phantom(spec)
    ds = reread(make_dataset(phantom, identity=IDENTITY))
    np.testing.assert_array_equal(ds.pixel_array, phantom.pixels)
    assert (ds.Rows, ds.Columns, ds.BitsStored, ds.HighBit) == (63, 51, bits_stored, bits_stored - 1)
    assert ds.PhotometricInterpretation == photometric


@pytest.mark.parametrize("character_set", NAMES)
def test_a_name_survives_its_character_set(character_set: tuple[str, ...]) -> None:
    identity = replace(IDENTITY, patient_name=NAMES[character_set], character_set=character_set)
    ds = reread(make_dataset(draw_phantom(replace(WRIST, rows=32, columns=32)), identity=identity))
    assert str(ds.PatientName) == NAMES[character_set]


@pytest.mark.parametrize("character_set", [(), ("ISO_IR 100",), ("ISO_IR 127",)])
def test_a_name_that_its_character_set_cannot_hold_is_refused(character_set: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        replace(IDENTITY, patient_name="山田^太郎", character_set=character_set)


def test_patient_and_study_stand_in_the_header_as_given() -> None:
    ds = make_dataset(draw_phantom(WRIST), identity=IDENTITY)
    patient = (ds.PatientName, ds.PatientID, ds.IssuerOfPatientID, ds.PatientBirthDate, ds.PatientSex)
    assert patient == ("Doe^Jane", "P1", "OSTEONODE-DEMO", "19800101", "F")
    assert (ds.AccessionNumber, ds.StudyDate, ds.StudyTime) == ("A1", "20260102", "101112")


@pytest.mark.parametrize("wrong", [{"birth_date": "1980"}, {"study_time": "10:11"}, {"sex": "X"}])
def test_an_identity_of_another_form_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"YYYYMMDD|HHMMSS|sex"):
        replace(IDENTITY, **wrong)


@pytest.mark.parametrize("laterality", ["L", "R"])
def test_the_headers_side_is_the_letters_side(laterality: str) -> None:
    phantom = draw_phantom(replace(WRIST, laterality=laterality))
    cr, dx = (make_dataset(phantom, identity=IDENTITY, modality=modality) for modality in ("CR", "DX"))
    assert (cr.Laterality, dx.ImageLaterality) == (laterality, laterality)
    assert "ImageLaterality" not in cr
    assert "Laterality" not in dx


@pytest.mark.parametrize(("laterality", "position"), [("L", "LL"), ("R", "RL"), (None, "")])
def test_a_lateral_view_names_its_side_when_it_is_known(laterality: str | None, position: str) -> None:
    ds = make_dataset(draw_phantom(replace(WRIST, view="LATERAL", laterality=laterality)), identity=IDENTITY)
    assert ds.ViewPosition == position


def test_an_unknown_side_is_left_out_or_refused_and_never_guessed() -> None:
    phantom = draw_phantom(replace(WRIST, laterality=None))
    assert "Laterality" not in make_dataset(phantom, identity=IDENTITY)
    with pytest.raises(ValueError, match="laterality"):
        make_dataset(phantom, identity=IDENTITY, modality="DX")


def test_a_letter_on_the_chest_is_no_laterality() -> None:
    phantom = draw_phantom(PhantomSpec("chest", False, 64, 64, 1, "L"))
    assert "Laterality" not in make_dataset(phantom, identity=IDENTITY)
    assert make_dataset(phantom, identity=IDENTITY, modality="DX").ImageLaterality == "U"


@pytest.mark.parametrize(
    ("photometric", "shape", "sign"), [("MONOCHROME1", "INVERSE", 1), ("MONOCHROME2", "IDENTITY", -1)]
)
def test_polarity_is_told_the_same_way_everywhere(photometric: str, shape: str, sign: int) -> None:
    phantom = draw_phantom(replace(WRIST, photometric_interpretation=photometric))
    ds = make_dataset(phantom, identity=IDENTITY, modality="DX")
    assert (ds.PresentationLUTShape, ds.PixelIntensityRelationshipSign) == (shape, sign)


def test_the_window_shows_the_same_picture_in_both_polarities() -> None:
    shown = []
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        ds = make_dataset(draw_phantom(replace(WRIST, photometric_interpretation=photometric)), identity=IDENTITY)
        values = apply_voi_lut(ds.pixel_array, ds).astype(float) / 4095
        shown.append(1 - values if photometric == "MONOCHROME1" else values)
    assert np.abs(shown[0] - shown[1]).max() < 0.01
    assert np.percentile(shown[1], 99.9) > 0.97
    assert np.percentile(shown[1], 2) < 0.03


def test_uids_are_the_same_for_the_same_and_differ_for_all_else() -> None:
    phantom = draw_phantom(WRIST)
    other_patient = replace(IDENTITY, patient_id="P2")
    first, again = (make_dataset(phantom, identity=IDENTITY) for _ in range(2))
    other = make_dataset(phantom, identity=other_patient)
    later = make_dataset(draw_phantom(replace(WRIST, seed=2)), identity=IDENTITY)
    assert first.SOPInstanceUID == again.SOPInstanceUID
    assert len({ds.SOPInstanceUID for ds in (first, other, later)}) == 3
    assert first.StudyInstanceUID == later.StudyInstanceUID != other.StudyInstanceUID


def test_no_uid_holds_more_than_64_characters_or_an_attribute_of_the_patient() -> None:
    ds = make_dataset(draw_phantom(WRIST), identity=replace(IDENTITY, patient_id="123456789"))
    uids = (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
    assert all(uid.startswith("2.25.") and len(uid) <= 64 and "123456789" not in uid for uid in uids)


def test_a_study_has_a_series_for_each_body_part_and_side() -> None:
    left, right = draw_phantom(WRIST), draw_phantom(replace(WRIST, laterality="R"))
    lateral = draw_phantom(replace(WRIST, view="LATERAL"))
    instances = make_study([left, right, lateral], identity=IDENTITY)
    assert [(ds.SeriesNumber, ds.InstanceNumber) for ds in instances] == [(1, 1), (2, 1), (1, 2)]
    assert len({ds.StudyInstanceUID for ds in instances}) == 1
    assert len({ds.SeriesInstanceUID for ds in instances}) == 2
    assert len({ds.SOPInstanceUID for ds in instances}) == 3


def test_there_is_no_for_processing_cr() -> None:
    with pytest.raises(ValueError, match="no storage SOP class"):
        make_dataset(draw_phantom(WRIST), identity=IDENTITY, presentation_intent=FOR_PROCESSING)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_samples(tmp_path_factory.mktemp("samples"))


@pytest.mark.peer("dicom3tools")
def test_dciodvfy_finds_nothing_in_the_samples(samples: tuple[Path, ...]) -> None:
    assert [line for path in samples for line in complaints(path)] == []


def test_every_sample_study_is_one_study_of_one_invented_patient(samples: tuple[Path, ...]) -> None:
    headers = [dcmread(path, stop_before_pixels=True) for path in samples]
    assert len({ds.StudyInstanceUID for ds in headers}) == len(SAMPLE_STUDIES) == 5
    assert len({ds.SOPInstanceUID for ds in headers}) == len(samples) == 6
    assert all(ds.PatientID.startswith("DEMO-") for ds in headers)
    assert {ds.PatientID for ds in headers if ds.BodyPartExamined == "WRIST"} == {"DEMO-0001"}


def test_the_samples_show_what_they_say() -> None:
    for study in SAMPLE_STUDIES:
        assert all(
            spec.fractured == ("fracture of" in study.shows or "shaft fracture" in study.shows) for spec in study.images
        )
