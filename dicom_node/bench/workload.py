"""What the benchmarks send: drawn studies of two large radiographs each."""

from dataclasses import replace
from pathlib import Path

from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.identity import PhantomIdentity
from inference.phantom.spec import PhantomSpec

ROWS, COLUMNS, BITS_STORED = 2500, 2048, 12
IMAGES_PER_STUDY = 2
SPECS = (
    PhantomSpec("hand", True, ROWS, COLUMNS, 71, "L", BITS_STORED, view="PA", body_part="WRIST", broken_bone="radius"),
    PhantomSpec("hand", False, ROWS, COLUMNS, 72, "L", BITS_STORED, view="LATERAL", body_part="WRIST"),
)
IDENTITY = PhantomIdentity("Bench^Mark", "BENCH", "19700101", "O", "BENCH", "20260101", "080000")


def write_studies(folder: Path, number: int) -> tuple[tuple[Path, ...], ...]:
    """Write studies of two images of 2500 x 2048 px, 12 of 16 bits, Explicit VR LE; return the files of each.

    All show the same two drawings under other UIDs: what differs is a new image to the node.
    """
    folder.mkdir(parents=True, exist_ok=True)
    phantoms = [draw_phantom(spec) for spec in SPECS]
    studies = []
    for count in range(number):
        identity = replace(IDENTITY, patient_id=f"BENCH-{count}", accession_number=f"BENCH-{count}")
        files = []
        for index, ds in enumerate(make_study(phantoms, identity=identity)):
            files.append(folder / f"{count:04}-{index}.dcm")
            write_part10(files[-1], ds)
        studies.append(tuple(files))
    return tuple(studies)
