"""The classifiers that are no network: scikit-learn's and LightGBM, each with the settings it is compared with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from inference.training.families.batches import Numbers
from inference.training.recipe_book import ClassifierName, FeaturesRecipe

_BALANCED = "balanced"
#: Of a class that training never saw.
UNSEEN_LOGIT = -1e4

_BUILDERS: Mapping[ClassifierName, Callable[[FeaturesRecipe], Any]] = {
    "logistic-regression": lambda recipe: LogisticRegression(max_iter=2000, class_weight=_BALANCED),
    "svc": lambda recipe: SVC(class_weight=_BALANCED),
    "random-forest": lambda recipe: RandomForestClassifier(
        recipe.trees, class_weight=_BALANCED, random_state=recipe.seed, n_jobs=1
    ),
    "gradient-boosting": lambda recipe: HistGradientBoostingClassifier(
        max_iter=recipe.trees, class_weight=_BALANCED, random_state=recipe.seed
    ),
    "lightgbm": lambda recipe: lightgbm.LGBMClassifier(
        n_estimators=recipe.trees,
        learning_rate=0.05,
        class_weight=_BALANCED,
        random_state=recipe.seed,
        deterministic=True,
        n_jobs=1,
        verbosity=-1,
    ),
}
#: Trees do not care for the scale of a feature; the others get each with mean 0 and deviation 1.
_SCALED: frozenset[ClassifierName] = frozenset({"logistic-regression", "svc"})


def build_classifier(name: ClassifierName, recipe: FeaturesRecipe, examples: int, features: int) -> Any:
    """Return an untrained pipeline: scaling where it matters, principal components where the recipe has them."""
    steps: list[tuple[str, Any]] = []
    if recipe.components or name in _SCALED:
        steps.append(("scale", StandardScaler()))
    if recipe.components:
        steps.append(("pca", PCA(min(recipe.components, examples, features), random_state=recipe.seed)))
    return Pipeline([*steps, ("classify", _BUILDERS[name](recipe))])


def score(classifier: Any, features: Numbers, classes: int) -> Numbers:
    """Return (N, classes) scores that rank, (N, 1) where there is one class: the higher, the surer.

    Probabilities, but of support vectors, which have none: the logistic function of their margins.
    """
    if hasattr(classifier, "predict_proba"):
        said = classifier.predict_proba(features)
    else:
        margins = np.asarray(classifier.decision_function(features))
        margins = margins if margins.ndim == 2 else np.stack([-margins / 2, margins / 2], axis=1)
        powers = np.exp(margins - margins.max(axis=1, keepdims=True))
        said = powers / powers.sum(axis=1, keepdims=True)
    every = np.zeros((len(features), max(classes, 2)), dtype=np.float32)
    every[:, classifier.classes_.astype(np.int64)] = said
    return every if classes > 1 else every[:, 1:]


def save_trees(classifier: Any, path: Path) -> None:
    """Write a LightGBM classifier in LightGBM's own text format, which is data and not code."""
    classifier.named_steps["classify"].booster_.save_model(path)


def as_dense(classifier: Any, classes: int) -> tuple[Numbers, Numbers]:
    """Return kernel (features, classes) and bias (classes,) of one dense layer that does what a logistic pipeline does.

    Scaling, principal components and the logits of the regression are linear one after the other. A class that training
    never saw is never said.
    """
    steps = classifier.named_steps
    kernel, bias = steps["classify"].coef_.T, steps["classify"].intercept_
    if "pca" in steps:
        turn = steps["pca"].components_.T
        kernel, bias = turn @ kernel, bias - steps["pca"].mean_ @ turn @ kernel
    kernel = kernel / steps["scale"].scale_[:, None]
    bias = bias - steps["scale"].mean_ @ kernel
    if classes == 1:
        return kernel.astype(np.float32), bias.astype(np.float32)
    if kernel.shape[1] == 1:  # two of more classes were seen: one logit stands for both
        kernel, bias = np.concatenate([-kernel / 2, kernel / 2], axis=1), np.concatenate([-bias / 2, bias / 2])
    wide, low = np.zeros((len(kernel), classes), dtype=np.float32), np.full(classes, UNSEEN_LOGIT, dtype=np.float32)
    seen = classifier.classes_.astype(np.int64)
    wide[:, seen], low[seen] = kernel, bias
    return wide, low
