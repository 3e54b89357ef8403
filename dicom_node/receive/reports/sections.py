"""The part of a report's text that is the radiologist's answer, in sentences."""

import re
from typing import Final

from dicom_node.receive.reports.wording import load_wording

_ITEM: Final = re.compile(r"\n\s*(?:\n|(?:\d{1,2}[.)]|[-*•])\s+)")
_SENTENCE_END: Final = re.compile(r"(?<=[.!])\s+|(?<=\?)\s+(?=[A-Z])")
#: Longer texts are none of a radiograph; the rest is not looked at, and nothing is said of it.
LONGEST_CHARACTERS: Final = 20_000


def find_answer(text: str) -> str:
    """Return the impression where the text has one, else all but what was asked; lines end with a line feed."""
    words = load_wording().patterns
    wanted, others, asked = (words[f"section.{key}"].pattern for key in ("wanted", "others", "asked"))
    heading = re.compile(rf"(?:^|(?<=[\n.]))[ \t]*({wanted}|{others})[ \t]*:", re.IGNORECASE)
    found = list(heading.finditer(text))
    if not found:
        return text
    ends = [each.start() for each in found[1:]] + [len(text)]
    parts = [(match[1].lower(), text[match.end() : end]) for match, end in zip(found, ends, strict=True)]
    impressions = [body for name, body in parts if re.fullmatch(wanted, name) and body.strip()]
    if impressions:
        return impressions[-1]
    return "\n\n".join([text[: found[0].start()], *(body for name, body in parts if not re.fullmatch(asked, name))])


def split_sentences(text: str) -> list[str]:
    """Return the sentences: a line that was wrapped goes on, an empty line and an item of a list end one."""
    items = _ITEM.split("\n" + text)
    sentences = (each for item in items for each in _SENTENCE_END.split(" ".join(item.split())))
    return [each for each in sentences if each.strip()]
