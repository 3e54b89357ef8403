"""osteonode models import: the weights that a hospital has, proved to answer as they did, in a bundle of its own."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from inference.importing import Imported, Request
    from inference.importing.contract import Ask
    from inference.importing.parity import Difference
    from inference.importing.questions import Question

File = Annotated[
    Path,
    typer.Argument(
        exists=True,
        metavar="FILE",
        help=".keras, .h5 (whole model), a SavedModel folder, .pt (YOLO), .onnx, .txt or .pkl (LightGBM).",
    ),
]
Name = Annotated[
    str | None, typer.Option("--name", help="Its name: small letters, digits, dots, dashes. Default: that of the file.")
]
Into = Annotated[
    Path, typer.Option("--into", help="Folder of the bundle that it joins; a new one is made.", metavar="DIR")
]
Base = Annotated[
    Path | None,
    typer.Option("--bundle", help="What a new bundle is a copy of. Default: the shipped bundle.", metavar="DIR"),
]
Without = Annotated[str, typer.Option("--without", help="Models left out of the copy, with commas between.")]
Images = Annotated[
    Path | None,
    typer.Option(
        "--images",
        exists=True,
        file_okay=False,
        metavar="DIR",
        help="Radiographs to try it on (DICOM, PNG, JPEG); the first 24 are read. Default: eight drawn ones.",
    ),
]
Backbone = Annotated[
    Path | None,
    typer.Option("--backbone", exists=True, help="The network under trees of LightGBM. Default: none.", metavar="FILE"),
]
BackendOption = Annotated[
    str | None, typer.Option("--backend", help="openvino, keras, ultralytics or lightgbm. Default: openvino if it can.")
]
Float16 = Annotated[
    bool, typer.Option("--float16", help="Round the weights to half their size; what it costs is told.")
]
NoHeatMap = Annotated[
    bool, typer.Option("--no-heat-map", help="Leave the heat map out that a classifier's graph could give in its pass.")
]
AllowPickle = Annotated[
    bool, typer.Option("--allow-pickle", help="Let code in the file run: as safe as whoever made the file.")
]

# Answers, all as text: `inference.importing.questions` says what each may be, and which a model needs.
Task = Annotated[
    str | None,
    typer.Option("--task", help="region, fracture, detector, types or multilabel. Default: the file's, else asked."),
]
Side = Annotated[
    str | None,
    typer.Option("--side", help="Side of the image it takes, px. Default: the file's, else asked.", metavar="PX"),
]
Channels = Annotated[
    str | None, typer.Option("--channels", help="Channels of that image: 1 or 3. Default: the file's, else asked.")
]
PixelRange = Annotated[
    str | None,
    typer.Option(
        "--range",
        help="Its pixel values: 0..1, -1..1, 0..255, imagenet-caffe, imagenet-torch. Default: the file's, else asked.",
    ),
]
Weight = Annotated[
    str | None,
    typer.Option("--weight", help="In the statement about a fracture. Default: 0, it is told, moves nothing."),
]
Order = Annotated[
    str | None, typer.Option("--channel-order", help="rgb or bgr. Default: bgr for imagenet-caffe, else rgb.")
]
Classes = Annotated[
    str | None,
    typer.Option("--classes", help="What its outputs stand for, in order: a,b,c. Default: the file's, else asked."),
]
Preprocess = Annotated[
    str | None,
    typer.Option("--preprocess", help="Steps before it: stretch_contrast, darken_border, clahe, gaussian, then "
                 "letterbox or stretch. Default: that of YOLO, else asked."),
]  # fmt: skip
Scores = Annotated[
    str | None, typer.Option("--scores", help="What it ends in: probability or logit. Default: the file's, else asked.")
]
Present = Annotated[
    str | None,
    typer.Option("--present-from", help="Probability from which a fracture is present, 0 to 1. Default: asked."),
]
Doubt = Annotated[
    str | None, typer.Option("--doubt-from", help="Probability from which it is in doubt, 0 to 1. Default: asked.")
]
Minimum = Annotated[
    str | None,
    typer.Option("--minimum-probability", help="Below it an image is none of the regions, 0 to 1. Default: 0.5."),
]
Regions = Annotated[
    str | None, typer.Option("--regions", help="A specialist: used for these regions alone. Default: all.")
]
Licence = Annotated[str | None, typer.Option("--licence", help="Licence of the weights. Default: not stated.")]
TrainedOn = Annotated[str | None, typer.Option("--data", help="What it was trained on. Default: not stated.")]


def import_model(
    file: File,
    name: Name = None,
    into: Into = Path("imported-bundle"),
    task: Task = None,
    side: Side = None,
    channels: Channels = None,
    pixel_range: PixelRange = None,
    channel_order: Order = None,
    classes: Classes = None,
    preprocess: Preprocess = None,
    scores: Scores = None,
    present_from: Present = None,
    doubt_from: Doubt = None,
    minimum_probability: Minimum = None,
    regions: Regions = None,
    licence: Licence = None,
    data: TrainedOn = None,
    bundle: Base = None,
    without: Without = "",
    weight: Weight = None,
    images: Images = None,
    backbone: Backbone = None,
    backend: BackendOption = None,
    float16: Float16 = False,
    no_heat_map: NoHeatMap = False,
    allow_pickle: AllowPickle = False,
) -> None:
    """Bring a model of your own: converted, proved to answer as before, and added to a bundle.

    The file says what it can of itself: size, scaling layers, classes of YOLO. The rest are options; at a terminal you
    are asked for those that are missing. The model is then run in its own framework and as converted, on radiographs:
    unless both answer alike, within 1e-4 of a probability and 0.01 px of a box, nothing is written.
    A classifier whose graph ends in an average over the image gives a heat map with each answer from then on.

    An imported model has not been validated here: its weight beside the shipped ones is 0 until you say otherwise.
    Measure it first: `osteonode models evaluate --bundle DIR`. Needs the extra `models`: `make models`, then
    .venv-models/bin/osteonode.

    Example: models import wrist.keras --name wrist --task fracture --classes normal,fracture --preprocess stretch
    --present-from 0.6 --doubt-from 0.4 --into our-bundle
    """  # fmt: skip
    from inference.importing import import_model, open_source

    options = {
        "task": task, "side_px": side, "channels": channels, "range": pixel_range, "channel_order": channel_order,
        "classes": classes, "preprocess": preprocess, "scores": scores, "present_from": present_from,
        "doubt_from": doubt_from, "minimum_probability": minimum_probability, "regions": regions, "licence": licence,
        "data": data, "weight": weight,
    }  # fmt: skip
    _say(f"loading {file.name} in its own framework ...")
    source = open_source(file, backbone=backbone, is_trusted=allow_pickle)
    request = _request(
        file, name or _name_after(file), into, {key: said for key, said in options.items() if said is not None}, images,
        bundle=bundle, without=without, backend=backend, float16=float16,
        heat_map=not no_heat_map,
    )  # fmt: skip
    _say(f"{source.found.kind}; converting, and running it on {len(request.images)} images ...")
    imported = import_model(source, request, _choose_ask())
    _print_imported(imported, into, source.framework)


def _request(
    file: Path, name: str, into: Path, options: dict[str, str], images: Path | None, *, bundle: Path | None,
    without: str, **rest: Any,
) -> "Request":  # fmt: skip
    from inference.importing import Request, digest_of, draw_images, read_images
    from inference.zoo import BUNDLED

    return Request(
        name=name, file_name=file.name, sha256=digest_of(file), options=options,
        images=read_images(images) if images else draw_images(),
        images_are="radiographs of the site" if images else "drawn radiographs",
        into=into, base=bundle or BUNDLED,
        without=tuple(each for each in map(str.strip, without.split(",")) if each), **rest,
    )  # fmt: skip


def _name_after(file: Path) -> str:
    return re.sub(r"[^a-z0-9.-]+", "-", file.stem.lower()).strip("-.")[:64] or "imported"


def _say(what: str) -> None:
    """Say on stderr what is going on: a large network takes a minute."""
    if sys.stderr.isatty():
        typer.echo(what, err=True)


def _choose_ask() -> "Ask | None":
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


def _ask(question: "Question", allowed: str, wrong: str) -> str:
    if wrong:
        typer.echo(f"  {wrong}", err=True)
    return str(typer.prompt(f"{question.asks}\n  {allowed}\n ", default=question.suggestion, err=True))


_SAID = {"option": "you, as an option", "file": "the file", "answer": "you", "default": "nobody: this is the default"}


def _print_imported(imported: "Imported", into: Path, framework: str) -> None:
    from dicom_node.cli.terminal import make_table, print_table

    contract = make_table(
        ("what", "value", "who said so"), title=f"{imported.entry.name}: {imported.contract.found.kind}"
    )
    for each in imported.contract.settled:
        contract.add_row(each.question.key.replace("_", " "), _told(each.value), _SAID[each.said_by])
    print_table(contract)
    for note in (*imported.contract.found.notes, *imported.contract.notes, *imported.notes):
        print(f"note: {note}")
    _print_parity(imported, framework)
    _print_next_steps(imported, into)


def _told(value: Any) -> str:
    return (", ".join(map(str, value)) or "all") if isinstance(value, tuple) else str(value)


def _print_parity(imported: "Imported", framework: str) -> None:
    from dicom_node.cli.terminal import make_table, print_table

    numbers = ("largest difference", "allowed", "spread over images", "float16 weights")
    table = make_table(("output", *numbers), numbers=numbers, title=f"{imported.entry.backend} against {framework}")
    rounded = {each.quantity: f"{each.largest:.2g} {each.unit}" for each in imported.rounded}
    for each in imported.differences:
        table.add_row(*_cells(each), rounded.get(each.quantity, "-"))
    print_table(table)
    flat = [each.quantity for each in imported.differences if each.spread <= each.tolerance]
    if flat:
        print(f"note: {', '.join(flat)} is the same on every image: agreement says little. Try --images, and --range.")


def _cells(each: "Difference") -> tuple[str, ...]:
    return each.quantity, f"{each.largest:.2g} {each.unit}", f"{each.tolerance:g}", f"{each.spread:.2g}"


def _print_next_steps(imported: "Imported", into: Path) -> None:
    print(f"Written to {into}. It has not been validated here, and is not calibrated. Next:")
    print(f"  osteonode models verify --bundle {into}")
    print(f"  osteonode models evaluate --bundle {into} --data DIR   on labelled radiographs of your own")
    print(f"  osteonode read IMAGE --bundle {into}")
    if imported.entry.speaks_of_fractures and not imported.contract["weight"]:
        print(
            "Its weight is 0: it is told beside the others and moves nothing. Give it one with --weight once measured."
        )
