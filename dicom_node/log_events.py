"""Every event that is logged has one name, and is named here or, where it has an `event` of its own, beside its words.

By logger and message: the event, and what the values in the message are called. A log collector gets both as fields; a
person reads the message. `UID_NAMES` says how a UID stands in a log: as a digest, because a UID leads to a patient.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class LogEvent(NamedTuple):
    """The name of an event, and of the values in its message."""

    name: str
    fields: tuple[str, ...] = ()


_STUDY: Final = ("study_instance_uid", "version")

EVENTS: Final[Mapping[str, Mapping[str, LogEvent]]] = {
    "dicom_node.console_process.process": {
        "%s": LogEvent("console.not_started", ("error",)),
        "the console's process ended (%s); another one takes its place": LogEvent("console.died", ("exit_code",)),
        "it cannot listen: %s": LogEvent("console.not_listening", ("error",)),
    },
    "dicom_node.console_process.warming": {
        "not warmed up: %s": LogEvent("console.not_warmed", ("error",)),
        "a fault while warming up": LogEvent("console.warming_fault"),
    },
    "dicom_node.deliver.source_counts": {
        "study %s: %s could not be asked for its images: %s": LogEvent(
            "query.failed", ("study_instance_uid", "source", "error")
        ),
        "study %s: %s could not be asked for its images": LogEvent("query.fault", ("study_instance_uid", "source")),
    },
    "dicom_node.image_desk.desk": {"the desk failed on an image": LogEvent("desk.fault")},
    "dicom_node.ledger.removals": {
        "a file outside the data folder was to be removed; it stays": LogEvent("retention.outside"),
        "a purged file could not be removed yet: %s": LogEvent("retention.not_removed", ("error",)),
    },
    "dicom_node.ledger.shadows": {
        "shadow mode: %s reads and records, and sends nothing": LogEvent("shadow.on", ("subject",)),
        "shadow mode has ended: %s; what was read in it stays unsent": LogEvent("shadow.ended", ("subject",)),
        "shadow mode: %d deliveries are held that waited; `osteonode dead-letters`": LogEvent(
            "shadow.deliveries_held", ("deliveries",)
        ),
    },
    "osteonode.ledger": {
        "upgrading the ledger from schema %(found)s to %(wanted)s; a copy goes to %(copy)s": LogEvent("ledger.upgrade"),
        "the ledger has schema %(wanted)s now": LogEvent("ledger.upgraded"),
    },
    "dicom_node.monitoring.alerts.sending": {
        "alert %d (%s) sent by %s to %s": LogEvent("alert.sent", ("alert", "about", "channel", "taken_by")),
        "alert %d to %s %s": LogEvent("alert.given_up", ("alert", "channel", "explanation")),
        "alert %d not sent by %s, again in %.0f s: %s": LogEvent("alert.failed", ("alert", "channel", "wait", "error")),
    },
    "dicom_node.monitoring.comparison_gauges": {
        "champion and challenger could not be compared: %s": LogEvent("challenger.not_compared", ("error",))
    },
    "dicom_node.monitoring.exposition": {
        "the ledger could not be followed: %s": LogEvent("metrics.not_followed", ("error",))
    },
    "dicom_node.monitoring.alerts.drift": {
        "scores could not be compared with those of validation: %s": LogEvent("drift.not_compared", ("error",))
    },
    "dicom_node.monitoring.agreement_gauges": {
        "final reports could not be counted: %s": LogEvent("reports.not_counted", ("error",))
    },
    "dicom_node.monitoring.gauges": {
        "the ledger could not be measured: %s": LogEvent("metrics.not_measured", ("error",))
    },
    "dicom_node.monitoring.listener": {
        "metrics and health at http://%s:%d": LogEvent("metrics.listening", ("address", "port"))
    },
    "dicom_node.monitoring.tracing.following_studies": {"traces %s": LogEvent("tracing.collector", ("found",))},
    "dicom_node.pipeline.auditing": {
        "%s; they stay in the ledger": LogEvent("audit.dropped", ("explanation",)),
        "the audit repository answers again: what waited was sent": LogEvent("audit.repository_up"),
        "%s; %d audit records wait in the ledger": LogEvent("audit.repository_down", ("error", "waiting")),
    },
    "dicom_node.pipeline.challenging": {
        "the challenger cannot read, and is tried again in ten minutes: %s": LogEvent("challenger.away", ("error",)),
        "the challenger has the same models as the champion: there is nothing to compare": LogEvent("challenger.same"),
    },
    "dicom_node.pipeline.closing": {
        "study %s version %d is complete: %s": LogEvent("study.complete", (*_STUDY, "rule")),
        "study %s version %d is held: a person had retracted its result; release it to read it": LogEvent(
            "study.held_as_retracted", _STUDY
        ),
    },
    "dicom_node.pipeline.commitment_reports": {
        "commitment %s for %s: %d of %d kept: report %s %s": LogEvent(
            "commitment.reported", ("transaction_uid", "calling_ae_title", "kept", "asked", "outcome", "explanation")
        )
    },
    "dicom_node.pipeline.committing": {
        "study %s version %d: %s: %s %s": LogEvent(
            "commitment.changed", (*_STUDY, "destination", "state", "explanation")
        ),
        "a report on an unknown transaction %s was refused": LogEvent("commitment.unknown", ("transaction_uid",)),
    },
    "dicom_node.pipeline.delivering": {
        "study %s version %d to %s: %s %s": LogEvent(
            "delivery.attempted", (*_STUDY, "destination", "outcome", "explanation")
        )
    },
    "dicom_node.pipeline.explainer_child": {
        "explainer_failed %s\n%s": LogEvent("explanation.process_failed", ("error", "places"))
    },
    "dicom_node.pipeline.explaining": {
        "study %s version %d is explained: %d captures in %.1f s": LogEvent(
            "explanation.made", (*_STUDY, "captures", "seconds")
        )
    },
    "dicom_node.pipeline.ordering": {"study %s: order %s": LogEvent("order.remark", ("study_instance_uid", "remark"))},
    "dicom_node.pipeline.probing": {
        "destination %s %s: %s": LogEvent("destination.probed", ("destination", "found", "explanation")),
        "destination %s answers again: what waited for it goes": LogEvent("destination.up", ("destination",)),
        "destination %s is left alone after %d failures in a row; deliveries wait until a probe finds it: %s": LogEvent(
            "destination.down", ("destination", "failures", "explanation")
        ),
        "destination %s could not be probed; trying again": LogEvent("destination.probe_fault", ("destination",)),
    },
    "dicom_node.pipeline.reader_child": {
        "reader_failed %s\n%s": LogEvent("reading.process_failed", ("error", "places"))
    },
    "dicom_node.pipeline.retaining": {
        "purged: %s; %d quarantined; %d files and folders removed": LogEvent(
            "retention.purged", ("studies", "quarantined", "files")
        ),
        "%d studies are old enough to purge and wait for something": LogEvent("retention.kept", ("studies",)),
    },
    "dicom_node.pipeline.retrieving": {
        "study %s from %s: %s": LogEvent("retrieval.attempted", ("study_instance_uid", "archive", "explanation"))
    },
    "dicom_node.pipeline.stages": {
        "study %s version %d: template for %s: %s": LogEvent("impression.refused", (*_STUDY, "asked", "refusal")),
        "study %s version %d: impression by %s": LogEvent("impression.made", (*_STUDY, "model")),
        "study %s version %d is answered in shadow mode, nothing is sent: %s": LogEvent(
            "study.shadowed", (*_STUDY, "explanation")
        ),
        "study %s version %d goes by route %s": LogEvent("study.routed", (*_STUDY, "route")),
    },
    "dicom_node.pipeline.steps": {
        "study %s version %d could not be explained, its answer stands: %s": LogEvent(
            "explanation.failed", (*_STUDY, "explanation")
        ),
        "image %s is read later: %s": LogEvent("reading.postponed", ("sop_instance_uid", "error")),
        "study %s version %d could not be answered": LogEvent("study.fault", _STUDY),
        "study %s version %d could not be sent to %s": LogEvent("delivery.fault", (*_STUDY, "destination")),
        "image %s could not be read": LogEvent("reading.fault", ("sop_instance_uid",)),
        "study %s version %d is explained later: %s": LogEvent("explanation.postponed", (*_STUDY, "error")),
    },
    "dicom_node.pipeline.workflows": {
        "taking up %s again: it was left running": LogEvent("rescue.taken_up", ("workflow",)),
        "%s was planned for a time too far off, for the clock was set back: it goes now": LogEvent(
            "rescue.brought_forward", ("workflow",)
        ),
        "planning %s again: it ended as %s": LogEvent("rescue.planned", ("workflow", "status")),
    },
    "dicom_node.pipeline.weights_aside": {
        "weights_in_memory (%s): nothing else changes, the models take more memory": LogEvent(
            "reading.weights_in_memory", ("error",)
        )
    },
    "dicom_node.reading_parts": {"%s": LogEvent("node.obstacle", ("explanation",))},
    "dicom_node.reception.process": {
        "the process that receives takes no connections any more: it is ended": LogEvent("receive.deaf"),
        "the process that receives ended (%s); another one takes its place": LogEvent("receive.died", ("exit_code",)),
        "it cannot listen: %s": LogEvent("receive.not_listening", ("error",)),
    },
    "dicom_node.repeating": {"%s failed; trying again": LogEvent("loop.fault", ("loop",))},
    "dicom_node.service": {
        "ready after %.2f s": LogEvent("node.ready", ("seconds",)),
    },
}
#: What a library logs has the name of the library.
_LIBRARY: Final = "library."
#: Five components and more, or three and sixteen characters, as UIDs have that are made of a UUID (2.25.N, PS3.5 B.2):
#: an address, a version or a moment has neither. UIDs of the Standard itself name nobody.
_UID: Final = re.compile(r"(?<![\w.])(?!1\.2\.840\.10008\.)[0-2](?:(?:\.\d+){4,}|(?=[\d.]{15})(?:\.\d+){2,})(?!\w)")
UID_NAMES: Final = "uid-"
_UID_CHARACTERS: Final = 12


def name_uid(uid: str) -> str:
    """Return how a UID is called in logs: `uid-` and 12 hex digits of its sha256."""
    return f"{UID_NAMES}{hashlib.sha256(uid.encode()).hexdigest()[:_UID_CHARACTERS]}"


def hide_uids(text: str) -> str:
    """Return a text with each UID of an instance, a study or a transaction in it as logs call it."""
    return _UID.sub(lambda found: name_uid(found.group()), text)


def describe_event(record: logging.LogRecord) -> dict[str, Any]:
    """Return the name of an event and the fields that its message is made of; its own fields come later."""
    known = EVENTS.get(record.name, {}).get(str(record.msg))
    if known is None:
        return {"event": f"{_LIBRARY}{record.name.partition('.')[0]}"}
    if isinstance(record.args, Mapping):
        return {"event": known.name, **record.args}
    return {"event": known.name, **dict(zip(known.fields, record.args or (), strict=False))}
