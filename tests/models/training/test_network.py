"""The networks have the shapes that serving expects."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.training.backbones import BACKBONES, EFFICIENTNET_LITE0, MOBILENETV2, Backbone  # noqa: E402
from inference.training.network import FractureNetwork, RegionNetwork, Trunk  # noqa: E402
from inference.training.recipes import RECIPES  # noqa: E402
from inference.training.train import build_network  # noqa: E402


def test_the_map_has_one_cell_per_16_pixels() -> None:
    logit, evidence = FractureNetwork(Trunk(MOBILENETV2)).eval()(torch.zeros(2, 1, 64, 96))
    assert logit.shape == (2, 1)
    assert evidence.shape == (2, 1, 4, 6)


def test_there_is_one_logit_per_region() -> None:
    assert RegionNetwork(Trunk(MOBILENETV2), 4).eval()(torch.zeros(3, 1, 64, 64)).shape == (3, 4)


#: A thousand classes on 1280 features.
CLASSIFIER = 1_281_000


@pytest.mark.parametrize(("backbone", "published"), [(MOBILENETV2, 3_504_872), (EFFICIENTNET_LITE0, 4_652_008)])
def test_a_trunk_has_the_size_of_the_paper(backbone: Backbone, published: int) -> None:
    kernels = [each for each in Trunk(backbone).modules() if isinstance(each, torch.nn.Conv2d)]
    # Published with the scale and the shift of batch norm, of which one bias a channel is left.
    sizes = (each.weight.numel() + 2 * each.bias.numel() for each in kernels)
    assert sum(sizes) + CLASSIFIER == published


@pytest.mark.parametrize("backbone", BACKBONES.values(), ids=BACKBONES)
def test_features_have_the_channels_and_cells_that_are_promised(backbone: Backbone) -> None:
    trunk = Trunk(backbone).eval()
    with torch.inference_mode():
        features = trunk(torch.rand(1, 1, 64, 96))
    assert [tuple(each.shape[1:]) for each in features] == [
        (channels, 64 // stride, 96 // stride) for channels, stride in zip(trunk.channels, (8, 16, 32), strict=True)
    ]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_gets_the_backbone_that_it_names(recipe) -> None:
    assert build_network(recipe).trunk.channels == BACKBONES[recipe.backbone].channels


def test_saved_states_find_their_parts_by_name() -> None:
    names = list(Trunk(EFFICIENTNET_LITE0).state_dict())
    assert names[:4] == [
        *("stem.conv.weight", "stem.conv.bias", "blocks.0.depthwise.conv.weight", "blocks.0.depthwise.conv.bias"),
    ]
    assert {name.split(".")[0] for name in names} == {"stem", "blocks", "top"}


def test_frozen_blocks_do_not_learn() -> None:
    trunk = Trunk(MOBILENETV2)
    trunk.freeze(2)
    learns = [any(each.requires_grad for each in part.parameters()) for part in (trunk.stem, *trunk.blocks[:3])]
    assert learns == [False, False, False, True]


@pytest.mark.parametrize("size", [(64, 96), (63, 95)])
def test_one_served_channel_is_what_three_alike_are_in_training(size: tuple[int, int]) -> None:
    torch.manual_seed(2)
    trunk, grey = Trunk(MOBILENETV2), torch.rand(1, 1, *size)
    with torch.inference_mode():
        for served, trained in zip(trunk.eval()(grey), trunk.train()(grey), strict=True):
            torch.testing.assert_close(served, trained, rtol=1e-4, atol=1e-4)
