"""The tensor that a model takes is the one that its contract names."""

from typing import Any

import numpy as np
import pytest

from inference.canvases import Canvases, to_tensor
from inference.grey_image import GreyImage
from inference.preprocess import Image, stretch_contrast
from inference.zoo.manifest import InputContract

IMAGE = np.random.default_rng(0).random((120, 80), dtype=np.float32)


def _contract(**changes: Any) -> InputContract:
    plain = {"name": "image", "side_px": 64, "preprocess": ["stretch_contrast", "letterbox"]}
    return InputContract.model_validate(plain | changes)


def test_both_flips_go_as_one_batch_and_the_second_is_mirrored() -> None:
    batch, _ = Canvases(IMAGE).make(_contract(flips=["none", "horizontal"]))
    assert batch.shape == (2, 1, 64, 64)
    assert np.array_equal(batch[1, 0], batch[0, 0, :, ::-1])
    assert not np.array_equal(batch[1, 0], batch[0, 0])


@pytest.mark.parametrize(
    ("contract", "red", "blue"),
    [
        ({"range": "0..1"}, 0.5, 0.5),
        ({"range": "-1..1"}, 0.0, 0.0),
        ({"range": "0..255"}, 127.5, 127.5),
        ({"range": "imagenet-caffe"}, 127.5 - 123.68, 127.5 - 103.939),
        ({"range": "imagenet-torch"}, (0.5 - 0.485) / 0.229, (0.5 - 0.406) / 0.225),
    ],
)
def test_a_grey_value_is_scaled_as_the_contract_says(contract: dict[str, Any], red: float, blue: float) -> None:
    grey = np.full((1, 64, 64), 0.5, dtype=np.float32)
    tensor = to_tensor(grey, _contract(channels=3, **contract))
    assert tensor[0, :, 5, 7].tolist() == pytest.approx([red, tensor[0, 1, 5, 7], blue], abs=1e-4)
    turned = to_tensor(grey, _contract(channels=3, channel_order="bgr", **contract))
    assert turned[0, :, 5, 7].tolist() == pytest.approx(tensor[0, ::-1, 5, 7].tolist())


def test_channels_can_come_last() -> None:
    contract = _contract(channels=3, layout="nhwc")
    batch, _ = Canvases(IMAGE).make(contract)
    assert batch.shape == contract.shape == (1, 64, 64, 3)
    assert np.array_equal(batch[..., 0], Canvases(IMAGE).make(_contract())[0][:, 0])


def test_a_stretched_canvas_leaves_no_black_and_tells_both_scales() -> None:
    batch, geometry = Canvases(IMAGE + 1).make(_contract(preprocess=["stretch"]))
    assert float(batch.min()) >= 1.0
    assert geometry.to_stored(64, 64) == pytest.approx((80, 120))


def test_a_step_that_two_members_share_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    def count(image: Image) -> Image:
        done.append(1)
        return stretch_contrast(image)

    monkeypatch.setattr("inference.canvases.TONES", {"stretch_contrast": count})
    canvases = Canvases(IMAGE)
    sides = [canvases.make(_contract(side_px=side))[0].shape[-1] for side in (32, 64)]
    assert (sides, len(done)) == ([32, 64], 1)


def test_members_with_the_same_canvas_get_the_same_one_each_in_its_own_range() -> None:
    canvases = Canvases(IMAGE)
    plain, geometry = canvases.make(_contract())
    scaled, same = canvases.make(_contract(range="0..255", flips=["none", "horizontal"]))
    assert same is geometry
    assert np.array_equal(scaled[0, 0], plain[0, 0] * np.float32(255))
    assert np.array_equal(canvases.make(_contract())[0], plain)


@pytest.mark.parametrize("steps", [["letterbox"], ["stretch_contrast", "letterbox"], ["clahe", "stretch"]])
def test_an_image_that_is_still_a_table_gives_the_canvas_of_its_pixels(steps: list[str]) -> None:
    stored = np.random.default_rng(2).integers(0, 1024, (150, 90)).astype(np.uint16)
    image = GreyImage(stored, np.linspace(0.1, 0.9, 1024, dtype=np.float32))
    contract = _contract(preprocess=steps)
    assert np.array_equal(Canvases(image).make(contract)[0], Canvases(image.pixels()).make(contract)[0])
