"""What is compared, and what the numbers of a comparison say: no framework is needed to know that."""

from collections.abc import Set
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import Reading
from dicom_node.bench.against_seeds import Tally, count_steps, list_orders, summarise_way
from dicom_node.bench.contest import ON_ONE_THREAD, QUICK, SEEDS, YOLO, Network, of_bundle
from dicom_node.bench.contest_models import make_entry, make_input, name_trunk
from dicom_node.bench.contestant import Round
from inference.zoo import BUNDLED

TWO = (Network("ResNet50", 64), Network("VGG16", 64))


def _tally(seconds: list[list[float]], rss_mib: float = 100.0, answer: float = 0.5) -> Tally:
    return Tally("way", [Round(each, sum(each) * 2) for each in seconds], rss_mib, [np.array([[answer]])] * 2)


def test_a_ratio_is_taken_within_its_round_so_a_load_that_comes_and_goes_cancels() -> None:
    quiet, loaded = [0.1, 0.1], [1.0, 1.0]
    baseline = _tally([[0.4, 0.4], [4.0, 4.0], [0.4, 0.4]], rss_mib=300.0)
    found = summarise_way(_tally([quiet, loaded, quiet]), baseline, TWO)
    assert found["times_baseline"] == 4.0
    assert (found["p50_ms"], found["images_per_second"]) == (200.0, 5.0)
    assert (found["cpu_ms"], found["baseline_cpu_over_this"]) == (400.0, 4.0)
    assert found["baseline_rss_over_this"] == 3.0


def test_each_network_has_its_own_ratio() -> None:
    found = summarise_way(_tally([[0.1, 0.1]]), _tally([[0.2, 0.6]]), TWO)
    networks: Any = found["networks"]
    assert [each["times_baseline"] for each in networks] == [2.0, 6.0]


def test_the_largest_difference_between_the_answers_is_told() -> None:
    found = summarise_way(_tally([[0.1, 0.1]], answer=0.53), _tally([[0.1, 0.1]]), TWO)
    assert found["largest_difference"] == pytest.approx(0.03)


def test_stand_ins_say_other_things_so_no_difference_is_told() -> None:
    networks = tuple(Network("MobileNetV2", 64, member=name) for name in ("a", "b"))
    assert "largest_difference" not in summarise_way(_tally([[0.1, 0.1]]), _tally([[0.1, 0.1]]), networks)


def test_a_processor_without_bf16_is_compared_in_f32_alone() -> None:
    assert {way.precision for way in SEEDS.only(["f32"]).ways} == {"f32"}
    assert SEEDS.only(["f32"]).ways[0] is SEEDS.ways[0]


def test_all_ways_have_the_threads_of_the_node_but_the_one_that_is_compared_for_having_one() -> None:
    group = of_bundle([Network("MobileNetV2", 96, member="region")])
    orders = list_orders(Path("work"), group, Reading(threads=3))
    assert {order.way: order.threads for order in orders} == dict.fromkeys(group.ways, 3) | {ON_ONE_THREAD: 1}
    assert {order.bundle for order in orders} == {BUNDLED}


def test_every_step_of_a_comparison_is_counted() -> None:
    assert count_steps((QUICK,), rounds=3) == 2 + len(QUICK.ways) * 4


@pytest.mark.parametrize("network", [*QUICK.networks, Network("MobileNetV2", 96, copies=2)])
def test_a_classifier_takes_the_drawn_image_once_for_each_flip(network: Network) -> None:
    batch = make_input(network)
    assert batch.shape == make_entry(network).input.shape == (network.copies, 96, 96, 3)
    assert 200 < batch.max() <= 255


def test_a_yolo_network_is_a_detector_of_its_side() -> None:
    entry = make_entry(YOLO.networks[0])
    assert (entry.task, entry.input.shape) == ("detector", (1, 3, 640, 640))


@pytest.mark.parametrize(
    ("kernels", "trunk"), [({(3, 3)}, "MobileNetV2"), ({(3, 3), (5, 5)}, "EfficientNetLite0"), (set(), "ResNet50")]
)
def test_the_filters_of_a_graph_tell_its_trunk(kernels: Set[tuple[int, ...]], trunk: str) -> None:
    assert name_trunk(kernels) == trunk


def test_the_shipped_members_are_compared_at_their_own_sides_and_flips() -> None:
    from dicom_node.bench.contest_models import find_stand_ins, load_members

    for network, member in zip(find_stand_ins(BUNDLED), load_members(BUNDLED), strict=True):
        assert network.backbone.lower() in member.name
        assert (network.copies, network.side_px) == (len(member.entry.input.flips), member.entry.input.side_px)
        assert network.member == member.name
