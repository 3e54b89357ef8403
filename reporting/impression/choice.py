"""Who words the impression: a phrase model whose every statement was checked, else the template.

The model is asked through a port (domain/impression.py) and trusted with nothing: whatever it proposes, fails at or is
too slow for ends as the template, with a reason that names no patient.
"""

from dataclasses import replace

from domain.errors import DeadlineExceeded, ModelError
from domain.impression import FAILED, NO_PROPOSAL, NO_WORDS, TOO_SLOW, Impression, PhraseWriter
from reporting.impression.checker import check_impression
from reporting.impression.facts import list_facts
from reporting.statement import StudyStatement
from reporting.translation import ENGLISH


def word_impression(statement: StudyStatement, writer: PhraseWriter) -> Impression:
    """Return the model's impression where it says what was found, else why not."""
    facts = list_facts(statement)
    if facts is None:
        return Impression(writer.name, refusal=NO_WORDS)
    try:
        proposed = writer.propose(facts)
    except DeadlineExceeded:
        return Impression(writer.name, refusal=TOO_SLOW)
    except ModelError:
        return Impression(writer.name, refusal=FAILED)
    if not proposed:
        return Impression(writer.name, refusal=NO_PROPOSAL)
    rejection = check_impression(proposed, facts)
    return Impression(writer.name, refusal=rejection.code) if rejection else Impression(writer.name, text=proposed)


def with_impression(statement: StudyStatement, writer: PhraseWriter | None) -> StudyStatement:
    """Return the statement with its impression; as it is without a model, in another language, or where it retracts."""
    study = statement.study
    if writer is None or study.reporting.language != ENGLISH or study.retraction is not None:
        return statement
    return replace(statement, impression=word_impression(statement, writer))
