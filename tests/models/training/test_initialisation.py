"""Training starts from the weights that the notice names, and from no file of another network."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")
h5py = pytest.importorskip("h5py", reason="needs the extra `models`")

ov = pytest.importorskip("openvino", reason="needs the extra `models`")

import numpy as np  # noqa: E402

from inference.training.backbones import BACKBONES, EFFICIENTNET_LITE0, MOBILENETV2  # noqa: E402
from inference.training.detector import DetectorNetwork  # noqa: E402
from inference.training.initialisation import initialise, load_imagenet, load_lite_imagenet  # noqa: E402
from inference.training.network import RegionNetwork, Trunk  # noqa: E402
from inference.training.recipes import BUNDLE, Recipe  # noqa: E402
from inference.training.train import build_network  # noqa: E402
from inference.zoo import BUNDLED  # noqa: E402


def make(backbone: str, seed: int = 0) -> RegionNetwork:
    torch.manual_seed(seed)
    return RegionNetwork(Trunk(BACKBONES[backbone]), 4)


@pytest.mark.shared_data
def test_imagenet_weights_give_features_in_range(shared_data: Path) -> None:
    network = make("mobilenetv2").eval()
    initialise(network, shared_data / "weights" / "mobilenet_v2_imagenet_notop.weights.h5", "mobilenetv2")
    with torch.inference_mode():
        _, _, top = network.trunk(torch.rand(1, 1, 224, 224, generator=torch.Generator().manual_seed(0)))
    # ReLU6 features of a network that fits together: neither dead nor saturated.
    assert 0.05 < float((top > 0).float().mean()) < 0.6
    assert float((top == 6).float().mean()) < 0.01


def test_a_keras_file_of_another_network_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.weights.h5", "w") as file:
        file.create_group("layers/conv2d/vars")
    with pytest.raises(ValueError, match="not MobileNetV2"):
        load_imagenet(Trunk(MOBILENETV2), tmp_path / "other.weights.h5")


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_file_in_another_format_is_refused(backbone: str, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"no weights at all")
    with pytest.raises(ValueError, match=r"weights\.bin is no"):
        initialise(make(backbone), tmp_path / "weights.bin", backbone)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_missing_file_is_said_to_be_missing(backbone: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        initialise(make(backbone), tmp_path / "weights.bin", backbone)


def test_a_trunk_that_was_trained_here_goes_into_another_network(tmp_path: Path) -> None:
    trained = make("mobilenetv2")
    torch.save(trained.state_dict(), tmp_path / "weights.pt")
    detector = DetectorNetwork(Trunk(MOBILENETV2), 4)
    initialise(detector, tmp_path / "weights.pt", "mobilenetv2")
    assert torch.equal(detector.trunk.top.conv.weight, trained.trunk.top.conv.weight)
    with pytest.raises(ValueError, match="another trunk"):
        initialise(make("efficientnetlite0"), tmp_path / "weights.pt", "efficientnetlite0")


def test_a_network_that_was_trained_here_goes_on_whole(tmp_path: Path) -> None:
    trained, again = make("mobilenetv2", seed=1), make("mobilenetv2", seed=2)
    torch.save(trained.state_dict(), tmp_path / "weights.pt")
    initialise(again, tmp_path / "weights.pt", "mobilenetv2")
    assert torch.equal(again.head.weight, trained.head.weight)


@pytest.mark.parametrize("recipe", BUNDLE, ids=lambda recipe: recipe.name)
def test_what_ships_goes_on_as_it_serves(recipe: Recipe) -> None:
    graph = BUNDLED / f"{recipe.name}.xml"
    network = build_network(recipe)
    initialise(network, graph, recipe.backbone)
    images = np.random.default_rng(0).random((2, 1, recipe.side_px, recipe.side_px), dtype=np.float32)
    served = ov.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})({"image": images})
    with torch.inference_mode():
        said = network.eval()(torch.from_numpy(images))
    if recipe.task == "region":
        assert np.allclose(torch.sigmoid(said), served["region"], atol=1e-3)
        return
    assert np.allclose(said.fracture_logit, served["fracture_logit"], atol=1e-3)
    assert np.allclose(said.centres, served["centres"], atol=5e-3)
    assert np.allclose(said.distances, served["distances"], atol=2e-2)


def test_what_ships_is_not_for_another_network() -> None:
    with pytest.raises(ValueError, match="is of another network"):
        initialise(make("mobilenetv2"), BUNDLED / "fracatlas-efficientnetlite0-detector.xml", "mobilenetv2")
    with pytest.raises(FileNotFoundError):
        initialise(make("mobilenetv2"), BUNDLED / "nothing.xml", "mobilenetv2")


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="not EfficientNet-Lite0"):
        load_lite_imagenet(Trunk(EFFICIENTNET_LITE0), tmp_path / "other.pth")


def test_batch_norm_is_folded_into_the_kernels(tmp_path: Path) -> None:
    torch.manual_seed(0)
    convolution, norm = torch.nn.Conv2d(3, 32, 3, 2, bias=False), torch.nn.BatchNorm2d(32, eps=1e-3)
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.5, 2)
    trunk = Trunk(EFFICIENTNET_LITE0)
    state = _state_of(trunk) | {"_conv_stem.weight": convolution.weight.detach()}
    state |= {f"_bn0.{name}": value for name, value in norm.state_dict().items()}
    torch.save(state, tmp_path / "weights.pth")
    load_lite_imagenet(trunk, tmp_path / "weights.pth")
    x = torch.rand(1, 3, 9, 9)
    assert torch.allclose(trunk.stem.conv(x), norm.eval()(convolution(x)), atol=1e-5)


def _state_of(trunk: Trunk) -> dict[str, torch.Tensor]:
    """A state dict as the package names it, with batch norms that change nothing but a scale."""
    state: dict[str, torch.Tensor] = {}
    pairs = [("_conv_stem", "_bn0", trunk.stem), ("_conv_head", "_bn1", trunk.top)]
    for index, block in enumerate(trunk.blocks):
        parts = [("depthwise", "_bn1"), ("project", "_bn2")] + ([("expand", "_bn0")] if block.expand else [])
        pairs += [
            (f"_blocks.{index}._{part}_conv", f"_blocks.{index}.{norm}", getattr(block, part)) for part, norm in parts
        ]
    for conv, norm, module in pairs:
        outputs = module.conv.weight.shape[0]
        state[f"{conv}.weight"] = module.conv.weight.detach().clone()
        ones, zeros = torch.ones(outputs), torch.zeros(outputs)
        state |= dict(
            zip(
                (f"{norm}.{p}" for p in ("weight", "bias", "running_mean", "running_var")),
                (ones, zeros, zeros, ones),
                strict=True,
            )
        )
    return state
