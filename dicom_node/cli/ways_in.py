"""Which ways in a configuration opens beside C-STORE, as comments that may stand below the settings."""

from collections.abc import Iterator

from config.settings import Folder, Settings


def describe_ways(settings: Settings) -> Iterator[str]:
    """Yield a line for each way in, nothing where C-STORE is the only one."""
    lines = [*map(_describe_folder, settings.folder)]
    if lines:
        yield "# Ways in beside C-STORE:"
        yield from lines


def _describe_folder(folder: Folder) -> str:
    away = "moved to taken/ below it" if folder.taken == "move" else "deleted"
    who = f'{folder.ae_title}, tier "{folder.tier.value}"'
    return f"#   folder {folder.name}: files below {folder.path} come in as {who}; what was taken is {away}"
