import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.deliver.stow_answer import parse_answer
from domain.delivery import Outcome
from tests.fakes.web_archive import store_response

JSON = "application/dicom+json"
TAGS = ["00081199", "00081198", "00081155", "00081196", "00081197", "Value", "vr"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TAGS), inner, max_size=3),
    max_leaves=12,
)


def outcome_of(uid: str, stored: list[str], failed: dict[str, int], warning: int = 0) -> Outcome | None:
    answer = parse_answer(json.dumps(store_response(stored, failed, warning)).encode(), JSON)
    found = answer.meaning_of(uid) if answer is not None else None
    return found[0].outcome if found is not None else None


def test_an_instance_is_delivered_where_it_is_named_as_stored_and_nowhere_else() -> None:
    assert outcome_of("1.2", ["1.2"], {}) is Outcome.DELIVERED
    assert outcome_of("1.2", ["1.2"], {}, warning=0xB007) is Outcome.DELIVERED
    assert outcome_of("1.3", ["1.2"], {}) is None
    assert outcome_of("1.2", ["1.2"], {"1.2": 0xC000}) is Outcome.REFUSED


@given(st.binary(max_size=200), st.sampled_from([JSON, "application/dicom+xml", "text/html", ""]))
def test_no_bytes_are_an_error_or_a_claim(body: bytes, media_type: str) -> None:
    answer = parse_answer(body, media_type)
    assert answer is None or answer.meaning_of("1.2.3") is None


@given(JUNK)
def test_no_json_is_an_error(module: object) -> None:
    parse_answer(json.dumps(module).encode(), JSON)


@given(st.integers(0, 0xFFFF))
def test_a_failure_is_a_delivery_only_where_it_says_that_the_peer_holds_the_instance(reason: int) -> None:
    is_delivered = outcome_of("1.2", [], {"1.2": reason}) is Outcome.DELIVERED
    assert is_delivered == (reason in (0x0111, 0xB00E))


def test_an_entity_bomb_is_no_answer() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(12))
    bomb = f"<!DOCTYPE x [{entities}]><NativeDicomModel>&e11;</NativeDicomModel>"
    assert parse_answer(bomb.encode(), "application/dicom+xml") is None


@pytest.mark.parametrize("depth", [100_000])
def test_an_abyss_of_lists_is_no_answer(depth: int) -> None:
    assert parse_answer(b"[" * depth, JSON) is None
