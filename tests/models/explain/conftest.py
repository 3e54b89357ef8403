import os

import numpy as np
import numpy.typing as npt
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROWS, COLUMNS = 48, 64


@pytest.fixture(scope="session")
def image() -> npt.NDArray[np.float32]:
    """One picture (1, rows, columns, 3) that differs everywhere, so that no turned or shifted map equals its own."""
    return np.random.default_rng(3).uniform(0, 255, (1, ROWS, COLUMNS, 3)).astype(np.float32)
