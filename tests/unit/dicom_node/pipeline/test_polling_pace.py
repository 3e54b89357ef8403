import pytest

from config.settings import Settings
from dicom_node.pipeline.polling_pace import PollingPace, find_busy_seconds


class Room:
    """A clock, and queues that note their pace."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.told: list[float] = []
        self.pace = PollingPace(self.told.append, 70.0, lambda: self.seconds)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.pace.look()


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_node_that_begins_looks_often_and_seldom_after_a_while_without_work(room: Room) -> None:
    room.pass_by(69)
    assert room.told == []
    room.pass_by(1)
    assert not room.pace.is_busy
    room.pass_by(1000)
    assert room.told == [1.0]


def test_work_sets_the_pace_at_the_next_look_and_holds_it(room: Room) -> None:
    room.pass_by(1000)
    room.pace.note_work()
    room.pass_by(0.25)
    assert room.told == [1.0, 0.1]
    for _ in range(3):
        room.pass_by(50)
        room.pace.note_work()
    assert room.told == [1.0, 0.1]


def test_a_pace_that_could_not_be_set_is_tried_again(room: Room) -> None:
    def fail(_seconds: float) -> None:
        raise OSError("locked")

    pace = PollingPace(fail, 0.0, lambda: room.seconds)
    for _ in range(2):
        with pytest.raises(OSError, match="locked"):
            pace.look()
    assert pace.is_busy


def test_other_looks_are_kept_at_the_same_pace(room: Room) -> None:
    looks: list[int] = []
    look = room.pace.keep(lambda: looks.append(1))
    for _ in range(20):
        look()
    assert len(looks) == 20
    room.pass_by(70)
    for _ in range(20):
        look()
    assert len(looks) == 22


@pytest.mark.parametrize(
    ("quiet_seconds", "entity_seconds", "busy_seconds"), [(5.0, (), 15.0), (5.0, (20.0, None), 30.0), (600.0, (), 70.0)]
)
def test_a_node_stays_awake_for_as_long_as_a_study_usually_waits_for_images(
    quiet_seconds: float, entity_seconds: tuple[float | None, ...], busy_seconds: float
) -> None:
    entities = [{"ae_title": f"E{number}", "quiet_seconds": each} for number, each in enumerate(entity_seconds)]
    settings = Settings.model_validate(
        {"completion": {"quiet_seconds": quiet_seconds, "hard_cap_seconds": 3600}, "application_entity": entities}
    )
    assert find_busy_seconds(settings) == busy_seconds
