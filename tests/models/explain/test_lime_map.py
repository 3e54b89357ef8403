from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("lime", reason="needs the extra `models`")

from lime.lime_image import LimeImageExplainer

from inference.explain.fused_score import FusedScore
from inference.explain.lime_map import LimeMap, explain_kept, explain_lime
from inference.explain.roi import find_roi
from inference.explain.segments import cut
from inference.preprocess import Image
from inference.reader import Reader
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted
from tests.fakes.stand_in_bundle import write_bundle

ROWS, COLUMNS = 96, 64


def _limb(rows: int = ROWS, columns: int = COLUMNS) -> Image:
    """A grey limb with a grain, black air at its left and right."""
    image = np.zeros((rows, columns), dtype=np.float32)
    inside = slice(columns // 8, columns - columns // 8)
    grain = np.random.default_rng(0).uniform(0.35, 0.45, (rows, columns)).astype(np.float32)
    image[:, inside] = grain[:, inside]
    return image


class PatchModel:
    """Answers with the brightness of one patch."""

    def __init__(self, top: int, left: int, side: int = 10) -> None:
        self._patch = (slice(top, top + side), slice(left, left + side))
        self.images = 0

    def __call__(self, images: Sequence[Image]) -> npt.NDArray[np.float64]:
        self.images += len(images)
        return np.array([float(image[self._patch].mean()) for image in images])


def _explain(model: PatchModel, image: Image, seed: int = 0) -> LimeMap:
    return explain_lime(image, model, samples=300, segments=cut(image, segments=24), seed=seed)


@pytest.mark.parametrize(("top", "left"), [(8, 12), (8, 40), (74, 12), (74, 40), (40, 26)])
def test_weights_and_region_lie_on_the_patch_that_the_model_looks_at(top: int, left: int) -> None:
    image = _limb()
    image[top : top + 10, left : left + 10] = 0.95
    model = PatchModel(top, left)
    found = _explain(model, image)
    assert model.images == found.samples == 300
    assert found.probability == pytest.approx(0.95)
    assert found.r2 > 0.9
    y, x = (each.mean() for each in np.nonzero(found.weights == found.weights.max()))
    assert (abs(y - top - 4.5) <= 5, abs(x - left - 4.5) <= 5) == (True, True)
    box = find_roi(np.maximum(found.weights, 0), found.probability)
    assert box is not None
    assert box.x_min_px <= left + 5 <= box.x_max_px
    assert box.y_min_px <= top + 5 <= box.y_max_px
    assert (box.x_max_px - box.x_min_px, box.y_max_px - box.y_min_px) <= (26, 26)


def test_the_fit_is_that_of_the_package_itself() -> None:
    image, model = _limb(), PatchModel(40, 26)
    segments = cut(image, segments=24)
    labels = segments.on_image()
    ours = explain_lime(image, model, samples=120, segments=segments, seed=7)

    def classify(images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return model([each[:, :, 0] for each in images])[:, None]

    theirs = LimeImageExplainer(random_state=7).explain_instance(
        image,
        classify,
        top_labels=1,
        num_samples=120,
        hide_color=segments.background,
        segmentation_fn=lambda _: labels,
        random_seed=1,
    )
    expected = dict(theirs.local_exp[0])
    assert ours.by_segment == pytest.approx([expected[part] for part in range(segments.count)], abs=1e-6)
    assert (ours.r2, ours.intercept) == pytest.approx((theirs.score, theirs.intercept[0]), abs=1e-6)


def test_the_same_seed_gives_the_same_map_and_another_seed_another() -> None:
    image, model = _limb(), PatchModel(40, 26)
    first, again, other = (_explain(model, image, seed) for seed in (1, 1, 2))
    assert (first.by_segment, first.r2) == (again.by_segment, again.r2)
    assert first.by_segment != other.by_segment


@pytest.mark.parametrize("method", ["slic", "quickshift"])
def test_all_air_around_the_anatomy_is_one_part_with_the_grey_of_air(method: str) -> None:
    segments = cut(_limb(), method=method, segments=24)
    labels = segments.on_image()
    assert segments.outside == 0
    assert segments.background == 0.0
    assert not labels[:, :4].any()
    assert not labels[:, -4:].any()
    assert labels[:, 14:-14].all()
    assert sorted(np.unique(labels)) == list(range(segments.count))


def test_every_part_is_one_area_and_a_marker_beside_the_limb_is_a_part_by_itself() -> None:
    image = np.zeros((120, 160), dtype=np.float32)
    image[:, 60:110] = np.random.default_rng(0).uniform(0.3, 0.6, (120, 50))
    image[10:22, 140:152] = 1.0
    segments = cut(image, segments=24)
    areas = [
        cv2.connectedComponents((segments.labels == part).astype(np.uint8), connectivity=4)[0] - 1
        for part in range(1, segments.count)
    ]
    assert set(areas) == {1}
    marker = segments.labels == segments.labels[16, 146]
    assert segments.labels[16, 146] != segments.outside
    assert not marker[:, :130].any()


def test_an_image_that_is_anatomy_all_over_has_no_part_outside() -> None:
    segments = cut(np.full((60, 50), 0.5, dtype=np.float32), segments=10)
    assert segments.outside is None


def test_segments_of_another_image_and_too_few_samples_are_refused() -> None:
    image, model = _limb(), PatchModel(40, 26)
    with pytest.raises(ValueError, match="do not cut"):
        explain_lime(image, model, segments=cut(_limb(100, 64)))
    with pytest.raises(ValueError, match="two samples"):
        explain_lime(image, model, samples=1, segments=cut(image))


@pytest.mark.parametrize(("rows", "columns", "x", "y"), [(400, 240, 180, 60), (240, 400, 60, 180)])
def test_a_bundle_is_explained_where_the_target_lies(tmp_path: Path, rows: int, columns: int, x: int, y: int) -> None:
    bundle = write_bundle(tmp_path)
    reading = Reader(bundle, threads=1).read(make_image(planted(rows, columns, (x, y), 60), **WHOLE_WINDOW))
    assert reading.display is not None
    segments = cut(reading.display)
    score = FusedScore(bundle, "hand", threads=1).of(reading.display, segments)
    found = explain_kept(segments, score, samples=200, seed=0)
    peak_y, peak_x = np.unravel_index(int(found.weights.argmax()), found.weights.shape)
    assert found.weights.shape == (rows, columns)
    assert abs(peak_x - x) <= 32
    assert abs(peak_y - y) <= 32
