"""How long the documents of a study take on one core, document by document, and how much memory."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dicom_node.bench.bars import judge
from dicom_node.bench.compose_workload import write_read_study
from dicom_node.bench.composing import Footprint, Timed, measure_footprint, time_compositions
from dicom_node.bench.durations import summarise
from dicom_node.bench.workload import COLUMNS, IMAGES_PER_STUDY, ROWS

#: One image of the largest detectors.
LARGE_ROWS, LARGE_COLUMNS = 4288, 3520
#: Images of the studies whose memory is compared.
SIZES = (2, 4, 8)
#: A display picture of 2048 x 1678 px, 8 bits: what a further image may not add to the memory of the documents.
_PICTURE_MIB = 2048 * 1678 / 2**20
#: What the composition must stay below.
BARS = {"study_p50_ms": 700.0, "large_p50_ms": 1500.0, "mib_a_further_image": round(_PICTURE_MIB, 1)}
Summary = dict[str, float | int]

#: Steps that `measure_compose` tells of.
STEPS = 3 + len(SIZES)


def measure_compose(folder: Path, *, rounds: int, step: Callable[[], None]) -> dict[str, object]:
    """Compose a study of two images, one of a large image, and studies of more and more images for their memory.

    Reading the images is left out: their display pictures and maps lie on disk, as the reader process leaves them.

    Raises:
        DocumentError: a document would leave non-conformant.
    """
    studies = {
        images: write_read_study(folder / str(images), images=images, rows=ROWS, columns=COLUMNS) for images in SIZES
    }
    large = write_read_study(folder / "large", images=1, rows=LARGE_ROWS, columns=LARGE_COLUMNS)
    step()
    timed = {}
    for name, files in (("study", studies[IMAGES_PER_STUDY]), ("large", large)):
        timed[name] = time_compositions(files, rounds)
        step()
    footprints = []
    for files in studies.values():
        footprints.append(measure_footprint(files))
        step()
    return {
        "what": "all documents of a study, from its findings and pictures on disk, on one core",
        "study of": f"{IMAGES_PER_STUDY} images of {ROWS} x {COLUMNS} px",
        "large of": f"1 image of {LARGE_ROWS} x {LARGE_COLUMNS} px",
        **{name: _summarise_whole(compositions) for name, compositions in timed.items()},
        "documents": {name: _summarise_documents(compositions) for name, compositions in timed.items()},
        "memory": {f"{each.images} images": _describe(each) for each in footprints},
        "bars": judge(_find_values(timed, footprints), BARS),
    }


def _summarise_whole(timed: Sequence[Timed]) -> dict[str, Summary]:
    return {
        "by the clock": summarise([each.whole for each in timed]),
        "of the processor": summarise([each.processor for each in timed]),
    }


def _summarise_documents(timed: Sequence[Timed]) -> dict[str, Summary]:
    return {name: summarise([each.documents[name] for each in timed]) for name in timed[0].documents}


def _describe(footprint: Footprint) -> dict[str, float]:
    beside = round(footprint.peak_mib - footprint.documents_mib, 1)
    return {"peak_mib": footprint.peak_mib, "documents_mib": footprint.documents_mib, "beside_mib": beside}


def add_an_image_mib(smaller: Footprint, larger: Footprint) -> float:
    """Return what each further image adds to the memory beside the finished documents, in MiB."""
    beside = [each.peak_mib - each.documents_mib for each in (smaller, larger)]
    return (beside[1] - beside[0]) / (larger.images - smaller.images)


def _find_values(timed: Mapping[str, Sequence[Timed]], footprints: Sequence[Footprint]) -> dict[str, float]:
    medians = {f"{name}_p50_ms": summarise([each.whole for each in rounds])["p50_ms"] for name, rounds in timed.items()}
    return medians | {"mib_a_further_image": round(add_an_image_mib(footprints[0], footprints[-1]), 2)}
