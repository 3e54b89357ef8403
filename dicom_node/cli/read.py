"""osteonode read: the node's reader and composer on files, without a network."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

import typer

from dicom_node.cli.options import Bundle, Precision
from dicom_node.cli.terminal import count

if TYPE_CHECKING:
    from rich.table import Table

    from config.settings import Reading, Reporting
    from dicom_node.cli.offline_reading import Answered
    from dicom_node.pipeline.reader_pool import ReaderPool
    from domain.impression import PhraseWriter
    from reporting.context import BundleIdentity

Paths = Annotated[
    list[Path],
    typer.Argument(exists=True, help="DICOM, PNG or JPEG files, or folders to look through.", metavar="PATH..."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder for the documents, one folder a study; its report.pdf needs no viewer. Default: no documents.",
        metavar="DIR",
    ),
]
JsonFile = Annotated[
    Path | None,
    typer.Option("--json", help="File for one JSON line per image. Default: none, a table.", metavar="FILE"),
]
Processes = Annotated[
    int,
    typer.Option("--processes", min=0, max=16, help="Reader processes, 1 to 16. Default 0: one a core, at most 4."),
]
Deadline = Annotated[
    float, typer.Option("--deadline-seconds", min=1, help="An image not read by then has failed, in seconds.")
]
Recommendations = Annotated[
    bool,
    typer.Option(
        "--recommendations",
        help="Add what public guidelines suggest, with their sources: not a diagnosis, not an order. Default: off.",
    ),
]
LanguageOfText = Annotated[
    Literal["en", "ar", "fr", "es"] | None,
    typer.Option(
        "--language",
        help="Tell each study as a paragraph in this language; --out writes its documents in it as a node would. "
        "Default: no paragraph, documents in English.",
    ),
]
PhraseModel = Annotated[
    str | None,
    typer.Option(
        "--phrase-model",
        help='Let a phrase model propose the impression in English: its folder, or "shipped". What it says is checked; '
        "the template stands where it is not what was found. Default: the template.",
        metavar="DIR|shipped",
    ),
]

_MOST_PROCESSES = 4


def read(
    paths: Paths,
    out: Out = None,
    json_file: JsonFile = None,
    processes: Processes = 0,
    bundle: Bundle = None,
    precision: Precision = "f32",
    deadline_seconds: Deadline = 60.0,
    recommendations: Recommendations = False,
    language: LanguageOfText = None,
    phrase_model: PhraseModel = None,
) -> None:
    """Read images as the node would, offline: no socket is opened.

    An image that cannot be read is answered "not analysed" or "failed", with the reason. Exit code 1 only where no
    image could be opened and read. Boxes are in pixels of the stored image, probabilities lie in 0 to 1.
    """
    from dicom_node.cli.image_files import find_images
    from dicom_node.cli.offline_reading import read_files
    from dicom_node.cli.terminal import show_progress

    files = find_images(paths)
    if not files:
        raise typer.BadParameter("no DICOM file and no PNG or JPEG there", param_hint="PATH")
    reading = _make_reading(
        bundle, precision, min(processes or min(_cores(), _MOST_PROCESSES), len(files)), deadline_seconds
    )
    reporting, writer = _make_reporting(recommendations, language, phrase_model)
    with ExitStack() as stack:
        evidence = Path(stack.enter_context(TemporaryDirectory(prefix="osteonode-read-")))
        lines = stack.enter_context(_open_lines(json_file)) if json_file else None
        pool = _open_pool(stack, reading)
        answers = read_files(files, pool, evidence, at_once=reading.processes, keep_pictures=out is not None)
        with show_progress("reading", len(files)) as step:
            answered = _note_each(answers, lines, step, recommendations)
        documents = _write_documents(answered, out, reading, reporting, writer) if out else 0
    _tell(answered, json_file, out, documents)
    if recommendations:
        _tell_suggestions(answered)
    if language or writer:
        _tell_studies(answered, reading, reporting, writer)
    if not any(each.could_be_opened for each in answered):
        raise typer.Exit(1)


def _make_reporting(
    recommendations: bool, language: Literal["en", "ar", "fr", "es"] | None, phrase_model: str | None
) -> "tuple[Reporting, PhraseWriter | None]":
    from config.settings import Reporting
    from domain.document import DocumentKind
    from inference.phrases.opening import open_writer

    if phrase_model is not None and language not in (None, "en"):
        raise typer.BadParameter("a phrase model writes English alone", param_hint="--phrase-model")
    model = None if phrase_model is None else "shipped" if phrase_model == "shipped" else Path(phrase_model)
    reporting = Reporting(
        recommendations=recommendations,
        language=language or "en",
        phrase_model=model,
        # A folder takes every kind, and a person at a desk reads a PDF first.
        optional_documents=(DocumentKind.ENCAPSULATED_PDF,),
    )
    return reporting, open_writer(reporting)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _open_lines(json_file: Path) -> IO[str]:
    json_file.parent.mkdir(parents=True, exist_ok=True)
    return json_file.open("w", encoding="utf-8")


def _make_reading(bundle: Path | None, precision: Precision, processes: int, deadline_seconds: float) -> "Reading":
    from config.settings import Reading

    # Many images keep every core busy by themselves; a single one has the cores to itself.
    threads = 1 if processes > 1 else min(_cores(), 4)
    return Reading(
        bundle=bundle, precision=precision, processes=processes, threads=threads, deadline_seconds=deadline_seconds
    )


def _open_pool(stack: ExitStack, reading: "Reading") -> "ReaderPool":
    from dicom_node.pipeline.reader_pool import ReaderPool

    pool = ReaderPool.of_settings(reading)
    stack.callback(pool.close)
    pool.warm_up()
    return pool


def _note_each(
    reading: "Iterator[Answered]", lines: IO[str] | None, step: Callable[[], None], recommendations: bool
) -> "list[Answered]":
    from dicom_node.image_desk.json_lines import write_line

    answered = []
    for each in reading:
        answered.append(each)
        if lines is not None:
            # Line by line: who interrupts a long run keeps what was read.
            suggestions = _list_suggestions(each) if recommendations else []
            line = write_line(each.image.path, each.image.study_instance_uid, each.read.reading, suggestions)
            print(line, file=lines, flush=True)
        step()
    return answered


def _list_suggestions(answered: "Answered") -> list[dict[str, Any]]:
    from dicom_node.cli.guideline_suggestions import list_suggestions  # loads what composes documents: a second

    return list_suggestions(answered)


def _tell_suggestions(answered: "Sequence[Answered]") -> None:
    from dicom_node.cli.guideline_suggestions import print_suggestions

    print_suggestions(answered)


def _tell_studies(
    answered: "Sequence[Answered]", reading: "Reading", reporting: "Reporting", writer: "PhraseWriter | None"
) -> None:
    from dicom_node.cli.narratives import print_narratives

    print_narratives(answered, bundle=_identify_bundle(reading), reporting=reporting, writer=writer)


def _identify_bundle(reading: "Reading") -> "BundleIdentity":
    from dicom_node.pipeline.bundle_identity import identify_bundle
    from inference.zoo import BUNDLED, load_manifest

    return identify_bundle(load_manifest(reading.bundle or BUNDLED, reading.precision))


def _write_documents(
    answered: "Sequence[Answered]",
    out: Path,
    reading: "Reading",
    reporting: "Reporting",
    writer: "PhraseWriter | None",
) -> int:
    from dicom_node.cli.offline_documents import group_by_study, write_documents
    from dicom_node.cli.terminal import explain, show_progress

    bundle = _identify_bundle(reading)
    with show_progress("writing documents", len(group_by_study(answered))) as step:
        documents, withheld = write_documents(
            answered, out, bundle=bundle, reporting=reporting, writer=writer, done=step
        )
    if withheld:
        reasons = Counter(withheld)
        explain("not written", (f"{number} x {reason}" for reason, number in reasons.most_common()))
    return documents


def _tell(answered: "Sequence[Answered]", json_file: Path | None, out: Path | None, documents: int) -> None:
    from dicom_node.cli.terminal import print_table

    if json_file is None:
        print_table(_tabulate(answered))
    counts = Counter(_say_finding(each) for each in answered).most_common()
    print(f"{count(len(answered), 'image')}: {', '.join(f'{number} {words}' for words, number in counts)}")
    if json_file is not None:
        print(f"findings: {json_file}")
    if out is not None:
        print(f"{count(documents, 'document')}: {out}")


def _tabulate(answered: "Sequence[Answered]") -> "Table":
    from dicom_node.cli.terminal import make_table

    table = make_table(("file", "region", "fracture", "probability", "ms"), numbers=("probability", "ms"))
    for each in answered:
        reading = each.read.reading
        table.add_row(
            each.image.path.name,
            reading.region.label if reading.region else "-",
            _say_finding(each) if reading.reason is None else f"{_say_finding(each)}: {reading.reason.code}",
            f"{reading.fracture.probability:.2f}" if reading.fracture else "-",
            f"{reading.milliseconds:.0f}",
        )
    return table


def _say_finding(answered: "Answered") -> str:
    reading = answered.read.reading
    return reading.fracture.state.value if reading.fracture else reading.status.value.replace("_", " ")
