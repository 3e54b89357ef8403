"""How good a phrase model is, on findings of which it learnt no wording; each number with a bootstrap interval."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.impression import PhraseWriter, StudyFacts
from inference.training.estimate import Estimate
from inference.training.phrases.batches import TokenBatches
from inference.training.phrases.material import Example

#: Why a proposal must not stand for findings, as a code; empty where it says what was found.
Refuse = Callable[[str, StudyFacts], str]
Counts = npt.NDArray[np.float64]
RESAMPLES = 2000
NOTHING = "no-proposal"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a checker made of one proposal for each study.

    Attributes:
        share: that was accepted.
        reasons: how often each reason was given.
        rejected: the first rejected proposals with their reasons; generated text, of nobody.
    """

    share: Estimate
    reasons: dict[str, int]
    rejected: tuple[tuple[str, str], ...]


def measure_acceptance(
    writer: PhraseWriter, examples: Sequence[Example], refuse: Refuse, *, shown: int = 5
) -> Acceptance:
    """Ask the model once about every study, as serving does, and the checker about every answer."""
    proposals = [writer.propose(each.facts) for each in examples]
    codes = [refuse(text, each.facts) if text else NOTHING for text, each in zip(proposals, examples, strict=True)]
    share = bootstrap_mean(np.array([not code for code in codes], dtype=np.float64))
    rejected = [(code, text) for code, text in zip(codes, proposals, strict=True) if code]
    return Acceptance(share, dict(Counter(code for code in codes if code).most_common()), tuple(rejected[:shown]))


def measure_surprise(network: Any, batches: TokenBatches) -> tuple[Counts, Counts]:
    """Return the negative log-likelihood of each wording in nats, and how many tokens it has, its end included."""
    nats, tokens = list[float](), list[float]()
    for index in range(len(batches)):
        told, following, weights = batches[index]
        logits = np.asarray(network.predict_on_batch(told)).astype(np.float64)
        logits -= logits.max(axis=-1, keepdims=True)
        likely = np.take_along_axis(logits, following[..., None].astype(np.int64), axis=-1)[..., 0]
        each = (np.log(np.exp(logits).sum(axis=-1)) - likely) * weights
        nats.extend(each.sum(axis=1))
        tokens.extend(weights.sum(axis=1))
    return np.array(nats), np.array(tokens)


def measure_perplexity(nats: Counts, tokens: Counts) -> Estimate:
    """Return exp of the mean negative log-likelihood of a token, over (studies,) of both."""
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(nats), len(nats)) for _ in range(RESAMPLES)]
    low, high = np.percentile([math.exp(nats[draw].sum() / tokens[draw].sum()) for draw in draws], (2.5, 97.5))
    return Estimate(math.exp(nats.sum() / tokens.sum()), float(low), float(high))


def bootstrap_mean(values: Counts) -> Estimate:
    """Return the mean; where no study differs from the others the interval is Wilson's, for a bootstrap has none."""
    mean, number = float(values.mean()), len(values)
    if mean in (0.0, 1.0):
        bound = 1.96**2 / (number + 1.96**2)
        return Estimate(mean, 0.0, bound) if mean == 0.0 else Estimate(mean, 1.0 - bound, 1.0)
    rng = np.random.default_rng(0)
    means = [float(values[rng.integers(0, number, number)].mean()) for _ in range(RESAMPLES)]
    low, high = np.percentile(means, (2.5, 97.5))
    return Estimate(mean, float(low), float(high))
