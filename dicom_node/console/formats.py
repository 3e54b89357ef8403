"""How values are written on a page; what is always written from left to right stays so on a page from right to left."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from markupsafe import Markup, escape

_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_STEPS: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def write_moment(moment: datetime | None) -> Markup:
    """Return a moment in the zone of this machine, to the second, with the exact one for programs; "-" for none."""
    if moment is None:
        return Markup("<span>-</span>")
    shown = moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    exact = moment.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time dir="ltr" datetime="{}">{}</time>').format(exact, shown)


def write_duration(length: timedelta | float | None) -> Markup:
    """Return a length of time in its two largest units: "2 h 5 min"; seconds where it is a number."""
    if length is None:
        return Markup("<span>-</span>")
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if 0 < seconds < 10:
        return Markup('<bdi dir="ltr">{} s</bdi>').format(f"{seconds:.1f}")
    rest = int(abs(seconds))
    words: list[str] = []
    for unit, size in _UNITS:
        number, rest = divmod(rest, size)
        if number or (unit == "s" and not words):
            words.append(f"{number} {unit}")
    sign = "-" if seconds < 0 else ""
    return Markup('<bdi dir="ltr">{}{}</bdi>').format(sign, " ".join(words[:2]))


def write_code(text: Any) -> Markup:
    """Return a UID, an AE title, a digest: in a face of equal widths, from left to right, broken anywhere."""
    return Markup('<bdi dir="ltr" class="code">{}</bdi>').format(text)


def write_size(number: int) -> Markup:
    """Return a number of bytes: "12.3 MiB"."""
    size, step = float(number), 0
    while size >= 1024 and step < len(_STEPS) - 1:
        size, step = size / 1024, step + 1
    return Markup('<bdi dir="ltr">{} {}</bdi>').format(f"{size:.1f}" if step else number, _STEPS[step])


def write_percent(fraction: float | None) -> Markup:
    """Return a number from 0 to 1 as a percentage with one decimal; "-" for none."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(escape("-" if fraction is None else f"{fraction:.1%}"))


def write_prose(text: str) -> Markup:
    """Return a sentence of ours: what stands between grave accents is a word of the configuration or a command."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)  # one of them has no fellow
    code = Markup('<code dir="ltr">{}</code>')
    return Markup("").join(code.format(part) if number % 2 else escape(part) for number, part in enumerate(parts))


FILTERS: Final = {
    "moment": write_moment,
    "duration": write_duration,
    "code": write_code,
    "size": write_size,
    "percent": write_percent,
    "prose": write_prose,
}
