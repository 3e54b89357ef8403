"""Why studies that are open wait, for a person who looks from another process than the node's."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.orders import OrderBook
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.ledger.queries import LedgerView
from dicom_node.pipeline.completion import describe_wait
from dicom_node.pipeline.facts import KnownFacts
from dicom_node.pipeline.ordering import OrderedViews
from dicom_node.ports import Clock
from dicom_node.receive.association_marks import SeenMarks
from dicom_node.study_ports import Wait
from domain.study import Study, StudyState


class OpenStudies:
    """Says what open studies wait for. What a source has answered only the node knows, so its count is not among it.

    Args:
        data: the node's data folder.
    """

    def __init__(self, settings: Settings, engine: Engine, data: Path, clock: Clock) -> None:
        views = {each.code: each.views for each in settings.procedure}
        orders = OrderedViews(views, OrderBook(engine, clock), LedgerView(engine, data).first_header, clock)
        self._settings = settings
        self._facts = KnownFacts(
            StepBook(engine, clock), SeenMarks(data), clock, views=orders, expects=bool(views), differs=True
        )

    def waits(self, studies: Sequence[Study]) -> dict[str, Wait]:
        """Return why each of these that is open waits, by Study Instance UID."""
        still_open = [study for study in studies if study.state is StudyState.OPEN]
        facts = self._facts.find(still_open) if still_open else {}
        waits: dict[str, Wait] = {}
        for study in still_open:
            found = facts[study.study_instance_uid]
            rules = self._settings.completion_of(found.called_ae_title)
            until = study.first_arrival_at + timedelta(seconds=rules.hard_cap_seconds)
            waits[study.study_instance_uid] = Wait(describe_wait(found, rules), until)
        return waits
