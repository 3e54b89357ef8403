"""Bundles on disk: read, verified by sha256, and only then used."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from domain.errors import ModelError, WeightsMismatch
from inference.zoo.manifest import Manifest, Model, Precision

#: The bundle that ships with the product.
BUNDLED = Path(__file__).parent / "bundle"

#: The versions of a bundle, by what they compute in. They are of the same training, and share nothing that was fitted
#: or measured: the same weights give other probabilities in another precision.
MANIFESTS: Mapping[Precision, str] = {
    "f32": "manifest.json",
    "bf16": "manifest-bf16.json",
    "int8": "manifest-int8.json",
}

#: What of an entry leaves the answer as it is.
_SILENT = {"data", "licence", "metrics", "outputs"}


@dataclass(frozen=True, slots=True)
class VerifiedModel:
    """A model whose bytes are those that its manifest entry names, by file name."""

    entry: Model
    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        """The member's name."""
        return self.entry.name

    @property
    def input_name(self) -> str:
        """The input tensor's name."""
        return self.entry.input.name

    @property
    def output_names(self) -> tuple[str, ...]:
        """The outputs that its entry names."""
        return tuple(self.entry.outputs)

    def content(self, suffix: str) -> bytes:
        """Return the bytes of its one file of a kind: xml, bin, keras, pt or txt."""
        return self.files[self.entry.file_name(suffix)]


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether one file of a bundle is the one that the manifest names."""

    model: str
    version: str
    file: str
    state: Literal["ok", "missing", "mismatch"]


def load_manifest(bundle: Path, precision: Precision = "f32") -> Manifest:
    """Read the manifest of that version of a bundle which was validated in a precision.

    Raises:
        ModelError: there is none, it does not say what a manifest must, or a model of it computes in another precision.
    """
    path = bundle / MANIFESTS[precision]
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(_say_absent(precision), subject=str(bundle)) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ModelError(f"the manifest is not valid: {problems}", subject=str(path)) from error
    others = ", ".join(model.name for model in manifest.models if model.precision != precision)
    if others:
        raise ModelError(f"the manifest is that of {precision}, and not of what it says of {others}", subject=str(path))
    return manifest


def _say_absent(precision: Precision) -> str:
    said = f"the bundle has no {MANIFESTS[precision]} that can be read"
    if precision == "f32":
        return said
    return (
        f"{said}: it was not validated in {precision}. Do that with `osteonode models revalidate --precision "
        f'{precision}`, or stay with reading.precision = "f32" (--precision f32)'
    )


def load_model(bundle: Path, entry: Model) -> VerifiedModel:
    """Return one model's bytes, hashed as they are used: nothing can be exchanged in between.

    Raises:
        WeightsMismatch: a file is missing, or is not the one that the manifest names.
    """
    return VerifiedModel(entry, {name: _read_verified(bundle, entry, name) for name in entry.files})


def _read_verified(bundle: Path, entry: Model, name: str) -> bytes:
    try:
        content = (bundle / name).read_bytes()
    except OSError as error:
        raise WeightsMismatch(f"{name} cannot be read", subject=entry.name) from error
    if hashlib.sha256(content).hexdigest() != entry.files[name]:
        raise WeightsMismatch(f"{name} is not the file that the manifest names", subject=entry.name)
    return content


def verify(bundle: Path, precision: Precision = "f32") -> list[Verification]:
    """Compare every file of a bundle with its manifest; raises ModelError when the manifest cannot be read."""
    return [
        Verification(model.name, model.version, name, _state(bundle / name, sha256))
        for model in load_manifest(bundle, precision).models
        for name, sha256 in sorted(model.files.items())
    ]


def _state(path: Path, sha256: str) -> Literal["ok", "missing", "mismatch"]:
    try:
        with path.open("rb") as file:
            return "ok" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "mismatch"
    except OSError:
        return "missing"


def model_set(manifest: Manifest) -> str:
    """Return the digest (64 hex digits) over all that decides an answer.

    That is every name, version and file hash, and the numbers beside them: another operating point is another answer.
    """
    entries = [model.model_dump(mode="json", exclude=_SILENT) for model in manifest.models]
    fusion = manifest.fusion.model_dump(mode="json", exclude={"choice"}) if manifest.fusion else None
    canonical = json.dumps([fusion, *sorted(entries, key=lambda entry: str(entry["name"]))], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
