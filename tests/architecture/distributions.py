"""What the locks name, and what the installed packages say of their licences."""

import re
from importlib import metadata

from tests.architecture.source_tree import PROJECT

#: A pinned requirement as a lock writes it.
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


def locked(lock: str) -> dict[str, str]:
    """Return name -> version of every package that locks/<lock>.txt pins."""
    text = (PROJECT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    return {match["name"]: match["version"] for match in PIN.finditer(text)}


def licences_of(name: str) -> str:
    """Return everything an installed package says of its licence: expression, classifiers, first line of free text."""
    about = metadata.metadata(name)
    expressions = about.get_all("License-Expression") or []
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    free_texts = [text.strip().splitlines()[0] for text in about.get_all("License") or [] if text.strip()]
    return "; ".join([*expressions, *classifiers, *free_texts])


def is_lesser_copyleft(licences: str) -> bool:
    """Say whether a licence is the LGPL."""
    return bool(re.search(r"LGPL|Lesser General Public", licences))


def is_copyleft(licences: str) -> bool:
    """Say whether a licence is the GPL or the AGPL, which would reach the whole product."""
    without_lesser = re.sub(r"LGPL\S*|[^;]*Lesser General Public[^;]*", "", licences)
    return bool(re.search(r"GPL|General Public License", without_lesser))
