"""A desk without a socket: a reader in the same process answers, or what a test wants is raised."""

import asyncio

from dicom_node.desk_ports import DeskAnswer, DeskQuestion
from dicom_node.image_desk.json_lines import write_line
from dicom_node.ports import FractureReader
from domain.errors import DeadlineExceeded, MalformedInstance, OsteonodeError
from tests.fakes.light_reader import LightReader


class FakeDesk:
    """Implements ImageDesk.

    Args:
        raises: what every question is refused with.
    """

    def __init__(self, reader: FractureReader | None = None, *, raises: OsteonodeError | None = None) -> None:
        self.reader = reader or LightReader()
        self.raises = raises
        self.questions: list[DeskQuestion] = []

    def is_open(self) -> bool:
        return self.raises is None

    async def read(self, question: DeskQuestion, *, deadline_seconds: float) -> DeskAnswer:
        self.questions.append(question)
        if self.raises is not None:
            raise self.raises
        if not question.image.is_file():
            raise MalformedInstance("there is no such image in the spool of the desk")
        try:
            async with asyncio.timeout(deadline_seconds):
                read = await asyncio.to_thread(self.reader.read, question.image, evidence_folder=question.image.parent)
        except TimeoutError as error:
            raise DeadlineExceeded("the image was not read in time") from error
        line = write_line(question.stated_path, question.study_instance_uid, read.reading)
        return DeskAnswer(line, read.reading.rows, read.reading.columns, read.display_path, read.heat_map_path)
