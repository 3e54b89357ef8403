"""The routes of a configuration in words, as comments that may stand below the settings, and regions nobody sees."""

from collections.abc import Iterator

from config.settings import Reading, Route, Settings
from domain.pattern import Pattern
from domain.routing import Kinds


def describe_routes(settings: Settings) -> Iterator[str]:
    """Give a line for each route, in the order in which they are asked; nothing where there is none."""
    if not settings.route:
        return
    yield "# Which answers go where; the first route that fits decides:"
    for route in settings.route:
        yield f"#   {route.name}: {'; '.join(_list_conditions(route)) or 'every study'} -> {_write_destinations(route)}"
    yield "#   none fits: every destination gets what it takes"


def write_kinds(kinds: Kinds) -> str:
    """Return kinds of document in words."""
    if kinds is None:
        return "all it takes"
    return ", ".join(sorted(kind.value for kind in kinds)) or "nothing"


def find_unseen_regions(settings: Settings) -> list[str]:
    """Return a sentence for each region that a route waits for and that no model of the bundle sees."""
    wanted = {
        (route.name, text) for route in settings.route for text in route.region if text and Pattern(text).is_exact
    }
    seen = _find_regions(settings.reading) if wanted else frozenset()
    known = {region.casefold() for region in seen}
    return [
        f'route "{name}": no model of the bundle sees a region "{text}"; they see {", ".join(sorted(seen))}'
        for name, text in sorted(wanted)
        if text.casefold() not in known
    ]


def _find_regions(reading: Reading) -> frozenset[str]:
    from inference.zoo import BUNDLED, load_manifest
    from inference.zoo.manifest import ABNORMAL

    manifest = load_manifest(reading.bundle or BUNDLED, reading.precision)
    models = (*manifest.members("region"), *manifest.members("multilabel"))
    return frozenset(each for model in models for each in model.classes) - {ABNORMAL}


def _list_conditions(route: Route) -> Iterator[str]:
    for key, patterns in route.patterns.items():
        yield f"{key} {' or '.join(f'{pattern.text!r}' for pattern in patterns)}"
    if route.finding:
        yield f"finding {' or '.join(route.finding)}"
    if route.probability_at_least is not None:
        yield f"probability {route.probability_at_least:g} or more"
    if route.tier:
        yield f"tier {' or '.join(route.tier)}"


def _write_destinations(route: Route) -> str:
    told = [name if kinds is None else f"{name} ({write_kinds(kinds)})" for name, kinds in route.kinds.items()]
    return ", ".join(told) or "nobody"
