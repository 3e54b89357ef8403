"""What every ports.Chance keeps."""

import pytest

from dicom_node.chance import SystemChance
from dicom_node.ports import Chance
from tests.fakes.chance import FakeChance


@pytest.mark.parametrize("chance", [SystemChance(), FakeChance(seed=1)], ids=["system", "fake"])
def test_a_fraction_lies_from_0_to_below_1_and_changes(chance: Chance) -> None:
    drawn = [chance.fraction() for _ in range(200)]
    assert all(0 <= each < 1 for each in drawn)
    assert len(set(drawn)) > 190


def test_the_same_seed_gives_the_same_series() -> None:
    first, second = FakeChance(seed=7), FakeChance(seed=7)
    assert [first.fraction() for _ in range(20)] == [second.fraction() for _ in range(20)]
