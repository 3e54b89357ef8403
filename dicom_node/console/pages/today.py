"""Today: what came and was answered since midnight, what waits, and what needs a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response

from dicom_node.console.page import Get, Page
from dicom_node.console.visit import Visit
from dicom_node.today_ports import Hour, Today
from domain.breaker import BreakerState
from domain.role import Role

#: Of the chart, in units of its own.
_HEIGHT, _STEP = 100, 40
_TONES: Final = {BreakerState.CLOSED: "good", BreakerState.HALF_OPEN: "busy", BreakerState.OPEN: "bad"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the chart: where it stands and how high it is."""

    hour: Hour
    x: int
    received_height: float
    answered_height: float
    is_named: bool


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that a person has to look at: how much, since when, and where to go for it."""

    name: str
    number: int
    since: datetime | None
    address: str


def show(visit: Visit) -> Response:
    """Show the numbers of today."""
    now = visit.services.clock.now()
    today = visit.services.studies.today(midnight_before(now), now)
    bars = draw_bars(today.hours)
    return visit.render(
        "today.html",
        today=today,
        now=now,
        bars=bars,
        chart_width=_STEP * len(bars),
        chores=list_chores(today),
        tones=_TONES,
    )


def midnight_before(now: datetime) -> datetime:
    """Return when the day of a moment began, in the zone of this machine."""
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def list_chores(today: Today) -> list[Chore]:
    """Return what needs a person, the gravest first; empty where nothing does."""
    away = [each for each in today.destinations if each.state is not BreakerState.CLOSED]
    since = min((each.since for each in away if each.since), default=None)
    found = (
        Chore("failed", today.failed.number, today.failed.since, "/studies?standing=failed"),
        Chore("held", today.held.number, today.held.since, "/studies?standing=held"),
        Chore("away", len(away), since, "#destinations"),
        Chore("quarantined", today.quarantined, None, "/quarantine"),
    )
    return [chore for chore in found if chore.number]


def draw_bars(hours: tuple[Hour, ...]) -> list[Bar]:
    """Return the bars of the chart; the highest fills it."""
    most = max((max(each.received, each.answered) for each in hours), default=0) or 1
    return [
        Bar(each, _STEP * number, each.received * _HEIGHT / most, each.answered * _HEIGHT / most, number % 3 == 0)
        for number, each in enumerate(hours)
    ]


PAGE: Final = Page("today", Role.VIEWER, (Get("/today", show),), icon="today", warms=True)
