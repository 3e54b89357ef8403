"""The node's reader without a network: files in, readings out, in the order they were named."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from dicom_node.cli.image_files import ImageFile, open_header
from dicom_node.ports import FractureReader, ReadImage
from domain.finding import ReadingStatus
from inference.reasons import REASONS


@dataclass(frozen=True, slots=True)
class Answered:
    """One file and what the models say of it."""

    image: ImageFile
    read: ReadImage

    @property
    def could_be_opened(self) -> bool:
        """Whether the file is an image that the models were asked about, and none of them broke."""
        reading = self.read.reading
        return reading.status is not ReadingStatus.FAILED and reading.reason != REASONS["not-dicom"]


def read_files(
    paths: Sequence[Path], reader: FractureReader, evidence: Path, *, at_once: int, keep_pictures: bool
) -> Iterator[Answered]:
    """Read files, `at_once` at the same time, and give the answers in the order of `paths`.

    The pictures that documents show go into folders below `evidence`; without `keep_pictures` each goes at once, for
    thousands of images would fill a disk.
    """

    def read_one(numbered: tuple[int, Path]) -> Answered:
        number, path = numbered
        # A folder each: two files may hold the same instance.
        folder = evidence / str(number)
        answered = Answered(open_header(path), reader.read(path, evidence_folder=folder))
        if not keep_pictures:
            rmtree(folder, ignore_errors=True)
        return answered

    with ThreadPoolExecutor(at_once, thread_name_prefix="read") as threads:
        yield from threads.map(read_one, enumerate(paths))
