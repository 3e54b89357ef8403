"""The report of a study as a PDF, A4: what the other documents say, for people without a viewer.

The same statement gives the same bytes: the only date in the file is that of the composition.
"""

from io import BytesIO
from typing import Any, Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from reporting import equipment
from reporting.pdf.cards import make_cards
from reporting.pdf.identity import identify
from reporting.pdf.pen import PAGE_HEIGHT_PT, PAGE_WIDTH_PT, Pen
from reporting.pdf.sheet import Frame, body_top, draw_frame, draw_portion, flow
from reporting.pdf.typeface import BOLD, REGULAR, embed, load_face
from reporting.statement import StudyStatement
from reporting.translation import Translation, load_translation

MIME_TYPE: Final = "application/pdf"
RIGHT_TO_LEFT: Final = {"ar"}
#: Streams as bytes: written as letters they are a quarter longer.
rl_config.useA85 = 0


def prepare() -> None:
    """Load the typefaces, work that the first report would otherwise wait for."""
    for face in (REGULAR, BOLD):
        load_face(face)


def write_pdf(statement: StudyStatement) -> bytes:
    """Return the report as the bytes of a PDF, in the language of the site, with every typeface it uses inside."""
    prepare()
    language = statement.study.reporting.language
    words = load_translation(language)
    frame = _frame(statement, words)
    pages = flow(tuple(make_cards(statement, words)), body_top(frame))
    with BytesIO() as file:
        canvas: Any = Canvas(
            file,
            pagesize=(PAGE_WIDTH_PT, PAGE_HEIGHT_PT),
            invariant=1,
            pageCompression=1,
            lang=language,
            initialFontName=REGULAR,  # its own default is one that no file may leave out
        )
        _entitle(canvas, statement)
        pen = Pen(canvas, rtl=language in RIGHT_TO_LEFT)
        for number, portions in enumerate(pages, 1):
            draw_frame(pen, frame, number, len(pages))
            for portion in portions:
                draw_portion(pen, portion)
            canvas.showPage()
        canvas.save()
        return file.getvalue()


def _frame(statement: StudyStatement, words: Translation) -> Frame:
    study = statement.study
    moment = _written_at(statement).strftime("%Y-%m-%d %H:%M")
    return Frame(
        notice=words.say("opening"),
        review=words.say("closing"),
        product=equipment.MODEL_NAME,
        title=words.label("title"),
        version=words.label("version", version=study.version, previous=study.replaces) if study.replaces else "",
        identity=identify(statement, words),
        footer=(
            words.label("study_instance_uid", uid=statement.study_instance_uid),
            words.say("part_separator").join(
                (
                    words.label("written", moment=embed(moment)),
                    f"{equipment.MODEL_NAME} {equipment.software_version(study)}",
                )
            ),
        ),
        page=lambda page, pages: words.label("page", page=page, pages=pages),
    )


def _written_at(statement: StudyStatement) -> Any:
    return statement.images[0].source.local_time(statement.study.composed_at)


def _entitle(canvas: Any, statement: StudyStatement) -> None:
    """What the file says of itself: the study it belongs to, and nothing of the patient."""
    written_at = _written_at(statement)
    zone = written_at.strftime("%z")
    canvas.setTitle(f"{equipment.MODEL_NAME} report")
    canvas.setAuthor(equipment.MODEL_NAME)
    canvas.setCreator(f"{equipment.MODEL_NAME} {equipment.software_version(statement.study)}")
    canvas.setSubject(statement.study_instance_uid)
    canvas.setDateFormatter(lambda *_: written_at.strftime("D:%Y%m%d%H%M%S") + f"{zone[:3]}'{zone[3:5]}'")
