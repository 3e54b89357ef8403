import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.errors import WeightsMismatch
from domain.finding import FractureState, ReadingStatus
from inference.radiograph import Radiograph
from inference.reader import Reader
from inference.zoo import BUNDLED
from tests.fakes.pixel_images import SOP_INSTANCE_UID, WHOLE_WINDOW, make_image, planted, ramp, save
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def reader(bundle: Path) -> Reader:
    return Reader(bundle, threads=1)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(100, 900), columns=st.integers(100, 900), across=st.floats(0.15, 0.85), down=st.floats(0.15, 0.85)
)
def test_a_bright_target_is_found_where_it_lies(
    reader: Reader, rows: int, columns: int, across: float, down: float
) -> None:
    x, y, side_px = across * columns, down * rows, max(rows, columns) // 8
    found = reader.read(make_image(planted(rows, columns, (x, y), side_px), **WHOLE_WINDOW)).image
    assert found.fracture is not None
    assert found.fracture.state is FractureState.PRESENT
    box = found.boxes[0]
    assert abs((box.x_min_px + box.x_max_px) / 2 - x) <= side_px
    assert abs((box.y_min_px + box.y_max_px) / 2 - y) <= side_px
    assert box.x_max_px - box.x_min_px <= 2.5 * side_px


@pytest.mark.parametrize("mirror", [np.fliplr, np.flipud, np.transpose], ids=["left-right", "upside-down", "swapped"])
def test_a_mirrored_image_has_its_find_at_the_mirrored_place(reader: Reader, mirror: object) -> None:
    pixels = planted(600, 400, (100, 450), 70)
    assert callable(mirror)
    plain, turned = (
        reader.read(make_image(np.ascontiguousarray(each), **WHOLE_WINDOW)) for each in (pixels, mirror(pixels))
    )
    assert plain.heat_map is not None
    assert turned.heat_map is not None
    y, x = (int(each) for each in np.unravel_index(plain.heat_map.argmax(), plain.heat_map.shape))
    expected = mirror(np.where(plain.heat_map > 0.5 * plain.heat_map[y, x], 1.0, 0.0))
    assert (np.abs(expected - (turned.heat_map > 0.5 * turned.heat_map.max())).mean()) < 0.02


def test_a_reading_tells_what_was_read_by_whom_and_how_long_it_took(reader: Reader) -> None:
    found = reader.read(make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW))
    image = found.image
    assert (image.sop_instance_uid, image.rows, image.columns) == (SOP_INSTANCE_UID, 300, 200)
    assert image.status is ReadingStatus.READ
    assert image.model_set == reader.model_set
    assert [member.model for member in image.members] == ["stand-in-region", "stand-in-fracture"]
    assert image.milliseconds >= sum(member.milliseconds for member in image.members) > 0
    assert found.display is not None
    assert found.heat_map is not None
    assert found.display.shape == found.heat_map.shape == (300, 200)


def test_a_reading_tells_what_the_image_is_like(reader: Reader) -> None:
    pixels = planted(300, 200, (150, 60), 30)
    spacing = {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.1, 0.1]}
    measures = reader.read(make_image(pixels, **WHOLE_WINDOW, **spacing)).measures
    assert measures is not None
    assert (measures.matrix_px, measures.field_mm, measures.inverted) == (300, 60, 0)
    assert measures.sharpness is not None
    assert (measures.contrast or 0) > 0
    assert reader.read(make_image(pixels, BodyPartExamined="CHEST")).measures is None


def test_a_member_without_weight_moves_no_picture_either(tmp_path: Path) -> None:
    def add_one_without_weight(manifest: dict[str, Any]) -> None:
        sure = {"calibration": {"kind": "platt", "slope": 1.0, "intercept": 5.0}}
        manifest["models"].append(manifest["models"][1] | sure | {"name": "brought-along"})
        points = {"any": {"doubt_from": 0.3, "present_from": 0.6}}
        weights = {"stand-in-fracture": 1.0, "brought-along": 0.0}
        manifest["fusion"] = {"weights": weights, "intercept": 0.0, "operating_points": points}

    reader = Reader(edit_manifest(write_bundle(tmp_path / "two"), add_one_without_weight), threads=1)
    found = reader.read(make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW))
    said = {member.model: member.probability or 0.0 for member in found.image.members}
    assert said["brought-along"] > said["stand-in-fracture"]
    assert found.mapped_by is not None
    assert found.mapped_by.name == "stand-in-fracture"


def test_an_image_without_a_target_is_calm(reader: Reader) -> None:
    image = reader.read(make_image(np.tile(ramp(96, 80) % 400, (4, 4)), **WHOLE_WINDOW | {"WindowWidth": 40000})).image
    assert image.status is ReadingStatus.READ
    assert image.fracture is not None
    assert image.fracture.state is not FractureState.PRESENT


def test_the_same_image_gives_the_same_answer_to_the_last_bit(reader: Reader, bundle: Path) -> None:
    ds = make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW)
    first, second = reader.read(ds).image, Reader(bundle, threads=1).read(ds).image
    assert (first.fracture, first.boxes, first.region) == (second.fracture, second.boxes, second.region)


def test_an_ineligible_image_is_not_analysed_and_keeps_its_identity(reader: Reader) -> None:
    found = reader.read(make_image(ramp(), BodyPartExamined="CHEST"))
    assert found.image.status is ReadingStatus.NOT_ANALYSED
    assert found.image.reason is not None
    assert found.image.reason.code == "body-part-not-supported"
    assert (found.image.sop_instance_uid, found.image.rows) == (SOP_INSTANCE_UID, 0)
    assert found.display is None


def test_an_image_of_no_known_region_is_not_analysed_but_can_be_shown(bundle: Path, tmp_path: Path) -> None:
    strict = Path(shutil.copytree(bundle, tmp_path / "strict"))
    edit_manifest(strict, lambda manifest: manifest["models"][0].update(minimum_probability=1.0))
    pixels = np.zeros((200, 200), dtype=np.uint16)
    pixels[0, :4] = 4000
    pixels[1, :4] = 2000
    found = Reader(strict).read(make_image(pixels, **WHOLE_WINDOW | {"WindowWidth": 40000}))
    assert found.image.reason is not None
    assert found.image.reason.code == "region-not-recognised"
    assert found.display is not None
    assert found.measures is not None
    assert (found.measures.matrix_px, found.measures.sharpness) == (200, None)
    assert found.image.rows == 200
    assert found.image.boxes == ()


@pytest.mark.parametrize("content", [b"", b"nothing", b"\0" * 128 + b"DICM", b"\0" * 128 + b"DICM" + b"\xff" * 300])
def test_a_file_that_is_no_image_is_answered_and_not_raised(reader: Reader, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.dcm"
    path.write_bytes(content)
    assert reader.read(path).image.status is ReadingStatus.NOT_ANALYSED


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 1), at=st.floats(0, 1), byte=st.integers(0, 255))
@example(cut=1.0, at=0.15234375, byte=0)  # the length of the file meta group
def test_no_damage_to_a_file_makes_the_reader_raise(
    reader: Reader, tmp_path_factory: pytest.TempPathFactory, cut: float, at: float, byte: int
) -> None:
    path = save(make_image(ramp(), **WHOLE_WINDOW), tmp_path_factory.mktemp("damaged") / "image.dcm")
    content = bytearray(path.read_bytes())
    content[int(at * 900)] = byte  # in the header
    path.write_bytes(content[: int(cut * len(content))] if cut < 0.5 else content)
    assert reader.read(path).image.status in ReadingStatus


def test_a_picture_is_read_like_a_radiograph(reader: Reader, tmp_path: Path) -> None:
    Image.fromarray((planted(300, 200, (150, 60), 30) // 16).astype(np.uint8)).save(tmp_path / "hand.png")
    image = reader.read(tmp_path / "hand.png").image
    assert image.status is ReadingStatus.READ
    assert image.boxes[0].x_min_px < 150 < image.boxes[0].x_max_px


def test_a_bundle_with_other_weights_refuses_to_start(bundle: Path, tmp_path: Path) -> None:
    tampered = Path(shutil.copytree(bundle, tmp_path / "tampered"))
    with (tampered / "stand-in-region.bin").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(WeightsMismatch):
        Reader(tampered)


def test_the_real_lower_leg_is_read_in_its_stored_size(reader: Reader, shared_data: Path) -> None:
    found = reader.read(shared_data / "dicom" / "RG3_J2KR.dcm")
    assert found.image.status is ReadingStatus.READ
    assert (found.image.rows, found.image.columns) == (1760, 1760)


@pytest.mark.skipif(not (BUNDLED / "manifest.json").exists(), reason="no bundle ships yet")
def test_the_shipped_bundle_reads_the_real_lower_leg_as_a_leg(shared_data: Path) -> None:
    image = Reader(threads=2).read(shared_data / "dicom" / "RG3_J2KR.dcm").image
    assert image.status is ReadingStatus.READ
    assert image.region is not None
    assert image.region.label == "leg"


def test_what_is_displayed_is_shown_before_the_models_are_asked(bundle: Path) -> None:
    reader = Reader(bundle, threads=1)
    shown: list[Radiograph] = []
    found = reader.read(make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW), shown.append)
    assert found.shown is shown[0].image
    assert reader.read(make_image(ramp(), BodyPartExamined="CHEST"), shown.append).shown is None
    assert len(shown) == 1
