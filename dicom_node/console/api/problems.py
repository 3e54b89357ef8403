"""What goes wrong at the API, each once: its status, what it is called, and what to do (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import JSONResponse, Response

MEDIA_TYPE: Final = "application/problem+json"
#: Where a person reads about a problem; its code stands behind it.
PAGE: Final = "/api"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem; `remedy` is the next step of whoever wrote the program that calls."""

    status: int
    title: str
    remedy: str


PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    "invalid-request": ProblemKind(
        422, "The request cannot be understood", "Correct what `detail` names; the document says what is allowed."
    ),
    "unknown-token": ProblemKind(
        401,
        "Nobody is known by this token",
        "Send `Authorization: Bearer TOKEN` with a token that `osteonode users` or an administrator has made.",
    ),
    "role": ProblemKind(
        403, "The role of this token does not allow it", "Use a token of the role that the document names."
    ),
    "foreign-page": ProblemKind(
        403, "The request comes from a page of somebody else", "Call with a token; a browser needs X-CSRF-Token too."
    ),
    "not-found": ProblemKind(404, "There is no such thing", "List what there is, then ask by the name that is there."),
    "method": ProblemKind(405, "This address takes another method", "Use one of those in the header Allow."),
    "changed": ProblemKind(
        409, "What is there is not what you saw", "Get it again, look at it, and ask again with the new version."
    ),
    "refused": ProblemKind(409, "This cannot be done now", "Do what `detail` says, then ask again."),
    "too-large": ProblemKind(
        413, "The body is larger than is taken", "Send a smaller image, or raise `uploads.image_mib`."
    ),
    "media-type": ProblemKind(
        415,
        "This kind of body is not taken",
        "Send one DICOM file (Part 10), PNG or JPEG, or the media type that the document names.",
    ),
    "not-an-image": ProblemKind(
        422, "The file is damaged", "Open it in a viewer; export the image again, whole, and send that."
    ),
    "too-many-requests": ProblemKind(429, "Too many requests", "Wait as long as the header Retry-After says."),
    "internal": ProblemKind(
        500, "A fault of this software", "The log of the node says where; report it with the time of the request."
    ),
    "readers-busy": ProblemKind(
        503, "No reader is free", "Wait as long as the header Retry-After says, then send the image again."
    ),
    "ledger": ProblemKind(
        503, "The ledger does not answer", "Look at the disk and the log of the node, then ask again."
    ),
    "reading-too-slow": ProblemKind(
        504, "The image was not read in time", "Send it again when the node has less to do."
    ),
}


class ProblemBody(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Where it is explained: a reference to the readable page, ending in the code.")
    title: str = Field(description="What went wrong, the same each time.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What it was this time; free of patient data.")
    code: str = Field(
        description="Stable; for programs.", json_schema_extra={"enum": list[JsonValue](sorted(PROBLEMS))}
    )
    remedy: str = Field(description="What to do.")


class Problem(Exception):
    """Ends a request with a problem.

    Args:
        code: a key of PROBLEMS.
        detail: free of patient data.
    """

    def __init__(self, code: str, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code, self.kind, self.headers = code, PROBLEMS[code], headers
        self.detail = detail or self.kind.title

    def answer(self) -> Response:
        """Return it as a response."""
        body = ProblemBody(
            type=f"{PAGE}#{self.code}",
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            code=self.code,
            remedy=self.kind.remedy,
        )
        return JSONResponse(body.model_dump(), self.kind.status, self.headers, MEDIA_TYPE)
