"""The summary capture: the study on one page, and the first picture of the series that a viewer opens.

A page has room for twelve images; a larger study has more pages. PS3.3 A.8.1, 8-bit RGB.
"""

from collections import Counter
from collections.abc import Sequence

from domain.document import Document, DocumentKind
from reporting import equipment, wording
from reporting.captures.canvas import NOTICE, TEXT
from reporting.captures.secondary_capture import COLOURS, LEGEND, UNREAD_COLOUR, write_page
from reporting.captures.summary_cards import make_card
from reporting.captures.summary_layout import choose_grid, count_cards, count_pages
from reporting.captures.summary_page import Page, Tally, draw_page, thumbnail_room
from reporting.instance import Slot
from reporting.statement import ImageStatement, StudyStatement


def write_summary_captures(statement: StudyStatement) -> list[Document]:
    """Return the pages of a study's summary, the first with its first images."""
    return [_write_page(statement, number) for number in range(1, count_pages(len(statement.images)) + 1)]


def _write_page(statement: StudyStatement, number: int) -> Document:
    cards = count_cards(len(statement.images))
    images = statement.images[(number - 1) * cards : number * cards]
    slot = Slot(DocumentKind.SUMMARY_CAPTURE, "SC", f"page {number}", number)
    pixels = draw_page(fill_page(statement, images, number), statement.study.reporting.capture_side_px)
    return write_page(statement, images, slot, pixels)


def fill_page(statement: StudyStatement, images: Sequence[ImageStatement], number: int) -> Page:
    """Everything that a page says; what is said of the study stands on every page."""
    study, fracture, grid = statement.study, statement.result.fracture, choose_grid(len(statement.images))
    pages = count_pages(len(statement.images))
    version = wording.describe_version(study.version, study.replaces, retracts=study.retraction is not None)
    numbers = version, wording.describe_page(number, pages) if pages > 1 else ""
    return Page(
        title=f"{equipment.MODEL_NAME}   |   {wording.SUMMARY}",
        number="   |   ".join(filter(None, numbers)),
        notice=wording.NOT_A_DIAGNOSIS,
        review=wording.REVIEW,
        headline=statement.headline,
        colour=COLOURS[statement.state] if statement.state else UNREAD_COLOUR,
        certainty=wording.describe_probability(fracture.probability) if fracture else "",
        coverage="; ".join(
            filter(
                None,
                (
                    _cover(statement),
                    _arrival(statement),
                    wording.TIERS_IN_SHORT[study.tier],
                ),
            )
        ),
        coverage_colour=TEXT if statement.complete and study.shortfall is None and study.tier.states_places else NOTICE,
        tallies=_tally(statement),
        contradictions="; ".join(filter(None, map(_contradiction, statement.images))),
        cards=tuple(make_card(image, thumbnail_room(grid, index)) for index, image in enumerate(images)),
        grid=grid,
        legend=LEGEND if study.tier.states_places else (),
        software=f"{equipment.MODEL_NAME} {equipment.software_version(study)}",
        models=wording.describe_models(equipment.describe_members(study)) if study.models.members else "",
        silence="; ".join(_silence(statement)),
    )


def _cover(statement: StudyStatement) -> str:
    """How much of the study was read, or why the result was taken back."""
    retraction = statement.study.retraction
    if retraction is not None:
        return wording.describe_retraction_reason(retraction.reason)
    return wording.describe_coverage(len(statement.read), len(statement.images))


def _arrival(statement: StudyStatement) -> str:
    shortfall = statement.study.shortfall
    if shortfall is None or statement.study.retraction is not None:
        return ""
    return wording.describe_arrival_in_short(shortfall.arrived, shortfall.expected)


def _tally(statement: StudyStatement) -> tuple[Tally, ...]:
    """How many images say what, on all pages together; nothing of a retraction."""
    if statement.study.retraction is not None:
        return ()
    counted = Counter(image.fracture.state if image.fracture else None for image in statement.images)
    return tuple(
        Tally(f"{counted[state]} {words}", COLOURS[state] if state else UNREAD_COLOUR)
        for state, words in wording.TALLIES.items()
        if counted[state]
    )


def _contradiction(image: ImageStatement) -> str:
    """What the header of an image contradicts, or the models of it; empty where nothing does."""
    words = ", ".join(image.contradictions)
    return f"Image {image.number}: {words}" if words else ""


def _silence(statement: StudyStatement) -> list[str]:
    """The models that were asked and gave no answer, each with its images."""
    images: dict[str, list[int]] = {}
    for image in statement.images:
        for member in image.reading.silent:
            images.setdefault(f"{member.model} {member.version}".strip(), []).append(image.number)
    return [wording.describe_silent_model(model, numbers) for model, numbers in images.items()]
