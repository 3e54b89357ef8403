import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="needs the extra `models`")

from inference.training.families.classifiers import as_dense, build_classifier, score
from tests.fakes.tiny_runs import tiny

RNG = np.random.default_rng(5)
FEATURES = RNG.normal(3, 2, (90, 12)).astype(np.float32)
RECIPE = tiny("resnet50-pca", components=5)


def fitted(name: str, wanted: np.ndarray):
    return build_classifier(name, RECIPE, *FEATURES.shape).fit(FEATURES, wanted)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("kinds", [(0, 1, 2, 3), (0, 2, 3), (1, 3)])
def test_one_dense_layer_says_what_scaling_components_and_regression_say(kinds: tuple[int, ...]) -> None:
    classifier = fitted("logistic-regression", RNG.choice(kinds, len(FEATURES)))
    kernel, bias = as_dense(classifier, 4)
    np.testing.assert_allclose(softmax(FEATURES @ kernel + bias), score(classifier, FEATURES, 4), atol=1e-5)


def test_one_class_is_one_logit() -> None:
    classifier = fitted("logistic-regression", (FEATURES[:, 0] > 3).astype(int))
    kernel, bias = as_dense(classifier, 1)
    said = 1 / (1 + np.exp(-(FEATURES @ kernel + bias)))
    np.testing.assert_allclose(said, score(classifier, FEATURES, 1), atol=1e-5)
    assert said[FEATURES[:, 0] > 4].mean() > said[FEATURES[:, 0] < 2].mean()


@pytest.mark.parametrize("name", ["svc", "random-forest", "gradient-boosting", "lightgbm"])
def test_every_classifier_gives_the_higher_score_to_what_it_was_taught(name: str) -> None:
    truth = FEATURES[:, 0] > 3
    said = score(fitted(name, truth.astype(int)), FEATURES, 1)[:, 0]
    assert said[truth].mean() > said[~truth].mean()
