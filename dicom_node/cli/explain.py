"""osteonode explain: where the models looked in an image, and what each of its parts adds, as pictures and numbers."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import Bundle, Precision
from domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from dicom_node.cli.offline_explanation import Explained

Paths = Annotated[
    list[Path],
    typer.Argument(exists=True, help="DICOM, PNG or JPEG files, or folders to look through.", metavar="PATH..."),
]
Out = Annotated[
    Path, typer.Option("--out", help="Folder for two pictures (PNG) and the numbers (JSON) an image.", metavar="DIR")
]
Samples = Annotated[
    int,
    typer.Option("--samples", min=0, help="Images that LIME scores, each with other parts hidden; 0 leaves LIME out."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Decides which parts LIME hides: the same seed, the same map.")
]
Threads = Annotated[int, typer.Option("--threads", min=0, help="Threads of the processor. Default 0: one a core.")]


def explain(
    paths: Paths,
    out: Out,
    samples: Samples = 1000,
    seed: Seed = 0,
    threads: Threads = 0,
    bundle: Bundle = None,
    precision: Precision = "f32",
) -> None:
    """Show why the models say what they say of an image: a heat map, the region it points at, and LIME.

    The heat map comes with the reading. LIME asks the models again with parts of the image hidden, takes seconds to
    minutes, and needs the extra `models`: `make models`, then .venv-models/bin/osteonode; or --samples 0.
    Both explain models, not the patient: neither is a diagnosis, and a part that speaks for a fracture need not have
    one. Boxes are in pixels of the stored image, weights in probability (0.1 is ten percentage points).
    """
    from dicom_node.cli.image_files import find_images
    from dicom_node.cli.offline_explanation import Explainer
    from dicom_node.cli.terminal import show_progress
    from inference.zoo import BUNDLED

    files = find_images(paths)
    if samples and find_spec("lime") is None:
        raise ModelUnavailable(
            "LIME needs the package lime, which serving does not install: run `make models`, then "
            ".venv-models/bin/osteonode explain ..., or leave LIME out with --samples 0"
        )
    if not files:
        raise typer.BadParameter("no DICOM file and no PNG or JPEG there", param_hint="PATH")
    explainer = Explainer(
        bundle or BUNDLED,
        out,
        samples=samples,
        seed=seed,
        threads=threads or len(os.sched_getaffinity(0)),
        precision=precision,
    )
    with show_progress("explaining", max(samples, 1) * len(files)) as step:
        explained = [explainer.explain(path, _advance(step)) for path in files]
    _tell(explained, out)
    if not any(each.was_read for each in explained):
        raise typer.Exit(1)


def _advance(step: Callable[[], None]) -> Callable[[int], None]:
    def advance(number: int) -> None:
        for _ in range(number):
            step()

    return advance


def _tell(explained: "list[Explained]", out: Path) -> None:
    from dicom_node.cli.terminal import count, make_table, print_table

    table = make_table(
        ("file", "fracture", "probability", "region of interest", "LIME R2", "seconds"),
        numbers=("probability", "LIME R2", "seconds"),
    )
    for each in explained:
        table.add_row(*each.as_row())
    print_table(table)
    print(f"{count(sum(len(each.files) for each in explained), 'file')}: {out}")
