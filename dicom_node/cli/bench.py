"""osteonode bench: the project's own benchmarks."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import Bundle

if TYPE_CHECKING:
    from config.settings import Reading

app = typer.Typer(help="The benchmarks: ingest, read, study. Loopback and drawn images only.", no_args_is_help=True)

Studies = Annotated[int, typer.Option("--studies", min=1, help="Studies of two images of 2500 x 2048 px, 12 bits.")]
Threads = Annotated[int, typer.Option("--threads", min=1, max=64, help="Inference threads of the reader process.")]
Samples = Annotated[
    int, typer.Option("--samples", min=2, help="Images that LIME scores, each with other parts hidden.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Measure = Callable[..., dict[str, object]]


@app.command("ingest")
def bench_ingest(studies: Studies = 20, threads: Threads = 2, bundle: Bundle = None, as_json: AsJson = False) -> None:
    """Measure C-STORE into a node that reads meanwhile: milliseconds an image, images and megabytes a second."""
    from dicom_node.bench.ingest import measure_ingest

    _measure("ingest", measure_ingest, studies, 2 * studies, _reading(bundle, threads), as_json)


@app.command("read")
def bench_read(studies: Studies = 10, threads: Threads = 2, bundle: Bundle = None, as_json: AsJson = False) -> None:
    """Measure the reading of one image, in milliseconds: decode, window, models, heat map, pictures."""
    from dicom_node.bench.read import measure_read

    _measure("read", measure_read, studies, 2 * studies + 1, _reading(bundle, threads), as_json)


@app.command("study")
def bench_study(studies: Studies = 20, threads: Threads = 2, bundle: Bundle = None, as_json: AsJson = False) -> None:
    """Measure a whole study, in milliseconds: last image acknowledged to report in the archive.

    The quiet time is excluded. Also says the memory, in MiB, of all processes of the node with the models loaded.
    """
    from dicom_node.bench.study import measure_study

    _measure("study", measure_study, studies, studies + 1, _reading(bundle, threads), as_json)


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


def _reading(bundle: Path | None, threads: int) -> "Reading":
    from config.settings import Reading

    return Reading(bundle=bundle.absolute() if bundle else None, threads=threads)


def _measure(name: str, measure: Measure, studies: int, steps: int, reading: "Reading", as_json: bool) -> None:
    from dicom_node.bench.machine import describe_code, describe_machine
    from dicom_node.cli.terminal import show_progress

    machine, code = describe_machine(), describe_code()
    with TemporaryDirectory(prefix="osteonode-bench-") as folder, show_progress(f"bench {name}", steps) as step:
        result = measure(Path(folder), studies=studies, reading=reading, step=step)
    _print({"bench": name, **result, "machine": machine, "code": code}, as_json)


def _print(result: Mapping[str, object], as_json: bool) -> None:
    from dicom_node.cli.terminal import make_table, print_table

    if as_json:
        print(json.dumps(result))
        return
    table = make_table(("measured", "value"))
    for name, value in _flatten(result):
        table.add_row(name.replace("_", " "), str(value))
    print_table(table)


def _flatten(result: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in result.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{above}{name} ")
        else:
            yield f"{above}{name}", value
