"""What a person sees: tables, progress and errors. Results go to stdout; progress and errors go to stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.table import Table

#: Width that a table in a file or a pipe may take: no cell is cut or folded there.
_PIPED_COLUMNS = 4000
_Each = TypeVar("_Each")


def explain(headline: str, details: Iterable[str] = ()) -> None:
    """Say on stderr what went wrong, then what to do about it, line by line."""
    from rich.console import Console
    from rich.text import Text

    # Not wrapped by us: a path or a UID in a message must survive copying.
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text("osteonode: ", style="bold red") + Text(headline, style="bold"))
    for line in details:
        console.print(Text(f"  {line}"))


def count(number: int, noun: str) -> str:
    """Return a number of things: "1 image", "2 images", "3 deliveries"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def make_table(columns: Sequence[str], *, numbers: Sequence[str] = (), title: str = "") -> "Table":
    """Return an empty table; the columns in `numbers` are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return table


def print_table(table: "Table") -> None:
    """Print a table to stdout: as wide as the terminal, or uncut where stdout is none."""
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_COLUMNS)
    console.print(table)


@contextmanager
def show_progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Give a function that counts one more; a bar on a terminal, nothing where stderr is piped."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def count_each(step: Callable[[], None]) -> Callable[[Iterable[_Each]], Iterator[_Each]]:
    """Return what hands things on and calls `step` after each, for work that takes an iterable through something."""

    def hand_on(things: Iterable[_Each]) -> Iterator[_Each]:
        for each in things:
            yield each
            step()

    return hand_on
