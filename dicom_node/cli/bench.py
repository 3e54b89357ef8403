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

app = typer.Typer(help="The benchmarks: ingest, read, study. Loopback and drawn images only.", no_args_is_help=True)

Studies = Annotated[int, typer.Option("--studies", min=1, help="Studies of two images of 2500 x 2048 px, 12 bits.")]
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
Quick = Annotated[bool, typer.Option("--quick", help="A comparison of two small networks in three rounds.")]
Measure = Callable[..., dict[str, object]]


@app.command("ingest")
def bench_ingest(
    studies: Studies = 20,
    threads: Threads = 2,
    bundle: Bundle = None,
    precision: Precision = "f32",
    as_json: AsJson = False,
) -> None:
    """Measure C-STORE into a node that reads meanwhile: milliseconds an image, images and megabytes a second."""
    from dicom_node.bench.ingest import measure_ingest

    _measure("ingest", measure_ingest, studies, 2 * studies, _reading(bundle, precision, threads), as_json)


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
        _measure("read", measure_read, studies, 2 * studies + 1, reading, as_json)
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

    _measure("study", measure_study, studies, studies + 1, _reading(bundle, precision, threads), as_json)


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


def _measure(name: str, measure: Measure, studies: int, steps: int, reading: "Reading", as_json: bool) -> None:
    from dicom_node.bench.machine import describe_code, describe_machine
    from dicom_node.cli.terminal import show_progress

    machine, code = describe_machine(), describe_code()
    with TemporaryDirectory(prefix="osteonode-bench-") as folder, show_progress(f"bench {name}", steps) as step:
        result = measure(Path(folder), studies=studies, reading=reading, step=step)
    _print({"bench": name, **result, "machine": machine, "code": code}, as_json)


def _compare(reading: "Reading", rounds: int, quick: bool, as_json: bool) -> None:
    from dicom_node.bench.against_seeds import choose_groups, count_steps, measure_against_seeds

    groups = choose_groups(reading.bundle, quick=quick)
    measure = partial(_without_studies, partial(measure_against_seeds, groups=groups, rounds=rounds))
    _measure("read against seeds", measure, 0, count_steps(groups, rounds), reading, as_json)


def _without_studies(measure: Measure, folder: Path, *, studies: int, **arguments: object) -> dict[str, object]:
    return measure(folder, **arguments)


def _print(result: Mapping[str, object], as_json: bool) -> None:
    from dicom_node.cli.bench_tables import print_result

    if as_json:
        print(json.dumps(result))
    else:
        print_result(result)
