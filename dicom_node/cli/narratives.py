"""What `osteonode read --language` tells of each study: the paragraph that a radiologist would get."""

from collections.abc import Sequence

from config.settings import Reporting
from dicom_node.cli.offline_documents import group_by_study, state_study
from dicom_node.cli.offline_reading import Answered
from dicom_node.cli.terminal import explain
from domain.errors import DocumentError
from domain.impression import PhraseWriter
from reporting.context import BundleIdentity
from reporting.impression.choice import with_impression
from reporting.local_text import tell_in_english
from reporting.narrative import tell_study
from reporting.statement import StudyStatement


def print_narratives(
    answered: Sequence[Answered], *, bundle: BundleIdentity, reporting: Reporting, writer: PhraseWriter | None = None
) -> None:
    """Print a paragraph for each study to stdout, after its files; on stderr, which files have none and why."""
    studies = group_by_study(answered)
    for study_instance_uid, images in studies.items():
        try:
            statement = state_study(study_instance_uid, images, bundle=bundle, reporting=reporting)
        except DocumentError as error:
            explain("no paragraph", (f"study {study_instance_uid}: {error}",))
            continue
        _print(f"\n{', '.join(each.image.path.name for each in images)}:\n{_tell(statement, writer)}")
    # Those of one instance have one answer: only a file that names no study or instance has no paragraph.
    homeless = [each.image.path.name for each in answered if not _names_study(each)]
    if homeless:
        explain("no paragraph for files that name no study and no image", homeless)


def _tell(statement: StudyStatement, writer: PhraseWriter | None) -> str:
    """The lines of the documents where a phrase model was asked, which say whose words they are."""
    if writer is None:
        return tell_study(statement, statement.study.reporting.language)
    return " ".join(tell_in_english(with_impression(statement, writer)))


def _print(paragraph: str) -> None:
    """Print text as it is: rich knows nothing of text from right to left, and would break its lines."""
    try:
        print(paragraph)
    except UnicodeEncodeError:
        explain("the terminal cannot show this language", ("use one of UTF-8: PYTHONIOENCODING=utf-8, LANG=C.UTF-8",))


def _names_study(answered: Answered) -> bool:
    return bool(answered.image.study_instance_uid and answered.read.reading.sop_instance_uid)
