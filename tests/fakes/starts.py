"""The fake of ports.Starts: remembers what was started; a test asks only where the transaction committed."""

from sqlalchemy import Connection

from domain.delivery import Delivery


class FakeStarts:
    """Implements ports.Starts."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.readings: list[str] = []
        self.answers: list[tuple[str, int, int, float]] = []
        self.explanations: list[tuple[str, int, int, float]] = []
        self.deliveries: list[tuple[Delivery, float]] = []

    def read_image(self, connection: Connection, sop_instance_uid: str) -> None:
        self._fail()
        self.readings.append(sop_instance_uid)

    def answer_study(
        self, connection: Connection, study_instance_uid: str, version: int, turn: int, *, delay_seconds: float = 0.0
    ) -> None:
        self._fail()
        self.answers.append((study_instance_uid, version, turn, delay_seconds))

    def deliver(self, connection: Connection, delivery: Delivery, *, delay_seconds: float = 0.0) -> None:
        self._fail()
        self.deliveries.append((delivery, delay_seconds))

    def explain_study(
        self, connection: Connection, study_instance_uid: str, version: int, turn: int, *, delay_seconds: float = 0.0
    ) -> None:
        self._fail()
        self.explanations.append((study_instance_uid, version, turn, delay_seconds))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
