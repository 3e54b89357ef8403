"""Quarantine: what was put aside or could not be decoded, why, and what a person does about it."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from starlette.responses import FileResponse, Response

from dicom_node.act_records import DISCARDED, IMAGE_RETRIED, RETRIED
from dicom_node.console.noting import acts_of, note
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from dicom_node.quarantine_remedies import REMEDIES
from domain.audit import Action
from domain.audit_templates import data_export
from domain.errors import InterventionRefused
from domain.role import Role

#: Most rows of each list; one more is asked for, to know whether there is more.
ROWS: Final = 100
_HERE: Final = "/quarantine"


def show(visit: Visit) -> Response:
    """Show what lies there, what could not be decoded, and what was removed."""
    desk = visit.services.quarantine
    files, images = desk.files(limit=ROWS + 1), desk.undecoded(limit=ROWS + 1)
    return visit.render(
        "quarantine.html",
        files=files[:ROWS],
        images=images[:ROWS],
        discarded=desk.discarded(limit=20),
        has_more=max(len(files), len(images)) > ROWS,
        rows=ROWS,
        words_of=words_of,
        size_of=lambda file: file.path.stat().st_size if file.path.is_file() else None,
        may_download=may_download(visit),
        may_act=visit.visitor is not None and visit.visitor.role.may(Role.OPERATOR),
    )


def words_of(reason_code: str) -> str:
    """Return which words of the table `remedies` speak of a reason."""
    return reason_code if reason_code in REMEDIES else "unknown"


def may_download(visit: Visit) -> bool:
    """Return whether a visitor may have the file itself: it names a patient."""
    return visit.visitor is not None and visit.visitor.role.may(Role.OPERATOR) and visit.sees_patients


def download(visit: Visit) -> Response:
    """Give the file as it lies there."""
    number = visit.path_value("number")
    file = visit.services.quarantine.find(int(number)) if number.isdecimal() else None
    if file is None or not file.path.is_file():
        return visit.go(_HERE, "quarantine.gone", tone="bad")
    if not may_download(visit):
        return visit.go(_HERE, "quarantine.not_shown", tone="bad")
    _note_download(visit, file.number)
    return FileResponse(file.path, media_type="application/dicom", filename=f"quarantine-{file.number}.dcm")


def _note_download(visit: Visit, number: int) -> None:
    if visit.visitor is not None:
        medium, what = f"{_HERE}/{number}/file", f"file {number} of the quarantine"
        note(visit, data_export(visit.visitor.name, medium, address=visit.visitor.address, explanation=what))


def retry(visit: Visit) -> Response:
    """Take the chosen files in again, and have the chosen images decoded again."""
    desk = visit.services.quarantine
    numbers, images = _chosen(visit)
    if not numbers and not images:
        return visit.go(_HERE, "quarantine.none_chosen", tone="bad")
    studies = {each.sop_instance_uid: each.study_instance_uid for each in desk.undecoded(limit=ROWS + 1)}
    ends = _count([partial(_takes_in, visit, number) for number in numbers])
    ends += _count([partial(_reads_again, visit, uid, studies.get(uid)) for uid in images])
    tone = "good" if ends[True] else "bad"
    return visit.go(_HERE, "quarantine.retried", tone, taken=ends[True], stay=ends[False])


def discard(visit: Visit) -> Response:
    """Remove the chosen files for good; who did it and why is kept."""
    numbers, _images = _chosen(visit)
    reason = visit.field("reason").strip()
    if not numbers or not reason:
        return visit.go(_HERE, "quarantine.reason_missing" if numbers else "quarantine.no_file_chosen", tone="bad")
    try:
        removed = _remove(visit, numbers, reason)
    except ValueError:  # of the words; the first file was not removed either
        return visit.go(_HERE, "quarantine.reason_bad", tone="bad")
    return visit.go(_HERE, "quarantine.removed", "good" if removed else "bad", removed=removed)


def _chosen(visit: Visit) -> tuple[list[int], list[str]]:
    numbers = [each for each in visit.form.getlist("number") if isinstance(each, str) and each.isdecimal()]
    images = [each for each in visit.form.getlist("image") if isinstance(each, str)]
    return [int(each) for each in numbers], images


def _takes_in(visit: Visit, number: int) -> bool:
    take_in = partial(visit.services.quarantine.retry, number)
    return acts_of(visit).change_file(number, RETRIED, take_in, is_done=lambda it: it.taken_in).taken_in


def _reads_again(visit: Visit, sop_instance_uid: str, study_instance_uid: str | None) -> bool:
    read = partial(visit.services.quarantine.retry_image, sop_instance_uid)
    return acts_of(visit).change([study_instance_uid] if study_instance_uid else [], IMAGE_RETRIED, read) > 0


def _count(attempts: Iterable[Callable[[], bool]]) -> Counter[bool]:
    """Make attempts one after the other; one that cannot be made stays, like one that does not succeed."""
    ends: Counter[bool] = Counter()
    for attempt in attempts:
        try:
            ends[attempt()] += 1
        except (InterventionRefused, OSError):
            ends[False] += 1
    return ends


def _remove(visit: Visit, numbers: Iterable[int], reason: str) -> int:
    removed, by = 0, visit.visitor.name if visit.visitor else ""
    for number in numbers:
        try:
            remove = partial(visit.services.quarantine.discard, number, reason, by)
            acts_of(visit).change_file(number, DISCARDED, remove, action=Action.DELETE)
        except (InterventionRefused, OSError):  # it stays on the list, and can be tried again
            continue
        removed += 1
    return removed


PAGE = Page(
    "quarantine",
    Role.VIEWER,
    (
        Get(_HERE, show),
        Get("/quarantine/{number}/file", download, role=Role.OPERATOR),
        Post("/quarantine/retry", retry),
        Post("/quarantine/discard", discard),
    ),
    icon="quarantine",
    warms=True,
)
