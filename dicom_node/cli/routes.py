"""A routing in words and as JSON: which rule fired and why, and who gets what."""

from collections.abc import Iterator
from typing import Any, Final

from domain.routing import Condition, JudgedRoute, Routing

#: Which option of `osteonode route` says what is not known of a study.
OPTIONS: Final = {
    "finding": "--finding",
    "probability_at_least": "--probability",
    "region": "--region",
    "calling_ae_title": "--calling",
    "called_ae_title": "--called",
    "tier": "--tier",
}
#: Attributes whose values name no patient; what another one holds is compared and not shown.
_SHOWN: Final = frozenset(
    {
        "tags.Manufacturer",
        "tags.ManufacturerModelName",
        "tags.InstitutionName",
        "tags.InstitutionalDepartmentName",
        "tags.StationName",
        "tags.SeriesDescription",
        "tags.StudyDescription",
        "tags.ProtocolName",
    }
)
_MET: Final = {True: "yes", False: "no", None: "not known"}
NOT_SHOWN: Final = "(not shown)"


def write_reason(routing: Routing) -> str:
    """Return the conditions that were met where a route decided, as they were kept."""
    fired = next((each for each in routing.judged if each.fired), None)
    if fired is None:
        return "-"
    return "; ".join(f"{each.key} {each.wanted}" for each in fired.conditions) or "it has none"


def write_found(condition: Condition) -> str:
    """Return what a study has where a condition asks; values that may name a patient are not shown."""
    if condition.holds is None:
        return f"not known: give {OPTIONS.get(condition.key, condition.key)}"
    if not is_shown(condition.key):
        return NOT_SHOWN
    return ", ".join(value or "(none)" for value in condition.found) or "none"


def is_shown(key: str) -> bool:
    """Return whether the values behind a key of a route may be shown."""
    if not key.startswith("tags.") or key in _SHOWN:
        return True
    from pydicom.datadict import dictionary_VR

    return dictionary_VR(key.removeprefix("tags.")) == "CS"  # code strings: Modality, BodyPartExamined, ViewPosition


def list_rows(routing: Routing) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Give a row for each condition of each route: route, fired, condition, wanted, here, met."""
    for judged in routing.judged:
        fired = _write_fired(judged)
        if not judged.conditions:
            yield judged.name, fired, "none", "-", "-", "yes"
        for number, each in enumerate(judged.conditions):
            first = (judged.name, fired) if number == 0 else ("", "")
            yield *first, each.key, each.wanted, write_found(each), _MET[each.holds]


def list_unknown(routing: Routing) -> list[str]:
    """Return the options that would say what keeps it open whether an earlier route fires."""
    open_routes = [each for each in routing.judged if each.asked and each.holds is None]
    unknown = (each.key for route in open_routes for each in route.conditions if each.holds is None)
    return list(dict.fromkeys(OPTIONS.get(key, key) for key in unknown))


def describe_routing(routing: Routing) -> dict[str, Any]:
    """Return a routing as JSON; values that may name a patient are left out."""
    return {
        "route": routing.route or None,
        "destinations": {
            name: None if kinds is None else sorted(kind.value for kind in kinds)
            for name, kinds in routing.documents.items()
        },
        "corrected": list(routing.corrected),
        "routes": [
            {
                "name": each.name,
                "asked": each.asked,
                "fired": each.fired,
                "conditions": [_describe_condition(condition) for condition in each.conditions],
            }
            for each in routing.judged
        ],
    }


def _describe_condition(condition: Condition) -> dict[str, Any]:
    found = list(condition.found) if condition.holds is not None and is_shown(condition.key) else None
    return {"key": condition.key, "wanted": condition.wanted, "found": found, "holds": condition.holds}


def _write_fired(judged: JudgedRoute) -> str:
    if not judged.asked:
        return "not asked"
    return {True: "fired", False: "no", None: "not known"}[judged.holds]
