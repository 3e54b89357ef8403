import pytest

pytest.importorskip("sklearn", reason="needs the extra `models`")

from inference.training.precision_report import find_differences


def test_differences_are_told_of_probabilities_and_of_statements() -> None:
    before = [(0.10, "absent"), (0.30, "doubt"), (0.90, "present"), (0.31, "doubt")]
    after = [(0.11, "absent"), (0.33, "present"), (0.90, "present"), (0.31, "present")]
    found = find_differences(before, after)
    assert found.largest == pytest.approx(0.03)
    assert found.mean == pytest.approx(0.01)
    assert found.statements == {"doubt to present": 2}
    assert found.changed == 2


def test_the_same_answers_differ_in_nothing() -> None:
    said = [(0.1, "absent"), (0.0, "not analysed")]
    found = find_differences(said, said)
    assert (found.largest, found.mean, found.changed) == (0.0, 0.0, 0)
