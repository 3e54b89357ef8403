import pytest

from dicom_node.console.access.tokens import Tokens, bearer_of
from domain.role import Role
from tests.fakes.access import FakeAccessBook
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock: FakeClock) -> Tokens:
    return Tokens(FakeAccessBook(clock), clock)


def test_a_token_is_found_until_it_ends(tokens: Tokens, clock: FakeClock) -> None:
    token, kept = tokens.make("upload", Role.OPERATOR, days=1)
    found = tokens.find(token)
    assert found is not None
    assert (found.number, found.role) == (kept.number, Role.OPERATOR)
    clock.advance(24 * 3600)
    assert tokens.find(token) is None


def test_its_last_use_is_kept(tokens: Tokens, clock: FakeClock) -> None:
    token, _kept = tokens.make("upload", Role.VIEWER, days=1)
    tokens.find(token)
    assert tokens.book.tokens()[0].used_at == clock.now()


@pytest.mark.parametrize("shown", ["", "osn_", "osn_" + "x" * 43, "x" * 47])
def test_a_token_that_nobody_made_is_none(tokens: Tokens, shown: str) -> None:
    tokens.make("upload", Role.VIEWER, days=1)
    assert tokens.find(shown) is None


@pytest.mark.parametrize(("label", "days"), [("", 1), ("x" * 65, 1), ("a\nb", 1), ("upload", 0), ("upload", 731)])
def test_a_token_says_what_it_is_for_and_ends(tokens: Tokens, label: str, days: int) -> None:
    with pytest.raises(ValueError, match="token"):
        tokens.make(label, Role.VIEWER, days)


@pytest.mark.parametrize(
    ("header", "token"), [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("", ""), ("abc", "")]
)
def test_the_token_of_a_header(header: str, token: str) -> None:
    assert bearer_of(header) == token
