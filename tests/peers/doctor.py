"""What `osteonode doctor` finds at a peer, for tests that misconfigure one."""

from pathlib import Path
from typing import Any

from config.settings import Destination, Settings
from dicom_node.doctor.examination import Scope, examine
from dicom_node.doctor.verdicts import Check, Verdict

DEADLINE_SECONDS = 3.0


def examine_peer(
    destination: Destination | None = None,
    *,
    query: dict[str, Any] | None = None,
    orthanc: dict[str, Any] | None = None,
    send_test: bool = False,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> list[Check]:
    """Return every check of one peer: a destination, an archive of `[[query]]`, or an Orthanc that is followed."""
    settings = Settings.model_validate({"node": {"port": 0, "data": Path("/nonexistent/osteonode")}})
    if destination is not None:
        settings = settings.model_copy(update={"destination": (destination,)})
    tables = {"query": [query] if query else [], "orthanc": [orthanc] if orthanc else []}
    asked = Settings.model_validate(tables)
    settings = settings.model_copy(update={"query": asked.query, "orthanc": asked.orthanc})
    name = destination.name if destination else query["ae_title"] if query else orthanc["name"] if orthanc else ""
    scope = Scope(deadline_seconds, send_test=send_test, only=frozenset({name}))
    return [check for each in examine(settings, scope) for check in each.checks]


def find_faults(checks: list[Check]) -> list[Check]:
    """Return what is at fault."""
    return [check for check in checks if check.verdict is Verdict.FAULT]
