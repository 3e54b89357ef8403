"""Configuration: every setting that holds and where it came from, and a check of a text that somebody pastes."""

from typing import Final

from starlette.responses import Response

from config.effective import list_effective
from dicom_node.configuration_ports import CheckedText
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from domain.role import Role

#: Longest text that is checked; a configuration with a hundred destinations has 50 KiB.
_LONGEST_BYTES: Final = 256 * 1024


def show(visit: Visit) -> Response:
    """Show what holds; `only=file` shows what the file says."""
    return _render(visit, "", None)


def check(visit: Visit) -> Response:
    """Check a text that was pasted, and keep nothing of it."""
    text = visit.field("text")
    return _render(visit, text, visit.services.check_configuration(text))


def _render(visit: Visit, text: str, checked: CheckedText | None) -> Response:
    only_file = visit.query("only") == "file"
    return visit.render(
        "configuration.html",
        tables=[
            (table, settings)
            for table in list_effective(visit.services.settings)
            if (settings := [each for each in table.settings if each.in_file or not only_file])
        ],
        only_file=only_file,
        text=text,
        checked=checked,
    )


PAGE = Page(
    "configuration",
    Role.ADMINISTRATOR,
    (Get("/configuration", show), Post("/configuration", check, body_bytes=_LONGEST_BYTES)),
    icon="configuration",
    warms=True,
)
