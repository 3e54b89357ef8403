"""Upload: single images, for trying and teaching; what the models say of them, and the visitor's own history."""

from dataclasses import dataclass
from typing import Any, Final

from anyio import from_thread
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response

from dicom_node.console.page import Get, Page, Post
from dicom_node.console.report_words import ReportWords, report_words
from dicom_node.console.uploading import TooLarge, UnknownKind, Uploading
from dicom_node.console.visit import Visit
from dicom_node.image_desk.kept_upload import KeptUpload
from dicom_node.image_desk.upload_shelf import PICTURES
from domain.errors import DeadlineExceeded, ModelError
from domain.role import Role

_HERE: Final = "/uploads"
_MOST_FILES: Final = 20
#: Longest form; each file has its own limit.
_MOST_BYTES: Final = 600 << 20
_JSON: Final = "application/json"
#: How a statement is to be taken: tone of its badge.
_TONES: Final = {"present": "bad", "doubt": "wait", "absent": "good"}
#: Why a file was not read: key of the words, and status where a program asks.
_REFUSALS: Final[tuple[tuple[type[Exception], str, int], ...]] = (
    (TooLarge, "uploads.too_large", 413),
    (UnknownKind, "uploads.unknown_kind", 415),
    (DeadlineExceeded, "uploads.late", 504),
    (ModelError, "uploads.busy", 503),
)


@dataclass(frozen=True, slots=True)
class Told:
    """An upload as the page tells of it, in the language of the visitor."""

    upload: KeptUpload
    words: ReportWords

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"{_HERE}/{self.upload.name}"

    @property
    def state(self) -> str:
        """What is stated: present, doubt, absent, or "unread"."""
        fracture = self.upload.reading["fracture"]
        return fracture["state"] if fracture else "unread"

    @property
    def tone(self) -> str:
        """Of its badge."""
        return _TONES.get(self.state, "plain")

    @property
    def region(self) -> str:
        """The region that the models see; empty where they recognise none."""
        region = self.upload.reading["region"]
        return self.words.region(region["label"]) if region and self.state != "unread" else ""

    @property
    def reason(self) -> str:
        """Why it was not analysed; empty where it was."""
        reason = self.upload.reading["reason"]
        return self.words.reason(reason["code"], reason["text"]) if reason else ""

    @property
    def types(self) -> list[tuple[str, float]]:
        """The types of fracture with their probabilities."""
        return [(self.words.type(each["label"]), each["probability"]) for each in self.upload.reading["types"]]


def show(visit: Visit) -> Response:
    """Show the form and the history."""
    uploading = _uploading(visit)
    words = report_words(visit.words.language)
    history = [Told(upload, words) for upload in uploading.shelf.of_user(_user(visit))]
    limits = uploading.settings
    return visit.render("uploads.html", history=history, limits=limits, most_files=_MOST_FILES)


def show_one(visit: Visit) -> Response:
    """Show one upload."""
    told = Told(_find(visit), report_words(visit.words.language))
    return visit.render(
        "upload.html", told=told, upload=told.upload, reading=told.upload.reading, percent=write_percent
    )


def show_picture(visit: Visit) -> Response:
    """Return a picture of an upload, to whoever uploaded it."""
    name, picture = visit.path_value("upload"), visit.path_value("picture")
    path = _uploading(visit).shelf.picture(_user(visit), name, picture)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type=PICTURES[picture], headers={"Cache-Control": "no-store"})


def take(visit: Visit) -> Response:
    """Have the files of a form read."""
    files = [file for file in visit.form.getlist("images") if isinstance(file, UploadFile) and file.filename]
    if visit.request.headers.get("Accept") == _JSON:
        return _tell_script(visit, files)
    if not files:
        return visit.go(_HERE, "uploads.no_file", tone="bad")
    kept: list[KeptUpload] = []
    refusals: list[str] = []
    for file in files:
        outcome = _take_one(visit, file)
        if isinstance(outcome, KeptUpload):
            kept.append(outcome)
        else:
            refusals.append(outcome[0])
    return _say_how_many(visit, kept, refusals)


def remove(visit: Visit) -> Response:
    """Remove one upload."""
    _uploading(visit).shelf.remove(_user(visit), _find(visit).name)
    return visit.go(_HERE, "uploads.removed")


def remove_all(visit: Visit) -> Response:
    """Remove all uploads of the visitor."""
    shelf, user = _uploading(visit).shelf, _user(visit)
    number = sum(shelf.remove(user, upload.name) for upload in shelf.of_user(user))
    return visit.go(_HERE, "uploads.removed_all", number=number)


def write_percent(probability: float) -> str:
    """Return a probability as people read it: whole percent, never 0 or 100, which would claim certainty."""
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def _say_how_many(visit: Visit, kept: list[KeptUpload], refusals: list[str]) -> Response:
    limits = _uploading(visit).settings
    if refusals:
        why = visit.words(refusals[0], mib=limits.image_mib)
        return visit.go(_HERE, "uploads.some_refused", tone="bad", why=why, refused=len(refusals), kept=len(kept))
    if len(kept) == 1:
        return visit.go(f"{_HERE}/{kept[0].name}")
    return visit.go(_HERE, "uploads.read", number=len(kept))


def _tell_script(visit: Visit, files: list[UploadFile]) -> Response:
    """Answer the script of the page, which sends one file at a time."""
    if len(files) != 1:
        return JSONResponse({"error": visit.words("uploads.no_file")}, 422)
    outcome = _take_one(visit, files[0])
    if isinstance(outcome, KeptUpload):
        return JSONResponse({"address": f"{_HERE}/{outcome.name}"})
    key, status = outcome
    return JSONResponse({"error": visit.words(key, mib=_uploading(visit).settings.image_mib)}, status)


def _take_one(visit: Visit, file: UploadFile) -> KeptUpload | tuple[str, int]:
    """Return what is kept of a file, or why it was not read: key of the words and status."""
    try:
        kept: KeptUpload = from_thread.run(_uploading(visit).take, _user(visit), file)
    except tuple(kind for kind, _key, _status in _REFUSALS) as error:
        return next((key, status) for kind, key, status in _REFUSALS if isinstance(error, kind))
    return kept


def _uploading(visit: Visit) -> Uploading:
    uploading = visit.services.uploading
    if uploading is None:
        raise HTTPException(404)
    return uploading


def _user(visit: Visit) -> str:
    return visit.visitor.name if visit.visitor is not None else ""


def _find(visit: Visit) -> KeptUpload:
    found = _uploading(visit).shelf.find(_user(visit), visit.path_value("upload"))
    if found is None:
        raise HTTPException(404)
    return found


_ROUTES: Final[dict[str, Any]] = {"role": Role.VIEWER}  # an upload changes nothing of a study
PAGE = Page(
    "uploads",
    Role.VIEWER,
    (
        Get(_HERE, show),
        Post(_HERE, take, files=_MOST_FILES, body_bytes=_MOST_BYTES, **_ROUTES),
        Post(f"{_HERE}/remove-all", remove_all, **_ROUTES),
        Get(f"{_HERE}/{{upload}}", show_one),
        Post(f"{_HERE}/{{upload}}/remove", remove, **_ROUTES),
        Get(f"{_HERE}/{{upload}}/{{picture}}", show_picture),
    ),
    icon="upload",
)
