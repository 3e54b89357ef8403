"""Dead letters: deliveries that failed for good, why, and sending them again or giving them up."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from starlette.responses import Response

from dicom_node.console.noting import note_changes
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from dicom_node.delivery_ports import DeadLetterLine
from domain.role import Role

#: Most letters of the list; one more is asked for, to know whether there is more.
ROWS: Final = 100
_HERE: Final = "/dead-letters"
#: Studies of which it is recorded that somebody sent everything again.
_MOST_NOTED: Final = 10_000
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
        letters = [each.delivery for each in desk.letters(limit=_MOST_NOTED)]
        studies = [each.study_instance_uid for each in letters if each.peer == everything]
        number = desk.replay(None, everything)
    elif chosen := _chosen(visit):
        studies = [study for study, _destination in chosen]
        number = sum(desk.replay(study, destination) for study, destination in chosen)
    else:
        return visit.go(_HERE, "dead_letters.none_chosen", tone="bad")
    note_changes(visit, studies, "dead letters sent again")
    return visit.go(_HERE, "dead_letters.replayed", "good" if number else "bad", number=number)


def discard(visit: Visit) -> Response:
    """Give the chosen letters up; who did it and why is kept."""
    chosen, reason = _chosen(visit), visit.field("reason").strip()
    if not chosen or not reason:
        return visit.go(_HERE, "dead_letters.reason_missing" if chosen else "dead_letters.none_chosen", tone="bad")
    by = visit.visitor.name if visit.visitor else ""
    desk = visit.services.dead_letters
    try:
        number = sum(desk.discard(study, destination, reason, by) for study, destination in chosen)
    except ValueError:  # of the words; the first letter was not given up either
        return visit.go(_HERE, "dead_letters.reason_bad", tone="bad")
    note_changes(visit, [study for study, _destination in chosen], "dead letters given up")
    return visit.go(_HERE, "dead_letters.discarded", "good" if number else "bad", number=number)


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
)
