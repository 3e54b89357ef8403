"""Whether answers leave this node at all."""

from collections.abc import Iterator
from typing import Final

from config.settings import Settings
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.verdicts import Check, Verdict

_WHOLE: Final = "this node is in shadow mode: it reads and records, and sends nothing to any destination"
_TITLES: Final = "in shadow mode: {}: what is sent there is read and recorded, and nothing of it is sent"


def examine_shadow(settings: Settings) -> Iterator[Check]:
    """Yield a warning where answers are kept back on purpose; nothing where none are."""
    titles = sorted(title for title, is_on in settings.shadow_mode.items() if is_on)
    if settings.node.shadow_mode:
        yield _warn(_WHOLE, "set node.shadow_mode = false and restart, when answers are to be sent")
    elif titles:
        change = "set shadow_mode = false at that [[application_entity]] and restart, when answers are to be sent"
        yield _warn(_TITLES.format(", ".join(titles)), change)


def _warn(meaning: str, change: str) -> Check:
    return Check("shadow mode", Verdict.WARNING, meaning, change, Place.HERE)
