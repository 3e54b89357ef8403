"""Sentences, and the promise that they survive any character set."""

import pytest

from reporting import wording


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "<1%"), (0.009, "<1%"), (0.41, "41%"), (0.934, "93%"), (0.995, ">99%"), (1.0, ">99%")],
)
def test_no_probability_claims_certainty(probability: float, text: str) -> None:
    assert wording.percent(probability) == text


def test_every_sentence_is_ascii() -> None:
    texts = [value for value in vars(wording).values() if isinstance(value, str) and "FractureState" not in value]
    tables = [word for value in vars(wording).values() if isinstance(value, dict) for word in value.values()]
    words = [text for text in texts + tables if isinstance(text, str)]
    assert len(words) > 10
    assert all(word.isascii() for word in words if word != wording.__doc__)


@pytest.mark.parametrize("kind", wording.SERIES)
def test_a_series_description_fits_and_warns(kind: str) -> None:
    for version in (1, 2, 1234):
        text = wording.describe_series(kind, version, version - 1, retracts=version > 2)
        assert len(text) <= 64
        assert (f"REPLACES V{version - 1}" in text, "RETRACTS" in text) == (version == 2, version > 2)
        assert text.endswith("NOT FOR DIAGNOSIS")
