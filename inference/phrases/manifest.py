"""What must be known of a phrase model to let it speak: phrases.json beside its two graphs."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue, ValidationError

from domain.errors import ModelError, WeightsMismatch
from inference.zoo.manifest import Entry, FileName, Name, Sha256

MANIFEST = "phrases.json"
PAD, BEGIN, END = "<pad>", "<begin>", "<end>"
ENCODER, DECODER = "encoder", "decoder"
FILES = frozenset(f"{graph}.{kind}" for graph in (ENCODER, DECODER) for kind in ("xml", "bin"))


class PhraseManifest(Entry):
    """A phrase model.

    Attributes:
        source, target: the vocabularies; the position of a token is its number.
        units: width of the states that go from step to step.
        longest: most tokens of a wording that it was trained with; it is stopped after as many.
        metrics: measured by its training, on findings that it did not see.
    """

    format: Literal[1] = Field(alias="schema")
    name: Name
    version: str = Field(min_length=1, max_length=32, pattern=r"^[!-~]+$")
    language: Literal["en"]
    files: dict[FileName, Sha256]
    source: tuple[str, ...] = Field(min_length=1)
    target: tuple[str, ...] = Field(min_length=1)
    units: int = Field(ge=1)
    longest: int = Field(ge=1)
    data: str
    licence: str
    metrics: dict[str, JsonValue]

    @property
    def title(self) -> str:
        """Name and version, as documents say them."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class VerifiedPhrases:
    """A phrase model whose files are those that its manifest names."""

    manifest: PhraseManifest
    files: dict[str, bytes]


def load_phrases(folder: Path) -> VerifiedPhrases:
    """Read a phrase model; nothing is compiled.

    Raises:
        ModelError: the folder holds none, with what to do.
        WeightsMismatch: a file is missing, or is not the one that the manifest names.
    """
    try:
        manifest = PhraseManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise ModelError(
            f"{folder} holds no phrase model ({MANIFEST}): make one with `osteonode models train report-phrases-lstm` "
            "in .venv-models, then name RUNS/report-phrases-lstm"
        ) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ModelError(f"{folder / MANIFEST} is not valid: {problems}") from error
    if set(manifest.files) != FILES:
        raise ModelError(f"{folder / MANIFEST} names other files than {', '.join(sorted(FILES))}")
    return VerifiedPhrases(manifest, {name: _read_verified(folder, name, sha) for name, sha in manifest.files.items()})


def _read_verified(folder: Path, name: str, sha256: str) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise WeightsMismatch(f"{name} of the phrase model cannot be read", subject=str(folder)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsMismatch(f"{name} is not the file that {MANIFEST} names", subject=str(folder))
    return content
