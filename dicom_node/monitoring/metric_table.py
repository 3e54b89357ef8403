"""Every metric of the node, once: what is exposed, what docs/monitoring.md says, and what dashboards may name.

Names follow Prometheus' own rules (prometheus.io/docs/practices/naming): a prefix, base units in the plural at the end,
`_total` for what only grows. Every value of a label is a code, or a name of the configuration: the number of series is
bounded, and no label speaks of a study or a patient.
"""

from dataclasses import dataclass
from typing import Final, Literal

PREFIX: Final = "osteonode_"
#: From an answer at once to one that waited for an archive over a night.
STAGE_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400)
#: Own title, calling title and region of images.
_ORIGIN: Final = ("receiver", "sender", "region")
MODEL_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; `name` is that of its samples, without what a histogram adds."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.startswith(PREFIX) or (self.kind == "counter") != self.name.endswith("_total"):
            raise ValueError(f"{self.name} is no name for a {self.kind}")
        if (self.kind == "histogram") != bool(self.buckets):
            raise ValueError(f"{self.name}: buckets belong to a histogram")


RECEIVED = Metric(
    "osteonode_instances_received_total",
    "counter",
    "Images that were new, stored, recorded and acknowledged, by configured sender and way in.",
    ("sender", "way"),
)
KNOWN = Metric(
    "osteonode_instances_known_total",
    "counter",
    "Images that were acknowledged and not taken in: here already, or a result of this node that came back.",
    ("sender", "way", "reason"),
)
REFUSED = Metric(
    "osteonode_instances_refused_total",
    "counter",
    "Images that were refused, by the code that docs/operations.md explains.",
    ("sender", "way", "reason"),
)
QUARANTINED = Metric(
    "osteonode_instances_quarantined_total",
    "counter",
    "Images that were put aside for a person to see, by the code that docs/operations.md explains.",
    ("sender", "way", "reason"),
)
ASSOCIATIONS_REFUSED = Metric(
    "osteonode_associations_refused_total",
    "counter",
    "Associations that were refused, by result/source/reason (PS3.8 Table 9-21).",
    ("reason",),
)
READINGS = Metric(
    "osteonode_readings_total",
    "counter",
    "Images that the models were asked about, by how that ended: read, not_analysed, failed.",
    ("status",),
)
NOT_ANALYSED = Metric(
    "osteonode_not_analysed_total",
    "counter",
    "Images that were not read, by the coded reason that the report states.",
    ("reason",),
)
READING_SECONDS = Metric(
    "osteonode_reading_duration_seconds",
    "histogram",
    "From the arrival of an image to its reading.",
    (),
    STAGE_BUCKETS,
)
MODEL_SECONDS = Metric(
    "osteonode_model_duration_seconds",
    "histogram",
    "Time that a member of the ensemble took for one image.",
    ("model",),
    MODEL_BUCKETS,
)
ANSWERED = Metric(
    "osteonode_studies_answered_total",
    "counter",
    "Versions of studies that were answered, by the rule that closed them; none of those in shadow mode.",
    ("closed_by",),
)
SHADOWED = Metric(
    "osteonode_studies_shadowed_total",
    "counter",
    "Versions of studies that were read in shadow mode and sent to nobody, by the rule that closed them.",
    ("closed_by",),
)
STAGE_SECONDS = Metric(
    "osteonode_stage_duration_seconds",
    "histogram",
    "How long one stage of a study took, from the end of the stage before it; see docs/monitoring.md.",
    ("stage", "destination"),
    STAGE_BUCKETS,
)
TURNAROUND_SECONDS = Metric(
    "osteonode_turnaround_seconds",
    "histogram",
    "From the last image of a study to the moment that a destination had taken the answer.",
    ("destination",),
    STAGE_BUCKETS,
)
ATTEMPTS = Metric(
    "osteonode_delivery_attempts_total",
    "counter",
    "Attempts to deliver, by destination and how they ended: delivered, retry, refused.",
    ("destination", "outcome"),
)
QUEUE_ITEMS = Metric(
    "osteonode_queue_items",
    "gauge",
    "What waits for a stage now: studies, images (read) or deliveries (delivered, committed).",
    ("stage", "destination"),
)
QUEUE_AGE_SECONDS = Metric(
    "osteonode_queue_oldest_age_seconds",
    "gauge",
    "How long that has waited which waits longest for a stage; 0 where nothing waits.",
    ("stage", "destination"),
)
HELD = Metric("osteonode_studies_held", "gauge", "Versions of studies that are held and wait for a person.")
DEAD_LETTERS = Metric(
    "osteonode_dead_letters", "gauge", "Deliveries that failed for good and wait for a person.", ("destination",)
)
QUARANTINE_FILES = Metric("osteonode_quarantine_files", "gauge", "Files in quarantine now, by code.", ("reason",))
DESTINATION_UP = Metric(
    "osteonode_destination_up",
    "gauge",
    "1 where a destination is given deliveries, 0 where it is left alone after failures (its breaker is not closed).",
    ("destination",),
)
BREAKER_STATE = Metric(
    "osteonode_breaker_state",
    "gauge",
    "1 for the state that the breaker of a destination is in, 0 for the others.",
    ("destination", "state"),
)
STABILITY_INDEX = Metric(
    "osteonode_score_stability_index",
    "gauge",
    "How far the probabilities of fracture of 30 days are from those of the validation images (PSI), where compared.",
    _ORIGIN,
)
STABILITY_LIMIT = Metric(
    "osteonode_score_stability_limit",
    "gauge",
    "What that index stays below by chance alone, in 99 of 100 samples of as many images.",
    _ORIGIN,
)
DOUBT = Metric(
    "osteonode_doubt_ratio", "gauge", "Share of doubt among the images of 30 days that the models spoke of.", _ORIGIN
)
NOT_ANALYSED_SHARE = Metric(
    "osteonode_not_analysed_ratio",
    "gauge",
    "Share of the images of 30 days of which nothing was said, among all that the sender sent; without a region where "
    "none was seen.",
    _ORIGIN,
)
INPUT_INDEX = Metric(
    "osteonode_input_stability_index",
    "gauge",
    "How far a measure of the images of 30 days is from that of the validation images, or of the sender's first images "
    "(PSI), where compared; the region * is all of them.",
    (*_ORIGIN, "measure"),
)
INPUT_LIMIT = Metric(
    "osteonode_input_stability_limit",
    "gauge",
    "What that index stays below by chance alone: in one or two of 100 samples some measure passes it.",
    (*_ORIGIN, "measure"),
)
SHADOW_MODE = Metric(
    "osteonode_shadow_mode",
    "gauge",
    "1 where an own AE title is in shadow mode: what is sent to it is read and recorded, and nothing is sent.",
    ("ae_title",),
)
CHALLENGER_IMAGES = Metric(
    "osteonode_challenger_items",
    "gauge",
    "Images of 30 days that a challenger was asked about, by how far it is: waiting, read, failed, gone.",
    ("state",),
)
CHALLENGER_AGREEMENT = Metric(
    "osteonode_challenger_agreement_ratio",
    "gauge",
    "Share of the images of 30 days of which champion and challenger say the same, where there are any.",
)
CHALLENGER_KAPPA = Metric(
    "osteonode_challenger_kappa",
    "gauge",
    "Cohen's kappa of the statements of champion and challenger on the images of 30 days, where it is defined.",
)
COMPARED_STUDIES = Metric(
    "osteonode_compared_studies",
    "gauge",
    "Studies of 30 days by what was answered and what their final report says, where final reports come in.",
    ("answer", "report"),
)
FINAL_REPORTS = Metric(
    "osteonode_final_reports",
    "gauge",
    "Final reports of 30 days: compared, unmatched (no such study here), unanswered, withdrawn, refused (another "
    "patient, another issuer of the number, or several studies).",
    ("state",),
)
LEDGER_BYTES = Metric("osteonode_ledger_size_bytes", "gauge", "Size of the ledger's file with its log.")
DISK_FREE_BYTES = Metric("osteonode_disk_free_bytes", "gauge", "Free space where the data folder is.")
DISK_LIMIT_BYTES = Metric(
    "osteonode_disk_high_water_bytes",
    "gauge",
    "Images are refused while less than this is free (limits.free_disk_mib).",
)
CERTIFICATE_END = Metric(
    "osteonode_certificate_expiry_timestamp_seconds",
    "gauge",
    "When a certificate of the configuration ends, as Unix time, by the key that names its file.",
    ("certificate",),
)
CONDITION = Metric(
    "osteonode_condition_ok",
    "gauge",
    "1 where a condition of /health/ready holds, 0 where it does not.",
    ("condition",),
)
LEDGER_READABLE = Metric(
    "osteonode_ledger_readable",
    "gauge",
    "1 where the ledger answered for this scrape; 0 where its numbers are missing.",
)
BUILD_INFO = Metric(
    "osteonode_build_info",
    "gauge",
    "1, with the version of the program and the models.",
    ("version", "model_set", "python"),
)
START_SECONDS = Metric("osteonode_start_time_seconds", "gauge", "When the node started, as Unix time.")

METRICS: Final = (
    *(RECEIVED, KNOWN, REFUSED, QUARANTINED, ASSOCIATIONS_REFUSED),
    *(READINGS, NOT_ANALYSED, READING_SECONDS, MODEL_SECONDS),
    *(ANSWERED, SHADOWED, STAGE_SECONDS, TURNAROUND_SECONDS, ATTEMPTS),
    *(QUEUE_ITEMS, QUEUE_AGE_SECONDS, HELD, DEAD_LETTERS, QUARANTINE_FILES, DESTINATION_UP, BREAKER_STATE),
    *(STABILITY_INDEX, STABILITY_LIMIT, DOUBT, NOT_ANALYSED_SHARE, INPUT_INDEX, INPUT_LIMIT),
    *(SHADOW_MODE, CHALLENGER_IMAGES, CHALLENGER_AGREEMENT, CHALLENGER_KAPPA),
    *(COMPARED_STUDIES, FINAL_REPORTS),
    *(LEDGER_BYTES, DISK_FREE_BYTES, DISK_LIMIT_BYTES, CERTIFICATE_END, CONDITION, LEDGER_READABLE),
    *(BUILD_INFO, START_SECONDS),
)
