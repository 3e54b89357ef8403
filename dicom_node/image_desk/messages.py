"""Questions and answers as they go over the socket: names of files within the spool, and never an object of Python."""

from pathlib import Path, PurePosixPath
from typing import Any, Final

from dicom_node.desk_ports import DeskAnswer, DeskQuestion
from domain.errors import DeadlineExceeded, MalformedInstance, ModelError, ModelUnavailable, OsteonodeError

#: What a desk may refuse a question with, by the code that stands in the answer.
_ERRORS: Final = {error.code: error for error in (DeadlineExceeded, MalformedInstance, ModelUnavailable, ModelError)}


def write_question(question: DeskQuestion, spool: Path, deadline_seconds: float) -> dict[str, Any]:
    """Return the message of a question. Raises MalformedInstance where its image is not in the spool."""
    try:
        name = question.image.relative_to(spool).as_posix()
    except ValueError as error:
        raise MalformedInstance("the image is not in the spool of the desk") from error
    return {
        "image": name,
        "stated_path": question.stated_path,
        "study_instance_uid": question.study_instance_uid,
        "deadline_seconds": deadline_seconds,
    }


def read_question(message: dict[str, Any], spool: Path) -> tuple[DeskQuestion, float]:
    """Return a question and its deadline in seconds. Raises MalformedInstance where it is none."""
    values = [message.get(key) for key in ("image", "stated_path", "study_instance_uid")]
    deadline = message.get("deadline_seconds")
    if not all(isinstance(each, str) for each in values) or not isinstance(deadline, int | float) or not deadline > 0:
        raise MalformedInstance("this is no question to the desk")
    image, stated_path, study_instance_uid = map(str, values)
    return DeskQuestion(_find(image, spool), stated_path, study_instance_uid), float(deadline)


def write_answer(answer: DeskAnswer) -> dict[str, Any]:
    """Return the message of an answer; its pictures lie beside the image."""
    return {
        "line": answer.line,
        "rows": answer.rows,
        "columns": answer.columns,
        "display": answer.display.name if answer.display else None,
        "heat_map": answer.heat_map.name if answer.heat_map else None,
    }


def write_error(error: OsteonodeError) -> dict[str, Any]:
    """Return the message of a refusal."""
    return {"code": error.code, "text": str(error).removeprefix(f"{error.code}: ")}


def read_answer(message: dict[str, Any], folder: Path) -> DeskAnswer:
    """Return the answer of a message, with its pictures in `folder`.

    Raises:
        ModelError, InputError: what it refuses the question with; ModelUnavailable where it is no answer.
    """
    if "code" in message:
        raise _ERRORS.get(message["code"], ModelError)(str(message.get("text", "")))
    try:
        pictures = [folder / message[key] if message[key] else None for key in ("display", "heat_map")]
        return DeskAnswer(message["line"], int(message["rows"]), int(message["columns"]), *pictures)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnavailable("what the desk said is no answer") from error


def _find(name: str, spool: Path) -> Path:
    """Return a file two steps below the spool: nothing else is anybody's to ask for."""
    parts = PurePosixPath(name).parts
    if len(parts) != 2 or ".." in parts or parts[0] == "/":
        raise MalformedInstance("the image is not in the spool of the desk")
    path = spool.joinpath(*parts)
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        raise MalformedInstance("there is no such image in the spool of the desk")
    return path
