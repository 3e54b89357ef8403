"""Addresses on this console that somebody else may have written."""

from urllib.parse import urlsplit

HOME = "/"


def own_path(asked: str) -> str:
    """Return an address to go to, if it is one of this console; else the first page.

    Browsers take a backslash for a slash and drop tabs and line ends, so an address with any of them is nobody's.
    """
    if not asked.startswith("/") or asked.startswith("//") or "\\" in asked or not asked.isprintable():
        return HOME
    parts = urlsplit(asked)
    return asked if not parts.scheme and not parts.netloc else HOME
