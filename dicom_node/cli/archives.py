"""The archive that a command asks, of those that the configuration names."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import ConfigError

if TYPE_CHECKING:
    from config.completion import Query

Archive = Annotated[
    str,
    typer.Option(
        "--from",
        help="AE title of the archive, as [[query]] names it. Default: the one of the study's sender, or the only one.",
        metavar="AE",
        show_default=False,
    ),
]


def choose_archive(queries: "Sequence[Query]", named: str, senders: Collection[str] = ()) -> "Query":
    """Return the archive that is meant.

    Args:
        named: its AE title; empty leaves the choice to us.
        senders: AE titles that sent the study it is about.

    Raises:
        ConfigError: there is none, or several are possible.
    """
    fitting = [each for each in queries if each.ae_title == named] if named else list(queries)
    if not named and len(fitting) > 1:
        fitting = [each for each in fitting if each.sender in senders] or fitting
    if len({each.ae_title for each in fitting}) == 1:
        return fitting[0]
    known = ", ".join(sorted({each.ae_title for each in queries})) or "none"
    why = f"no [[query]] has ae_title {named!r}" if named else "which archive is not clear: name it with --from"
    raise ConfigError((f"{why}; the configuration has {known}",), subject="the configuration")
