"""The backbones are those of their papers, and can be read without a framework."""

import pytest

from inference.training.backbones import BACKBONES, EFFICIENTNET_LITE0, MOBILENETV2, Backbone, Stage


@pytest.mark.parametrize(
    ("backbone", "blocks", "channels"),
    [(MOBILENETV2, 17, (32, 96, 1280)), (EFFICIENTNET_LITE0, 16, (40, 112, 1280))],
    ids=BACKBONES,
)
def test_a_backbone_is_that_of_its_paper(backbone: Backbone, blocks: int, channels: tuple[int, int, int]) -> None:
    assert len(list(backbone.blocks)) == blocks
    assert backbone.channels == channels


def test_only_the_first_block_of_a_stage_strides() -> None:
    strides = [stride for _, stride in EFFICIENTNET_LITE0.blocks]
    assert strides == [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]


@pytest.mark.parametrize(("stride", "block"), [(2, 0), (4, 2), (8, 4), (16, 10), (32, 15)])
def test_the_last_block_at_a_stride_is_the_one_before_cells_grow(stride: int, block: int) -> None:
    assert EFFICIENTNET_LITE0.last_block_at(stride) == block


def test_a_stride_that_a_backbone_does_not_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="no block at stride 32"):
        Backbone((Stage(1, 16, 1, 1),)).last_block_at(32)
