from dicom_node.pipeline.rescue import DEAD_LETTER, Suspicion, abandoned, orphans, too_far_off


def test_nothing_is_suspect_enough_at_first_sight() -> None:
    assert Suspicion().confirm({"a"}) == frozenset()


def test_what_is_suspect_twice_running_is_confirmed_until_it_recovers() -> None:
    suspicion = Suspicion()
    suspicion.confirm({"a", "b"})
    assert suspicion.confirm({"b", "c"}) == {"b"}
    assert suspicion.confirm({"c"}) == {"c"}
    assert suspicion.confirm(set()) == frozenset()
    assert suspicion.confirm({"c"}) == frozenset()


def test_what_is_planned_for_later_than_anything_is_planned_under_a_clock_that_was_set_back() -> None:
    assert too_far_off({"soon": 1030.0, "late": 990.0, "an hour": 4600.0}, 1000.0, 60.0) == {"an hour"}


def test_an_orphan_is_called_running_and_runs_nowhere() -> None:
    assert orphans({"a", "b"}, {"b", "c"}) == {"a"}


def test_planned_work_is_abandoned_when_it_ended_or_never_was() -> None:
    statuses = {"a": "ERROR", "b": "PENDING", "c": "ENQUEUED", "d": "DELAYED", "e": DEAD_LETTER, "f": "SUCCESS"}
    assert abandoned(["a", "b", "c", "d", "e", "f", "never"], statuses) == {"a", "e", "f", "never"}
