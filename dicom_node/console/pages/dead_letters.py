"""Dead letters: deliveries that failed for good, why, and sending them again or giving them up."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from starlette.responses import Response

from dicom_node.act_records import GIVEN_UP, MOST_NOTED, REPLAYED, studies_to_replay
from dicom_node.console.noting import acts_of
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from dicom_node.delivery_ports import DeadLetterLine
from domain.role import Role

#: Most letters of the list; one more is asked for, to know whether there is more.
ROWS: Final = 100
_HERE: Final = "/dead-letters"
#: Between study and destination in the value of a tick box; neither has it.
_BETWEEN: Final = "|"


def show(visit: Visit) -> Response:
    """Show what failed for good, by destination, and what was given up."""
    desk = visit.services.dead_letters
    letters = desk.letters(limit=ROWS + 1)
    return visit.render(
        "dead_letters.html",
        groups=by_peer(letters[:ROWS]),
        given_up=desk.given_up(limit=20),
        has_more=len(letters) > ROWS,
        rows=ROWS,
        now=visit.services.clock.now(),
        may_act=visit.visitor is not None and visit.visitor.role.may(Role.OPERATOR),
    )


def by_peer(letters: Sequence[DeadLetterLine]) -> list[tuple[str, list[DeadLetterLine]]]:
    """Return letters below the destination that each goes to, the longest held first in each."""
    return [
        (peer, list(each))
        for peer, each in groupby(sorted(letters, key=lambda it: it.delivery.peer), key=lambda it: it.delivery.peer)
    ]


def replay(visit: Visit) -> Response:
    """Send the chosen letters again, or all to one destination."""
    desk = visit.services.dead_letters
    if everything := visit.field("everything"):
        letters = partial(desk.letters, limit=MOST_NOTED)
        studies = studies_to_replay(lambda: [each.delivery for each in letters()], None, everything)
        replay_all = partial(desk.replay, None, everything)
    elif chosen := _chosen(visit):
        studies = [study for study, _destination in chosen]
        replay_all = partial(_each, desk.replay, chosen)
    else:
        return visit.go(_HERE, "dead_letters.none_chosen", tone="bad")
    number = acts_of(visit).change(studies, REPLAYED, replay_all)
    return visit.go(_HERE, "dead_letters.replayed", "good" if number else "bad", number=number)


def discard(visit: Visit) -> Response:
    """Give the chosen letters up; who did it and why is kept."""
    chosen, reason = _chosen(visit), visit.field("reason").strip()
    if not chosen or not reason:
        return visit.go(_HERE, "dead_letters.reason_missing" if chosen else "dead_letters.none_chosen", tone="bad")
    by = visit.visitor.name if visit.visitor else ""
    desk = visit.services.dead_letters
    try:
        give_up = partial(_each, lambda study, destination: desk.discard(study, destination, reason, by), chosen)
        number = acts_of(visit).change([study for study, _destination in chosen], GIVEN_UP, give_up)
    except ValueError:  # of the words; the first letter was not given up either
        return visit.go(_HERE, "dead_letters.reason_bad", tone="bad")
    return visit.go(_HERE, "dead_letters.discarded", "good" if number else "bad", number=number)


def _each(act: Callable[[str, str], int], chosen: Iterable[tuple[str, str]]) -> int:
    return sum(act(study, destination) for study, destination in chosen)


def _chosen(visit: Visit) -> list[tuple[str, str]]:
    """Return study and destination of each letter that was ticked."""
    return list(dict.fromkeys(_pairs(each for each in visit.form.getlist("letter") if isinstance(each, str))))


def _pairs(values: Iterable[str]) -> Iterable[tuple[str, str]]:
    for value in values:
        study, between, destination = value.partition(_BETWEEN)
        if between and study and destination:
            yield study, destination


PAGE = Page(
    "dead_letters",
    Role.VIEWER,
    (Get(_HERE, show), Post("/dead-letters/replay", replay), Post("/dead-letters/discard", discard)),
    icon="letters",
    warms=True,
)
