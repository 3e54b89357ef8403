from domain.comparison import Said, Statement, is_in_share
from tests.fakes.light_reader import failed_reading, make_reading


def test_what_is_said_of_a_broken_hand() -> None:
    said = Said.of(make_reading("1.2", "1.3"))
    assert (said.statement, said.probability, said.region, said.reason) == (Statement.PRESENT, 0.9, "hand", "")


def test_a_reading_that_failed_states_nothing() -> None:
    said = Said.of(failed_reading("1.2", "1.3", "reader-crashed"))
    assert (said.statement, said.probability, said.reason) == (None, None, "reader-crashed")


def test_a_share_holds_so_many_images_and_a_larger_one_holds_them_too() -> None:
    uids = [f"1.2.{number}" for number in range(2000)]
    small, large = ({uid for uid in uids if is_in_share(uid, share)} for share in (0.1, 0.3))
    assert 150 < len(small) < 250
    assert 500 < len(large) < 700
    assert small < large
    assert all(is_in_share(uid, 1.0) for uid in uids)
