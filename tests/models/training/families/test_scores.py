import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra `models`")

from sklearn import metrics

from inference.training.families.scores import area_under_roc, kappa, score_binary, score_exclusive, score_labels

RNG = np.random.default_rng(3)
TRUTH = RNG.integers(0, 3, 120)
SAID = RNG.dirichlet((1, 1, 1), 120) * 0.6 + np.eye(3)[TRUTH] * 0.4
CLASSES = ("hand", "leg", "hip")


def test_the_table_of_a_softmax_says_what_scikit_learn_says() -> None:
    table, said = score_exclusive(TRUTH, SAID, CLASSES), SAID.argmax(axis=1)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(TRUTH, said)
    for index, label in enumerate(CLASSES):
        mine = table.by_class[label]
        assert mine["precision"].value == pytest.approx(precision[index])
        assert mine["recall"].value == pytest.approx(recall[index])
        assert mine["f1"].value == pytest.approx(f1[index])
        assert mine["roc_auc"].value == pytest.approx(metrics.roc_auc_score(index == TRUTH, SAID[:, index]))
    assert table.measures["accuracy"].value == pytest.approx(metrics.accuracy_score(TRUTH, said))
    assert table.measures["kappa"].value == pytest.approx(metrics.cohen_kappa_score(TRUTH, said))
    assert table.confusion.tolist() == metrics.confusion_matrix(TRUTH, said).tolist()


def test_ties_count_half_in_the_area() -> None:
    truth, scores = RNG.integers(0, 2, 80) > 0, np.round(RNG.random(80), 1)
    assert area_under_roc(truth, scores) == pytest.approx(metrics.roc_auc_score(truth, scores))


def test_a_lower_threshold_finds_more() -> None:
    truth = TRUTH == 0
    half, third = (score_binary(truth, SAID[:, 0], cut, ("normal", "abnormal")) for cut in (0.5, 0.3))
    assert third.by_class["abnormal"]["recall"].value > half.by_class["abnormal"]["recall"].value


def test_intervals_hold_the_value_and_shrink_with_more_images() -> None:
    few = score_exclusive(TRUTH[:30], SAID[:30], CLASSES).measures["accuracy"]
    many = score_exclusive(np.tile(TRUTH, 8), np.tile(SAID, (8, 1)), CLASSES).measures["accuracy"]
    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low


def test_sigmoids_are_scored_each_for_itself() -> None:
    truth = np.array([[True, False], [False, False], [True, True], [False, True]])
    said = np.array([[0.9, 0.4], [0.2, 0.1], [0.8, 0.4], [0.1, 0.7]])
    table = score_labels(truth, said, 0.5, ("hand", "abnormal"))
    assert table.by_class["hand"]["recall"].value == 1
    assert table.by_class["abnormal"]["recall"].value == 0.5
    assert table.measures["all_labels_right"].value == 0.75


def test_chance_has_no_kappa() -> None:
    assert kappa(np.array([[25, 25], [25, 25]])) == 0
    assert kappa(np.array([[50, 0], [0, 0]])) == 0
