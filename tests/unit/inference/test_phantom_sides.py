"""Left and right: the drawn limb, the lead letter and the orientation must tell the same story."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.phantom import PhantomSpec, draw_phantom
from inference.phantom.anatomy import draw_anatomy
from inference.phantom.plate_marks import place_marker
from inference.phantom.pose import choose_pose, describe_orientation

# What lies on the outer side of each body part, and what lies on the inner side.
OUTER_AND_INNER = {
    ("hand", "HAND"): ("thumb metacarpal", "little metacarpal"),
    ("hand", "FOREARM"): ("radius", "ulna"),
    ("leg", "KNEE"): ("fibula", "tibia"),
    ("leg", "FOOT"): ("fifth metatarsal", "first metatarsal"),
    ("hip", "HIP"): ("femoral shaft", "femoral head"),
    ("shoulder", "SHOULDER"): ("humerus", "rib"),
}


def columns_of(spec: PhantomSpec) -> tuple[dict[str, float], tuple[str, str]]:
    """Return where across the picture the middle of each bone lies, and the orientation."""
    anatomy = draw_anatomy(spec.region, spec.body_part, spec.view == "LATERAL", np.random.default_rng(0))
    pose = choose_pose(spec, anatomy, np.random.default_rng(spec.seed))
    middles = {bone.name: np.mean([bone.start, bone.end], axis=0) for bone in reversed(anatomy.bones)}
    placed = {name: float(pose.place(middle[None, :])[0, 0]) for name, middle in middles.items()}
    return placed, describe_orientation(pose, spec.view)


@pytest.mark.parametrize(("region", "body_part"), OUTER_AND_INNER)
@pytest.mark.parametrize("laterality", ["L", "R"])
@pytest.mark.parametrize("view", ["AP", "PA"])
def test_the_outer_side_points_to_the_patients_own_side(
    region: str, body_part: str, laterality: str, view: str
) -> None:
    outer, inner = OUTER_AND_INNER[region, body_part]
    for seed in range(10):
        columns, orientation = columns_of(
            PhantomSpec(region, False, 300, 250, seed, laterality, view=view, body_part=body_part)
        )
        outer_is_right_in_the_picture = columns[outer] > columns[inner]
        assert outer_is_right_in_the_picture == (orientation[0] == laterality), seed


@pytest.mark.parametrize(
    ("region", "view", "laterality", "rows_run_to"),
    [
        ("leg", "AP", "L", "L"),
        ("leg", "AP", "R", "L"),
        ("hand", "PA", "L", "R"),
        ("hand", "PA", "R", "R"),
        ("hip", "AP", "R", "L"),
        ("shoulder", "PA", "R", "L"),
        ("chest", "PA", "L", "L"),
        ("chest", "AP", "R", "L"),
        ("hand", "LATERAL", "L", "A"),
        ("hand", "LATERAL", "R", "P"),
    ],
)
def test_an_upright_picture_runs_where_its_view_says(region: str, view: str, laterality: str, rows_run_to: str) -> None:
    spec = PhantomSpec(region, False, 64, 52, 3, laterality, view=view, plain=True)
    assert draw_phantom(spec).patient_orientation == (rows_run_to, "F")


def test_a_limb_that_lies_the_other_way_up_says_so() -> None:
    spec = PhantomSpec("leg", False, 64, 52, 0, "L", body_part="KNEE")
    seen = set()
    for seed in range(60):
        columns, orientation = columns_of(replace(spec, seed=seed))
        seen.add(orientation)
        assert (columns["fibula"] > columns["tibia"]) == (orientation == ("L", "F"))
    assert seen == {("L", "F"), ("R", "H")}


@pytest.mark.parametrize("view", ["AP", "PA"])
def test_the_heart_is_on_the_left_of_the_patient(view: str) -> None:
    phantom = draw_phantom(PhantomSpec("chest", False, 400, 400, 5, view=view, plain=True))
    middle = phantom.pixels[150:260].astype(float)
    patients_right, patients_left = middle[:, 90:180].mean(), middle[:, 220:310].mean()
    assert phantom.patient_orientation == ("L", "F")
    assert patients_left > patients_right


def letter_in(image: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(image > 0.5)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] > 0.5


def test_the_letter_l_stands_upright_and_is_not_mirrored() -> None:
    image = np.zeros((600, 600), np.float32)
    place_marker(image, image.copy(), "L", (0.1, 0.9), np.random.default_rng(1))
    glyph = letter_in(image)
    height, width = glyph.shape
    assert glyph[-3:].mean() > 0.8, "the foot"
    assert glyph[:, : width // 5].mean() > 0.8, "the stem is on the left"
    assert not glyph[: height // 2, width // 2 :].any(), "nothing on the upper right"


def test_the_letter_r_stands_upright_and_is_not_mirrored() -> None:
    image = np.zeros((600, 600), np.float32)
    place_marker(image, image.copy(), "R", (0.1, 0.9), np.random.default_rng(1))
    glyph = letter_in(image)
    height, width = glyph.shape
    assert glyph[:, : width // 5].mean() > 0.8, "the stem is on the left"
    assert not glyph[height // 8 : height // 3, int(0.35 * width) : int(0.65 * width)].all(), "the bowl is hollow"
    assert glyph[: height // 2, int(0.8 * width) :].any(), "the bowl is on the upper right"
    assert not glyph[-height // 6 :, int(0.3 * width) : int(0.6 * width)].any(), "the leg ends on the lower right"


def test_the_letter_keeps_off_the_bones() -> None:
    load = np.full((400, 400), 500, np.float32)
    load[250:380, 40:200] = 0
    image = np.zeros((400, 400), np.float32)
    place_marker(image, load, "R", (0.05, 0.95), np.random.default_rng(2))
    rows, columns = np.nonzero(image)
    assert load[rows, columns].max() == 0


@pytest.mark.parametrize("region", ["hip", "shoulder", "chest"])
@pytest.mark.parametrize("laterality", ["L", "R"])
def test_on_the_trunk_the_letter_stands_on_its_own_side(region: str, laterality: str) -> None:
    for seed in range(5):
        spec = PhantomSpec(region, False, 400, 400, seed, laterality, plain=True)
        pixels = draw_phantom(spec).pixels.astype(np.float32)
        score, column = max(best_match(pixels, laterality, height) for height in range(12, 30))
        assert score > 0.6
        assert (column > 200) == (laterality == "L"), "the patient's left is on the right of the picture"


@pytest.mark.parametrize(("laterality", "other"), [("L", "R"), ("R", "L")])
def test_the_letter_in_the_picture_is_the_one_asked_for(laterality: str, other: str) -> None:
    for seed in range(8):
        pixels = draw_phantom(PhantomSpec("leg", False, 400, 330, seed, laterality, plain=True)).pixels
        right = max(best_match(pixels.astype(np.float32), laterality, height) for height in range(12, 30))
        wrong = max(best_match(pixels.astype(np.float32), other, height) for height in range(12, 30))
        assert right > wrong


def best_match(pixels: np.ndarray, letter: str, height: int) -> tuple[float, float]:
    """Return the best correlation with a letter of the stock OpenCV font, and the column where it is."""
    canvas = np.zeros((120, 120), np.uint8)
    cv2.putText(canvas, letter, (20, 90), cv2.FONT_HERSHEY_SIMPLEX, 3, 255, 10)
    rows, columns = np.nonzero(canvas > 127)
    drawn = canvas[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    glyph = cv2.resize(drawn, (max(4, round(drawn.shape[1] * height / drawn.shape[0])), height))
    glyph = cv2.copyMakeBorder(glyph, 3, 3, 3, 3, cv2.BORDER_CONSTANT).astype(np.float32)
    _, score, _, place = cv2.minMaxLoc(cv2.matchTemplate(pixels, glyph, cv2.TM_CCOEFF_NORMED))
    return score, place[0] + glyph.shape[1] / 2
