from datetime import timedelta

from config.settings import Settings
from dicom_node.challenger_ports import Challenged, ChallengeState, WaitingImage
from dicom_node.reader_comparison import Change, ComparisonLook, ReaderComparison, compare, find_pairing
from domain.comparison import ComparedImage, Said, Statement
from domain.final_report import ReportStatement
from tests.fakes.challengers import PAIRING, FakeChallenges, both, deny, say
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import make_reading

CRASHED = Said(None, None, "", "reader-crashed", 0.0)


def compared(*images: ComparedImage) -> ReaderComparison:
    return compare(Challenged(PAIRING, images, {ChallengeState.READ: len(images)}))


def test_statements_that_changed_are_told_by_kind_the_most_frequent_first() -> None:
    found = compared(
        both(1, say("absent", 0.1), say("present", 0.8)),
        both(2, say("absent", 0.2), say("present", 0.7)),
        both(3, say("doubt", 0.4), say("not_analysed")),
        both(4, say("present", 0.9), say("present", 0.9)),
    )
    assert found.changes == (
        Change(Statement.ABSENT, Statement.PRESENT, 2),
        Change(Statement.DOUBT, Statement.NOT_ANALYSED, 1),
    )
    assert found.agreement is not None
    assert (found.agreement.images, found.agreement.studies, found.agreement.observed) == (4, 4, 0.25)


def test_images_of_one_study_are_drawn_together() -> None:
    agreed = [both(number, say("absent", 0.1), say("absent", 0.1), study=1) for number in range(3)]
    found = compared(*agreed, both(9, say("present", 0.9), say("present", 0.9)))
    assert found.agreement is not None
    assert (found.agreement.images, found.agreement.studies) == (4, 2)


def test_what_either_failed_on_is_counted_and_compared_with_nothing() -> None:
    found = compared(both(1, say("absent", 0.1), CRASHED), both(2, say("absent", 0.1), say("absent", 0.2)))
    assert found.challenger.failures == {"reader-crashed": 1}
    assert found.champion.failures == {}
    assert found.champion.statements == found.challenger.statements == {Statement.ABSENT: 1}
    assert compared(both(1, CRASHED, CRASHED)).agreement is None


def test_scores_regions_and_times_stand_side_by_side() -> None:
    found = compared(
        both(1, say("absent", 0.1, milliseconds=10), say("absent", 0.2, milliseconds=30)),
        both(2, say("present", 0.9, milliseconds=20), say("present", 0.6, region="leg", milliseconds=50)),
    )
    assert found.champion.probabilities[2] == 0.5
    assert found.challenger.milliseconds[2] == 40
    assert found.same_region == 0.5
    assert found.difference is not None
    assert [round(each, 6) for each in found.difference] == [-0.1, 0.2]


def test_without_an_image_there_is_nothing_to_say() -> None:
    found = compared()
    assert (found.agreement, found.changes, found.same_region, found.difference) == (None, (), None, None)


def test_without_a_challenger_in_the_configuration_the_last_one_is_compared() -> None:
    reading, clock = make_reading("1", "1.2"), FakeClock()
    image = WaitingImage("1", "1", None)
    kept = FakeChallenges({image: Said.of(reading)})
    look = ComparisonLook(kept, lambda _since: (), Settings(), clock)
    assert look.comparison() is None
    kept.take_up(PAIRING, 1.0)
    kept.keep(PAIRING, image, deny(reading))
    assert look.comparison() is None  # remembered
    clock.advance(timedelta(minutes=11).total_seconds())
    found = look.comparison()
    assert found is not None
    assert found.changes == (Change(Statement.PRESENT, Statement.ABSENT, 1),)


def test_a_pairing_is_that_of_the_two_bundles() -> None:
    settings = Settings.model_validate({"challenger": {"precision": "int8"}})
    found = find_pairing(settings.reading, settings.challenger)
    assert found is not None
    assert found.champion != found.challenger
    assert find_pairing(settings.reading, None) is None


def test_beside_final_reports_a_study_counts_by_its_most_suspicious_image_and_only_whole() -> None:
    images = [
        both(1, say("absent", 0.1), say("absent", 0.1), study=1),
        both(2, say("present", 0.9), say("absent", 0.2), study=1),
        both(3, say("absent", 0.1), say("doubt", 0.5), study=2),
        both(4, say("present", 0.9), say("present", 0.9), study=3),
    ]
    challenged = Challenged(PAIRING, images, {ChallengeState.READ: 4}, partly=frozenset({"1.3"}))
    says = ReportStatement.FRACTURE, ReportStatement.NO_FRACTURE, ReportStatement.FRACTURE
    found = compare(challenged, {f"1.{study}": said for study, said in enumerate(says, 1)})
    assert found.reported is not None
    champion, challenger = found.reported
    assert (champion.studies, challenger.studies) == (2, 2)
    shares = [(each.sensitivity, each.specificity) for each in (champion, challenger)]
    assert [[share and share.value for share in pair] for pair in shares] == [[1.0, 1.0], [0.0, 0.0]]
    assert compare(challenged).reported is None
