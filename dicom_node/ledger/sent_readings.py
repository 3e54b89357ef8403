"""What the models said lately, by sender and region."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from dicom_node.reading_ports import SentReadings

_NO_REASON = "unknown"


class SentReadingBook:
    """Implements ReadingScores; safe while a node writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_sender_and_region(self, model_set: str, since: datetime, *, limit: int = 20_000) -> Sequence[SentReadings]:
        """Return what this set of models said at a time or later, by sender and region; see the port."""
        with looking(self._engine) as connection:
            return _group(connection.execute(_ask(model_set, since, limit)))


def _ask(model_set: str, since: datetime, limit: int) -> Select[Any]:
    readings, images = tables.reading.c, tables.instance.c
    # The latest first, by their index, and no more of them: the content of the others is never read.
    latest = select(readings.sha256, readings.model_set).where(readings.read_at >= since)
    last = latest.order_by(readings.read_at.desc()).limit(limit).subquery()
    content = readings.content
    return (
        select(
            images.called_ae_title,
            images.calling_ae_title,
            readings.reason_code,
            content[("region", "label")].as_string().label("region"),
            content[("fracture", "state")].as_string().label("state"),
            content[("fracture", "probability")].as_float().label("probability"),
        )
        .join_from(
            last,
            tables.reading,
            (readings.sha256 == last.c.sha256) & (readings.model_set == last.c.model_set),
        )
        .join(tables.instance, images.sop_instance_uid == readings.sop_instance_uid)
        .where(readings.model_set == model_set)
    )


@dataclass(slots=True)
class _Group:
    probabilities: list[float] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def _group(rows: Iterable[Any]) -> list[SentReadings]:
    groups: dict[tuple[str, str, str], _Group] = {}
    for called, sender, reason_code, region, state, probability in rows:
        group = groups.setdefault((sender, region or "", called), _Group())
        if probability is None:
            group.reasons[reason_code or _NO_REASON] += 1
        else:
            group.probabilities.append(probability)
            group.states[state] += 1
    return [
        SentReadings(sender, region, each.probabilities, each.states, each.reasons, called)
        for (sender, region, called), each in sorted(groups.items())
    ]
