"""What every member says of every image of a split, gathered once, so that all that is fitted is fitted on the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from domain.finding import Corners
from inference.backends.installed import open_backends
from inference.canvases import Canvases
from inference.ensemble import Ensemble, Opinion
from inference.header import read_header
from inference.picture import open_picture
from inference.radiograph import develop
from inference.training.fracatlas import LabelledRow, Row, Split, read_rows
from inference.zoo import Precision, load_manifest

Progress = Callable[[Iterable[Row]], Iterable[Row]]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered(LabelledRow):
    """One image of the split: what the authors say of it, and the opinion of a bundle.

    Attributes:
        boxes: the authors' boxes in pixels of the stored image.
    """

    rows: int
    columns: int
    boxes: tuple[Corners, ...]
    opinion: Opinion

    def calibrated_logit(self, member: str) -> float:
        """Return the calibrated logit of one member."""
        return next(each.calibrated_logit for each in self.opinion.evidence if each.entry.name == member)


def gather(
    bundle: Path,
    data: Path,
    split: Split,
    *,
    precision: Precision = "f32",
    threads: int = 2,
    progress: Progress = iter,
) -> list[Gathered]:
    """Ask all members of a version of a bundle about every image of a split.

    Raises:
        ValueError: the bundle does not recognise the region of an image: the fit would be on fewer images than it says.
    """
    ensemble = Ensemble(bundle, load_manifest(bundle, precision), open_backends(threads))
    return [_gather_one(ensemble, data, row) for row in progress(read_rows(data, split))]


def _gather_one(ensemble: Ensemble, data: Path, row: Row) -> Gathered:
    picture = open_picture(data / "images" / row["image_id"])
    header = read_header(picture)
    opinion = ensemble.read(Canvases(develop(picture, header).display))
    if not opinion.is_known:
        raise ValueError(f"{row['image_id']}: the region is not recognised, set minimum_probability to 0 to fit")
    width, height = header.columns, header.rows
    boxes = LabelledRow(row).boxes_px(height, width)
    return Gathered(row, height, width, tuple(boxes), opinion)
