"""osteonode bench: the project's own benchmarks."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import Bundle, Precision

if TYPE_CHECKING:
    from config.settings import Reading

app = typer.Typer(
    help="The benchmarks: ingest, read, study, compose, console, soak. Loopback and drawn images only.",
    no_args_is_help=True,
)

Studies = Annotated[int, typer.Option("--studies", min=1, help="Studies of two images of 2500 x 2048 px, 12 bits.")]
SoakStudies = Annotated[int, typer.Option("--studies", min=4, help="Studies of two images of 512 x 416 px.")]
AtOnce = Annotated[int, typer.Option("--at-once", min=1, max=64, help="Studies that are on their way together.")]
Threads = Annotated[int, typer.Option("--threads", min=1, max=64, help="Inference threads of the reader process.")]
Samples = Annotated[
    int, typer.Option("--samples", min=2, help="Images that LIME scores, each with other parts hidden.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


class Rival(StrEnum):
    """What models can be compared with."""

    SEEDS = "seeds"


Against = Annotated[
    Rival | None,
    typer.Option("--against", help="Compare with how such models are usually served. Default: measure this node."),
]
Rounds = Annotated[int, typer.Option("--rounds", min=1, help="Of a comparison: how often each way has its turn.")]
IngestRounds = Annotated[int, typer.Option("--rounds", min=1, help="How often each receiver has its turn.")]
Repeats = Annotated[int, typer.Option("--rounds", min=2, help="How often the documents of a study are composed.")]
LedgerStudies = Annotated[int, typer.Option("--studies", min=1000, help="Studies in the ledger.")]
PageRounds = Annotated[int, typer.Option("--rounds", min=2, help="How often each page is asked for.")]
Turns = Annotated[int, typer.Option("--turns", min=1, help="How often each node takes the images.")]
Few = Annotated[bool, typer.Option("--quick", help="A tenth of the images: to see that it runs, not how fast.")]
Quick = Annotated[bool, typer.Option("--quick", help="A comparison of two small networks in three rounds.")]
Measure = Callable[..., dict[str, object]]


@app.command("ingest")
def bench_ingest(
    rounds: IngestRounds = 3,
    quick: Few = False,
    threads: Threads = 2,
    bundle: Bundle = None,
    precision: Precision = "f32",
    as_json: AsJson = False,
) -> None:
    """Compare how fast images come in: this node, Orthanc, DCMTK's storescp --fork and bare pynetdicom, in turns.

    Images of 10 MB on one, four and sixteen associations, and of 0.5 MB on sixteen, from the same senders; the last
    receiver keeps nothing, and shows what the senders can do. Only the node answers when an image is fsynced and in
    its ledger, and it reads meanwhile. Then: what a full gigabit network takes away from its reading and delivering.

    Three rounds take under 3 minutes and 12 GB below the temporary folder (TMPDIR). Orthanc and storescp are taken from
    PATH (apt-get install orthanc dcmtk); what is not there is named and left out. Measure on a quiet machine.
    """
    from dicom_node.bench.ingest import FULL, QUICK, count_steps, measure_ingest

    reading, extent = _reading(bundle, precision, threads), QUICK if quick else FULL
    measure = partial(measure_ingest, rounds=rounds, extent=extent, reading=reading)
    _measure("ingest", measure, count_steps(rounds, extent), as_json)


@app.command("read")
def bench_read(
    studies: Studies = 10,
    threads: Threads = 2,
    bundle: Bundle = None,
    precision: Precision = "f32",
    against: Against = None,
    rounds: Rounds = 9,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Measure the reading of one image, in milliseconds: decode, window, each model, picture.

    Also says how long a node takes to be ready, and its memory. --against seeds compares the models with the way in
    which fracture models are usually served: one image at a time through Keras or ultralytics. That takes a quarter
    of an hour and 12 GiB of memory, and needs the extra `models`: make models, then .venv-models/bin/osteonode. It
    measures our runtime in f32 and, where the processor has them, in bf16 and int8, the bundle each time by its version
    for it.
    """
    from dicom_node.bench.read import measure_read

    reading = _reading(bundle, precision, threads)
    if against is None:
        _measure("read", partial(measure_read, studies=studies, reading=reading), 2 * studies + 1, as_json)
    else:
        _compare(reading, 3 if quick else rounds, quick, as_json)


@app.command("study")
def bench_study(
    studies: Studies = 20,
    threads: Threads = 2,
    bundle: Bundle = None,
    precision: Precision = "f32",
    as_json: AsJson = False,
) -> None:
    """Measure a whole study, in milliseconds: last image acknowledged to report in the archive.

    The quiet time is excluded. Also says the memory, in MiB, of all processes of the node with the models loaded.
    """
    from dicom_node.bench.study import measure_study

    reading = _reading(bundle, precision, threads)
    _measure("study", partial(measure_study, studies=studies, reading=reading), studies + 1, as_json)


@app.command("soak")
def bench_soak(
    studies: SoakStudies = 2000,
    at_once: AtOnce = 2,
    threads: Threads = 1,
    bundle: Bundle = None,
    precision: Precision = "f32",
    as_json: AsJson = False,
) -> None:
    """Send thousands of small studies, and look at what the node holds: memory, handles, rows, disk.

    What is finished is purged after a minute. The answers to the first hundred studies are compared with those to the
    last. The shipped bundle takes half an hour for 2,000 studies on two cores.
    """
    from dicom_node.bench.soak import count_warm_up, measure_soak

    reading = _reading(bundle, precision, threads)
    soak = partial(measure_soak, studies=studies, at_once=at_once, reading=reading)
    _measure("soak", soak, studies + count_warm_up(studies), as_json)


@app.command("compose")
def bench_compose(repeats: Repeats = 20, as_json: AsJson = False) -> None:
    """Measure the documents of a study, in milliseconds, on one core: all of them, each one, and their memory.

    A study of two images of 2500 x 2048 px, and one of a single image of 4288 x 3520 px, without reading them. Memory,
    in MiB, of studies of two, four and eight images: what it takes beside the finished documents should not grow.
    """
    from dicom_node.bench.compose import STEPS, measure_compose

    _measure("compose", partial(measure_compose, rounds=repeats), STEPS, as_json)


@app.command("console")
def bench_console(
    studies: LedgerStudies = 100_000,
    rounds: PageRounds = 30,
    turns: Turns = 8,
    quick: Few = False,
    threads: Threads = 2,
    bundle: Bundle = None,
    precision: Precision = "f32",
    as_json: AsJson = False,
) -> None:
    """Measure the web console: how long each page takes, in milliseconds, and what it takes from ingest.

    The ledger is drawn: 100,000 studies of two months take some minutes and 1.6 GB below the temporary folder (TMPDIR).
    Then a node with a console that somebody looks at, and one without, take the same images in turns.
    """
    from dicom_node.bench.console import count_steps, measure_console

    reading, images = _reading(bundle, precision, threads), 32 if quick else 480
    sized = partial(measure_console, studies=studies, rounds=rounds, turns=turns, images=images)
    _measure("console", partial(sized, reading=reading), count_steps(studies, turns), as_json)


@app.command("lime")
def bench_lime(samples: Samples = 1000, threads: Threads = 2, as_json: AsJson = False) -> None:
    """Measure LIME on EfficientNetB1 at 224 px, in seconds: through Keras, and as it is done here in f32 and bf16.

    Needs the extra `models`: `make models`, then .venv-models/bin/osteonode.
    """
    from dicom_node.bench.lime import PHASES, measure_lime
    from dicom_node.bench.machine import describe_code, describe_machine
    from dicom_node.cli.terminal import show_progress

    machine, code = describe_machine(), describe_code()
    with show_progress("bench lime", PHASES) as step:
        result = measure_lime(samples=samples, threads=threads, step=step)
    _print({"bench": "lime", **result, "machine": machine, "code": code}, as_json)


def _reading(bundle: Path | None, precision: Precision, threads: int) -> "Reading":
    from config.settings import Reading

    return Reading(bundle=bundle.absolute() if bundle else None, precision=precision, threads=threads)


def _measure(name: str, measure: Measure, steps: int, as_json: bool) -> None:
    from dicom_node.bench.machine import describe_code, describe_machine
    from dicom_node.cli.terminal import show_progress

    machine, code = describe_machine(), describe_code()
    with TemporaryDirectory(prefix="osteonode-bench-") as folder, show_progress(f"bench {name}", steps) as step:
        result = measure(Path(folder), step=step)
    _print({"bench": name, **result, "machine": machine, "code": code}, as_json)


def _compare(reading: "Reading", rounds: int, quick: bool, as_json: bool) -> None:
    from dicom_node.bench.against_seeds import choose_groups, count_steps, measure_against_seeds

    groups = choose_groups(reading.bundle, quick=quick)
    measure = partial(measure_against_seeds, groups=groups, rounds=rounds, reading=reading)
    _measure("read against seeds", measure, count_steps(groups, rounds), as_json)


def _print(result: Mapping[str, object], as_json: bool) -> None:
    from dicom_node.cli.bench_tables import print_result

    if as_json:
        print(json.dumps(result))
    else:
        print_result(result)
