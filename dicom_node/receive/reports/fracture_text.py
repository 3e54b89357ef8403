"""What the text of a report says of a fracture: words and order of questions, no model.

Careful before complete. A text is "fracture" or "no fracture" only where it says so in plain English; a hedge is
"doubtful", and whatever is left over is "not stated". The words stand in fracture_wording.toml.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dicom_node.receive.reports.sections import LONGEST_CHARACTERS, find_answer, split_sentences
from dicom_node.receive.reports.wording import Wording, load_wording
from domain.final_report import ReportStatement

#: Of a longer one nobody can tell what belongs to what; and the questions cost more than the square of its length.
_LONGEST_SENTENCE_CHARACTERS: Final = 400
#: So near stands what belongs to a word.
_NEAR_CHARACTERS: Final = 70


class Said(StrEnum):
    """What one mention of a fracture comes to."""

    AFFIRMED = "affirmed"
    HEDGED = "hedged"
    NEGATED = "negated"
    NEGATED_AT_A_SITE = "negated_at_a_site"
    HEALED = "healed"
    UNSURE = "unsure"
    PASSED_OVER = "passed_over"


def read_statement(text: str) -> tuple[ReportStatement, str]:
    """Return what a report says of a fracture, and the rule that decided; never raises.

    Args:
        text: of the report, with or without headings; lines end with a line feed.
    """
    if len(text) > LONGEST_CHARACTERS:
        return ReportStatement.NOT_STATED, "text_too_long"
    words = load_wording()
    said = {each for sentence in split_sentences(find_answer(text)) for each in _read_sentence(sentence, words)}
    return _weigh(said)


def _weigh(said: set[Said]) -> tuple[ReportStatement, str]:
    """Put what the mentions come to together."""
    if Said.AFFIRMED in said:
        if Said.NEGATED in said:
            return ReportStatement.NOT_STATED, "text_contradicts"
        return ReportStatement.FRACTURE, "text_affirmed"
    if Said.HEDGED in said:
        return ReportStatement.DOUBTFUL, "text_hedged"
    if Said.UNSURE in said or said == {Said.NEGATED_AT_A_SITE, Said.HEALED}:
        return ReportStatement.NOT_STATED, "text_unsure"
    if said & {Said.NEGATED, Said.NEGATED_AT_A_SITE}:
        return ReportStatement.NO_FRACTURE, "text_negated"
    return (ReportStatement.NO_FRACTURE, "text_healed") if said else (ReportStatement.NOT_STATED, "text_silent")


def _read_sentence(sentence: str, words: Wording) -> Iterator[Said]:
    if len(sentence) > _LONGEST_SENTENCE_CHARACTERS:
        if words.finds("mention.words", sentence):
            yield Said.UNSURE
        return
    if words.finds("skip.sentences", sentence):
        return
    for clause in words["clause.breaks"].split(sentence):
        mentions = list(words["mention.words"].finditer(clause))
        if not mentions and words.finds("bone.negations", clause.strip()):
            yield Said.HEDGED if words.finds("bone.doubts", clause) else Said.NEGATED
        ends = [0, *(each.end() for each in mentions)]
        starts = [*(each.start() for each in mentions[1:]), len(clause)]
        for each, last, following in zip(mentions, ends, starts, strict=False):
            mention = _Mention(
                clause, clause[: each.start()], clause[last : each.start()], clause[each.end() : following]
            )
            found = next((said for question in _QUESTIONS if (said := question(mention, words))), Said.UNSURE)
            if found is not Said.PASSED_OVER:
                yield found


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where a fracture is mentioned: the clause, what stands before it there and since the last mention, and behind."""

    clause: str
    before: str
    since: str
    after: str

    @property
    def near(self) -> str:
        """What stands shortly before it."""
        return self.since[-_NEAR_CHARACTERS:]

    @property
    def denied(self) -> str | None:
        """What stands between the last negation of the clause and the mention; None where there is none."""
        found = list(load_wording()["negation.before"].finditer(self.before))
        return self.before[found[-1].end() :] if found else None


def _ask_exclusion(mention: _Mention, words: Wording) -> Said | None:
    hedged = words.finds("hedge.after", mention.after) or words.finds("hedge.strong", mention.since)
    return Said.HEDGED if hedged else None


def _ask_whose(mention: _Mention, words: Wording) -> Said | None:
    """The question that was asked, the past of the patient, what should be done, or no bone at all."""
    others = words.finds("skip.after", mention.after) or words.finds("skip.before", mention.before)
    return Said.PASSED_OVER if others else None


def _ask_age(mention: _Mention, words: Wording) -> Said | None:
    healed = words.finds("old.healed", mention.near) or words.finds("old.healed_after", mention.after)
    under_way = words.finds("old.under_way", mention.near) or words.finds("old.under_way_after", mention.after)
    if not (healed or under_way):
        return None
    if words.finds("negation.before", mention.since):  # "no acute or healing fracture", and what is like it
        is_plain = words.finds("old.recent", mention.since) and "," not in mention.since
        return Said.NEGATED if is_plain else Said.UNSURE
    return Said.HEALED if healed and not under_way else Said.UNSURE


def _ask_denial_behind(mention: _Mention, words: Wording) -> Said | None:
    return _negate(mention, words) if words.finds("negation.after", mention.after) else None


def _ask_hedge(mention: _Mention, words: Wording) -> Said | None:
    return Said.HEDGED if words.finds("hedge.before", mention.near) else None


def _ask_denial(mention: _Mention, words: Wording) -> Said | None:
    denied = mention.denied
    if denied is None:
        return None
    is_another = words.finds("negation.open_list", denied) and words.finds("negation.statement_after", mention.after)
    if is_another or len(denied) > _NEAR_CHARACTERS or words.finds("negation.part", mention.before):
        return Said.UNSURE
    return _negate(mention, words)


def _ask_affirmation(mention: _Mention, words: Wording) -> Said | None:
    if words.finds("clause.foreign", mention.clause):
        return None
    said = words.finds("affirmed.before", mention.near) or words.finds("affirmed.after", mention.after)
    return Said.AFFIRMED if said else None


def _negate(mention: _Mention, words: Wording) -> Said:
    return Said.NEGATED_AT_A_SITE if words.finds("site.words", mention.clause) else Said.NEGATED


#: The first that has an answer decides; where none has, nobody can be sure.
_QUESTIONS: Final[tuple[Callable[[_Mention, Wording], Said | None], ...]] = (
    _ask_exclusion,
    _ask_whose,
    _ask_age,
    _ask_denial_behind,
    _ask_hedge,
    _ask_denial,
    _ask_affirmation,
)
