"""osteonode models guard: how well a bundle declines what is no radiograph of a limb."""

from pathlib import Path
from typing import Annotated

import typer

from dicom_node.cli.options import Bundle, Precision

Images = Annotated[
    Path,
    typer.Argument(
        exists=True,
        file_okay=False,
        help="Folder with one sub-folder per class of images: chest, photograph, text, ... in PNG, JPEG or DICOM.",
        metavar="FOLDER",
    ),
]


def measure_guard_of_bundle(images: Images, bundle: Bundle = None, precision: Precision = "f32") -> None:
    """Measure how many images of each class are answered "not analysed", and name those that were read.

    Give it what your archive also holds: chests, abdomens, scanned letters, photographs. A share has its 95 % interval
    (Wilson); a file that cannot be opened or on which a model failed ends the measure, so that no share profits of it.

    Example: models guard not-limbs/ --precision bf16
    """
    from dicom_node.cli.terminal import count_each, show_progress
    from inference.reader import Reader
    from inference.training.guard_evaluation import measure_guard, render_guard
    from inference.zoo import BUNDLED

    reader = Reader(bundle or BUNDLED, precision=precision)
    number = sum(1 for each in images.glob("*/*") if each.is_file() and not each.name.startswith("."))
    try:
        with show_progress("reading", number) as step:
            rows = measure_guard(reader, images, progress=count_each(step))
    except (FileNotFoundError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="FOLDER") from error
    print(render_guard(rows))
    for row in rows:
        for image in row.accepted:
            print(f"read: {row.name}/{image.name} ({image.probability:.2f})")
