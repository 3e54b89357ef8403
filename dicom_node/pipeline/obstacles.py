"""What keeps studies from being explained here, in words; light to import, for a command that only checks."""

from importlib.util import find_spec
from typing import Final

from config.settings import Settings
from domain.document import LATER_KINDS

NOT_INSTALLED: Final = (
    "explanations.lime needs the package lime, which serving does not install: run `make models`, then serve with "
    ".venv-models/bin/osteonode"
)
NOBODY_TAKES_THEM: Final = (
    "explanations.lime is on, and no destination takes captures: add secondary_capture or lime_capture to the "
    "documents of one"
)


def find_obstacles(settings: Settings) -> tuple[str, ...]:
    """Return what keeps the explanations that a configuration asks for from being made here, and what to do."""
    if not settings.explanations.lime:
        return ()
    obstacles = {NOT_INSTALLED: find_spec("lime") is None, NOBODY_TAKES_THEM: not find_takers(settings)}
    return tuple(obstacle for obstacle, stands in obstacles.items() if stands)


def find_takers(settings: Settings) -> tuple[str, ...]:
    """Return the names of the destinations that take explanations."""
    return tuple(each.name for each in settings.destination if each.sends & LATER_KINDS)
