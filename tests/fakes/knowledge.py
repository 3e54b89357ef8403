"""Fakes of the ports of knowledge_ports: what is known beside the images, in memory."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime

from dicom_node.knowledge_ports import AssociationState, SourceAnswer, StepChange, StepCreation
from domain.performed_step import PerformedStep, StepStatus


class FakeMarks:
    """Implements AssociationMarks."""

    def __init__(self) -> None:
        self._brings: dict[Hashable, str] = {}
        self._ended: dict[str, bool] = {}

    def bring(self, association: Hashable, study_instance_uid: str) -> None:
        self._brings[association] = study_instance_uid

    def end(self, association: Hashable, *, released: bool) -> None:
        uid = self._brings.pop(association, None)
        if uid is not None:
            self._ended[uid] = released

    def states(self, study_instance_uids: Collection[str]) -> Mapping[str, AssociationState]:
        self._ended = {uid: released for uid, released in self._ended.items() if uid in study_instance_uids}
        is_open = set(self._brings.values())
        return {
            uid: AssociationState(uid in is_open, uid not in is_open and self._ended.get(uid, False))
            for uid in study_instance_uids
        }


class FakeCounts:
    """Implements SourceCounts: the source of every sender in `senders`, which answers when a test says so."""

    def __init__(self, *senders: str) -> None:
        self.senders = frozenset(senders)
        self.asking: set[str] = set()
        self.asked: list[str] = []
        self.answers: dict[str, SourceAnswer] = {}
        self.patient = True

    def sources_of(self, calling_ae_titles: Collection[str]) -> bool:
        return bool(self.senders & set(calling_ae_titles))

    def ask(self, study_instance_uid: str, calling_ae_titles: Collection[str], arrived: Collection[str]) -> None:
        self.asking.add(study_instance_uid)
        self.asked.append(study_instance_uid)

    def reply(self, study_instance_uid: str, answer: SourceAnswer) -> None:
        """Answer now."""
        self.asking.discard(study_instance_uid)
        self.answers[study_instance_uid] = answer

    def is_asking(self, study_instance_uid: str) -> bool:
        return study_instance_uid in self.asking

    def answer(self, study_instance_uid: str) -> SourceAnswer | None:
        return self.answers.get(study_instance_uid)

    def may_ask_again(self, study_instance_uid: str, now: datetime) -> bool:
        return self.patient

    def forget_others(self, study_instance_uids: Collection[str]) -> None:
        self.answers = {uid: each for uid, each in self.answers.items() if uid in study_instance_uids}


class FakeSteps:
    """Implements StepKeeper and CompletenessLedger; `images` are those that are here, by study and sender."""

    def __init__(self) -> None:
        self.kept: dict[str, PerformedStep] = {}
        self.images: dict[str, dict[str, str]] = {}
        self.sent_by: dict[str, frozenset[str]] = {}
        self.sent_to: dict[str, str] = {}
        self.failure: Exception | None = None

    def create_step(self, step: PerformedStep) -> StepCreation:
        self._fail()
        if step.sop_instance_uid in self.kept:
            return StepCreation.DUPLICATE
        self.kept[step.sop_instance_uid] = step
        return StepCreation.KEPT

    def change_step(self, sop_instance_uid: str, status: StepStatus | None, references: Collection[str]) -> StepChange:
        self._fail()
        step = self.kept.get(sop_instance_uid)
        if step is None:
            return StepChange.UNKNOWN
        if step.status is not StepStatus.IN_PROGRESS:
            return StepChange.ENDED_BEFORE
        made = frozenset(references) or step.references
        self.kept[sop_instance_uid] = PerformedStep(
            sop_instance_uid, step.study_instance_uids, status or step.status, made
        )
        return StepChange.KEPT

    def steps(self, study_instance_uids: Collection[str]) -> Mapping[str, Sequence[PerformedStep]]:
        return {
            uid: [
                PerformedStep(step.sop_instance_uid, (uid,), step.status, step.references)
                for _uid, step in sorted(self.kept.items())
                if uid in step.study_instance_uids
            ]
            for uid in study_instance_uids
        }

    def arrived(self, study_instance_uid: str) -> Mapping[str, str]:
        return self.images.get(study_instance_uid, {})

    def senders(self, study_instance_uid: str) -> frozenset[str]:
        return self.sent_by.get(study_instance_uid, frozenset())

    def called_ae_title(self, study_instance_uid: str) -> str:
        return self.sent_to.get(study_instance_uid, "")

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
