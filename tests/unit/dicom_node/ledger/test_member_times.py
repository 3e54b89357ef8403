from sqlalchemy import Engine

from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.member_times import MemberTimeBook
from tests.fakes.answered import answer
from tests.fakes.light_reader import MODEL_SET


def test_each_model_is_told_with_how_long_it_took_and_of_how_many_images(ledger: Ledger, engine: Engine) -> None:
    for study in "123":
        answer(ledger, study=study)
    times = MemberTimeBook(engine).member_times(MODEL_SET)
    assert [each.images for each in times] == [3] * len(times)
    assert all(each.median_milliseconds <= each.slowest_milliseconds for each in times)
    assert len({each.model for each in times}) == len(times) > 0


def test_only_the_latest_answers_count(ledger: Ledger, engine: Engine) -> None:
    for study in "123":
        answer(ledger, study=study)
    assert {each.images for each in MemberTimeBook(engine).member_times(MODEL_SET, studies=2)} == {2}


def test_another_set_of_models_has_other_times(ledger: Ledger, engine: Engine) -> None:
    answer(ledger)
    assert list(MemberTimeBook(engine).member_times("0" * 64)) == []
