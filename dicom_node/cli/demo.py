"""osteonode demo: the main job on drawn samples, with nothing else installed."""

import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import Bundle

if TYPE_CHECKING:
    from rich.table import Table

    from dicom_node.bench.loopback import Loopback
    from dicom_node.cli.samples import Answer, Sample

Out = Annotated[Path, typer.Option("--out", help="Folder for the answers; what is there stays.", metavar="DIR")]
Serve = Annotated[bool, typer.Option("--serve", help="Keep them running afterwards, with the web console.")]
Timeout = Annotated[float, typer.Option("--timeout-seconds", min=1, help="Longest wait for the answers, in seconds.")]

QUIET_SECONDS = 1.0
CAVEAT = (
    "The samples are drawn phantoms, not patients, and the shipped models were trained with some phantoms of the same "
    "kind: this shows that the node works, not how well it reads."
)


def demo(
    out: Out = Path("demo-results"), serve: Serve = False, timeout_seconds: Timeout = 120.0, bundle: Bundle = None
) -> None:
    """Run the main job on sample studies: send, read, answer, deliver.

    Starts a node, a small archive and an HL7 receiver on free loopback ports, sends drawn studies by C-STORE, waits
    for the answers to come back by C-STORE and MLLP, prints a table and writes every document, a PNG of every summary
    and overlay, report.pdf, and the HL7 text. With --serve the web console of the node shows the studies; it is for
    this machine alone. Exit code 1 where a study has no answer.
    """
    from config.settings import Reading, Reporting
    from dicom_node.bench.loopback import run_loopback
    from dicom_node.cli.samples import draw_samples, write_answers
    from domain.document import OPTIONAL_KINDS

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="osteonode-demo-")))
        _say("drawing sample radiographs")
        samples = draw_samples(folder / "samples")
        _say("starting the node, an archive and an HL7 receiver on loopback")
        # Every document is shown, those too that a site must ask for.
        reporting = Reporting(optional_documents=tuple(sorted(OPTIONAL_KINDS)))
        reading = Reading(bundle=bundle)
        loopback = run_loopback(folder, quiet_seconds=QUIET_SECONDS, reading=reading, reporting=reporting)
        running = stack.enter_context(loopback)
        samples = _send(samples, running)
        in_time = _wait(samples, running, timeout_seconds)
        answers = write_answers(samples, running.archive.files(), running.receiver.messages, out)
        print_answers(answers, out)
        unanswered = [answer.sample.name for answer in answers if not answer.returned.is_answered]
        if unanswered or not in_time:
            _explain_silence(running, unanswered, timeout_seconds)
            raise typer.Exit(1)
        if serve:
            _keep_running(running, stack)


def _say(step: str) -> None:
    if sys.stderr.isatty():
        print(f"  {step} ...", file=sys.stderr, flush=True)


def _send(samples: "Sequence[Sample]", running: "Loopback") -> "tuple[Sample, ...]":
    from dicom_node.cli.terminal import show_progress
    from dicom_node.modality import store_files

    sent = []
    with show_progress("sending", sum(len(sample.files) for sample in samples)) as step:
        for sample in samples:
            for _ in store_files(sample.files, running.node):
                step()
            sent.append(sample.sent())
    return tuple(sent)


def _wait(samples: "Sequence[Sample]", running: "Loopback", timeout_seconds: float) -> bool:
    """Wait until every study is answered and every delivery is done; return whether that was in time."""
    from dicom_node.bench.loopback import wait_until
    from domain.delivery import DeliveryState

    _say("waiting for the answers")
    everything = len(samples)

    def is_done() -> bool:
        lines = running.service.view.studies()
        done = [line for line in lines if set(line.deliveries.values()) == {DeliveryState.DELIVERED}]
        return len(done) == everything

    return wait_until(is_done, timeout_seconds=timeout_seconds)


def print_answers(answers: "Sequence[Answer]", out: Path) -> None:
    """Print the table of the demo and what to look at."""
    from dicom_node.cli.terminal import print_table

    print_table(tabulate(answers))
    print(
        f"Seconds: from the last image acknowledged to the last document back, {QUIET_SECONDS:g} s of quiet included."
    )
    print(f"Every document, a PNG of every summary and overlay, report.pdf, and the HL7 text: {out}/")
    print(CAVEAT)


def tabulate(answers: "Sequence[Answer]") -> "Table":
    """Return one row a study, as the report in the archive states it."""
    from dicom_node.cli.terminal import make_table

    columns = ("study", "region", "finding", "probability", "documents", "seconds")
    table = make_table(columns, numbers=("probability", "documents", "seconds"))
    for answer in answers:
        statement = answer.returned.statement
        probability = statement.probability if statement else None
        table.add_row(
            answer.sample.name,
            (statement.region if statement else "") or "-",
            statement.finding if statement else "no answer",
            _describe_probability(probability),
            str(len(answer.returned.documents) + len(answer.returned.messages)),
            "-" if answer.seconds is None else f"{answer.seconds:.1f}",
            style={"fracture suspected": "bold red", "no answer": "bold yellow"}.get(
                statement.finding if statement else "no answer"
            ),
        )
    return table


def _describe_probability(probability: float | None) -> str:
    """Return a probability with two places, and never 1.00 or 0.00, which would claim certainty."""
    if probability is None:
        return "-"
    if probability > 0.99:
        return "> 0.99"
    return "< 0.01" if probability < 0.01 else f"{probability:.2f}"


def _explain_silence(running: "Loopback", unanswered: Sequence[str], timeout_seconds: float) -> None:
    from dicom_node.cli.terminal import explain

    counts = running.service.view.counts()
    states = ", ".join(f"{number} {state}" for state, number in (*counts.studies.items(), *counts.deliveries.items()))
    waiting = [
        f"{each.destination}: {each.explanation or each.state}" for each in running.service.view.unfinished_deliveries()
    ]
    headline = (
        f"not everything was answered within {timeout_seconds:g} s: {', '.join(unanswered) or 'deliveries are late'}"
    )
    explain(headline, (f"the ledger: {counts.images} images, {states or 'no study'}", *waiting))


def _open_console(running: "Loopback", stack: ExitStack) -> str:
    """Return where the console of this node is, until `stack` ends: for this machine alone."""
    from config.settings import Console
    from dicom_node.cli.logs import configure_logging
    from dicom_node.console_process.process import ConsoleProcess
    from domain.role import Role

    console = Console(enabled=True, port=0, local_role=Role.ADMINISTRATOR, log_level="ERROR")
    node = running.settings.node.model_copy(update={"port": running.node.port})
    settings = running.settings.model_copy(update={"console": console, "node": node})
    process = ConsoleProcess(settings, partial(configure_logging, console))
    stack.callback(process.stop)
    process.start()
    return process.url


def _keep_running(running: "Loopback", stack: ExitStack) -> None:
    node, archive = running.node, running.archive
    print(f"The console: {_open_console(running, stack)}")
    print(
        f"Running until Ctrl-C: node {node.called_ae_title} at {node.host}:{node.port}, archive {archive.ae_title} at "
        f"port {archive.port}, HL7 receiver at port {running.receiver.port}.",
        flush=True,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    stop.wait()
