"""What an alert says: a title for each cause, and what to do. No patient data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dicom_node.alert_ports import AlertText
from domain.alert import AlertEvent, AlertKind, Cause


@dataclass(frozen=True, slots=True)
class Words:
    """The line that names a cause, with its subject in braces, and what to do about it."""

    title: str
    to_do: str


WORDS: Final[Mapping[AlertKind, Words]] = {
    AlertKind.DEAD_LETTER: Words(
        "deliveries to {} failed for good",
        "`osteonode dead-letters` says why, in the peer's words. Mend that there, then `osteonode dead-letters "
        "replay`; what nobody needs any more, `osteonode dead-letters discard` gives up.",
    ),
    AlertKind.STUDY_HELD: Words(
        "studies are held and have no answer",
        "`osteonode studies` lists them and the code of each; docs/operations.md says what it means. "
        "`osteonode release STUDY` answers one.",
    ),
    AlertKind.STUDY_OVERDUE: Words(
        "work is overdue: {}",
        "`osteonode studies` lists what waits and why. Check that the machine is not out of memory or busy with "
        "something else, and that nothing else is alerted.",
    ),
    AlertKind.PEER_DOWN: Words(
        "{} does not answer",
        "Check that it runs and that the network lets this node reach it; `osteonode doctor` looks from here. Nothing "
        "is lost: what waits goes out by itself when it is back.",
    ),
    AlertKind.DISK: Words(
        "the disk of the data folder is nearly full",
        "Free space or make the volume larger; `osteonode purge --dry-run` says what could go. Below "
        "limits.free_disk_mib images are refused (0xA700), and senders keep them.",
    ),
    AlertKind.CERTIFICATE: Words(
        "a certificate or a revocation list ends: {}",
        "Have it renewed and put the new one in its place, where the node takes it by itself; `osteonode certs check` "
        "lists them all.",
    ),
    AlertKind.READERS: Words(
        "the readers of images fail again and again",
        "Look for the reasons in docs/operations.md and in the log; often memory runs out: lower reading.processes or "
        "give the machine more. Their studies are answered `not analysed`; `osteonode reread STUDY` reads one again.",
    ),
    AlertKind.DRIFT: Words(
        "what the models see has changed: {}",
        "Compare what arrives with what the models were validated on: a new detector, another post-processing, other "
        "patients. Until that is clear, take the statements of the models with care.",
    ),
}
_BEGINNINGS: Final = {AlertEvent.RAISED: "", AlertEvent.REMINDER: "Still: ", AlertEvent.CLEARED: "Over: "}
_NOTHING_TO_DO: Final = "Nothing: the cause is gone."


def write_text(event: AlertEvent, cause: Cause, raised_at: datetime) -> AlertText:
    """Return the words of a message."""
    words = WORDS[cause.kind]
    title = _BEGINNINGS[event] + words.title.format(cause.subject)
    if event is AlertEvent.RAISED:
        return AlertText(title, cause.happened, words.to_do)
    since = f"Since {write_time(raised_at)}. "
    if event is AlertEvent.CLEARED:
        return AlertText(title, f"{since}What it was: {cause.happened}", _NOTHING_TO_DO)
    return AlertText(title, since + cause.happened, words.to_do)


def write_time(moment: datetime) -> str:
    """Return a moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
