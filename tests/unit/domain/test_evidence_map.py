import math
import struct
from typing import Any

import pytest

from domain.evidence_map import EvidenceMap


def make_map(**changes: Any) -> EvidenceMap:
    values: dict[str, Any] = {
        "sop_instance_uid": "1.2.3",
        "model": "a-model",
        "method": "grad-cam, closed form",
        "rows": 2,
        "columns": 3,
        "cells": struct.pack("<6f", 0, 0.25, 0.5, 0.75, 1, 0.125),
        "left_px": -4.5,
        "top_px": 0.0,
        "cell_width_px": 20.0,
        "cell_height_px": 10.0,
    }
    return EvidenceMap(**values | changes)


def test_a_map_comes_back_to_the_last_bit() -> None:
    assert EvidenceMap.decode(make_map().encode()) == make_map()


def test_an_encoded_map_is_ascii_and_small() -> None:
    cells = struct.pack("<4096f", *[0.5] * 4096)
    assert len(make_map(rows=64, columns=64, cells=cells).encode().decode("ascii")) < 23_000


@pytest.mark.parametrize(
    "encoded", [b"", b"\x89PNG", b"[]", b"{}", make_map().encode()[:-9], make_map().encode().replace(b'"rows"', b'"x"')]
)
def test_what_is_no_map_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what json says of it is its own affair
        EvidenceMap.decode(encoded)


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": 3},
        {"rows": 0, "cells": b""},
        {"cells": struct.pack("<6f", 0, 0, 0, 0, 0, 1.5)},
        {"cells": struct.pack("<6f", 0, 0, 0, 0, 0, -0.1)},
        {"cells": struct.pack("<6f", 0, 0, math.nan, 0, 0, 0)},
        {"cell_width_px": 0.0},
        {"cell_height_px": math.inf},
        {"left_px": math.nan},
        {"model": ""},
        {"method": "carte d\u2019activation"},
        {"model": "a\\b"},
    ],
)
def test_a_map_is_whole_or_not_at_all(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"map"):
        make_map(**changes)
