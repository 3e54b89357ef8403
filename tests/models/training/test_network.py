"""The networks have the shapes that serving expects, and start from the weights that the notice names."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")
h5py = pytest.importorskip("h5py", reason="needs the extra `models`")

from inference.training.initialisation import load_imagenet  # noqa: E402
from inference.training.network import FractureNetwork, RegionNetwork, Trunk  # noqa: E402


def test_the_map_has_one_cell_per_16_pixels() -> None:
    logit, evidence = FractureNetwork().eval()(torch.zeros(2, 1, 64, 96))
    assert logit.shape == (2, 1)
    assert evidence.shape == (2, 1, 4, 6)


def test_there_is_one_logit_per_region() -> None:
    assert RegionNetwork(4).eval()(torch.zeros(3, 1, 64, 64)).shape == (3, 4)


def test_the_trunk_has_the_size_of_the_paper() -> None:
    # 2,223,872 without batch norm's statistics and scales: kernels plus one bias for each channel.
    kernels = sum(module.weight.numel() for module in Trunk().modules() if isinstance(module, torch.nn.Conv2d))
    assert kernels == 2_189_760


@pytest.mark.shared_data
def test_imagenet_weights_give_features_in_range(shared_data: Path) -> None:
    trunk = Trunk().eval()
    load_imagenet(trunk, shared_data / "weights" / "mobilenet_v2_imagenet_notop.weights.h5")
    with torch.inference_mode():
        _, _, top = trunk(torch.rand(1, 1, 224, 224, generator=torch.Generator().manual_seed(0)))
    # ReLU6 features of a network that fits together: neither dead nor saturated.
    assert 0.05 < float((top > 0).float().mean()) < 0.6
    assert float((top == 6).float().mean()) < 0.01


def test_a_file_that_is_no_mobilenet_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.weights.h5", "w") as file:
        file.create_group("layers/conv2d/vars")
    with pytest.raises(ValueError, match="not MobileNetV2"):
        load_imagenet(Trunk(), tmp_path / "other.weights.h5")
