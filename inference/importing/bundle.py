"""A bundle with one more model: a copy of another bundle, or a bundle of somebody's own that grows."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import ConfigError, ModelError
from inference.calibration import mean_points
from inference.zoo import load_manifest
from inference.zoo.manifest import ANY_REGION, Fusion, Manifest, Model

_MANIFEST = "manifest.json"
_NAME = r"[a-z0-9][a-z0-9.-]{0,63}"


def open_base(into: Path, base: Path) -> tuple[Path, Manifest]:
    """Return the bundle that a model joins: the one in `into` where there is one, else `base`.

    Raises:
        ConfigError: `into` is a folder with something else in it.
        ModelError: the bundle cannot be read.
    """
    if (into / _MANIFEST).is_file():
        return into, load_manifest(into)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise ConfigError((f"--into: {into} holds something that is no bundle",), subject=str(into))
    return base, load_manifest(base)


def require_names(manifest: Manifest, name: str, without: Sequence[str]) -> None:
    """Raise ConfigError unless a new model may have its name and the models to leave out exist."""
    names = [model.name for model in manifest.models]
    problems = [
        f"--without: there is no model {each!r}; there are {', '.join(names)}" for each in without if each not in names
    ]
    if name in names and name not in without:
        problems.append(f"--name: there is a model {name!r} already; --without {name} replaces it")
    if not re.fullmatch(_NAME, name):
        problems.append(f"--name {name!r}: small letters, digits, dots and dashes, at most 64, a letter or digit first")
    if problems:
        raise ConfigError(tuple(problems), subject=manifest.bundle)


def join(manifest: Manifest, entry: Model, *, bundle: str, without: Sequence[str], weight: float) -> Manifest:
    """Return the manifest with one more model.

    Args:
        without: models that are left out.
        weight: of the new model in the statement about a fracture, beside the others' own. With 0 it speaks, is told
            among the members, and moves nothing.

    Raises:
        ConfigError: what is left cannot read an image, or a file of the new model has the name of another's.
    """
    kept = tuple(model for model in manifest.models if model.name not in without)
    taken = sorted(set(entry.files) & {name for model in kept for name in model.files})
    if taken:
        raise ConfigError((f"--name: another model has files called {', '.join(taken)}",), subject=bundle)
    fusion = _fuse(manifest.fusion, kept, entry, weight)
    try:
        return Manifest.model_validate(
            {"schema": 2, "bundle": _slug(bundle), "models": (*kept, entry), "fusion": fusion}, from_attributes=True
        )
    except ValidationError as error:
        told = tuple(str(each["msg"]).removeprefix("Value error, ") for each in error.errors())
        raise ConfigError(told, subject=bundle) from error


def _fuse(rule: Fusion | None, kept: tuple[Model, ...], entry: Model, weight: float) -> Fusion | None:
    speaking = [model for model in kept if model.speaks_of_fractures]
    if not speaking:
        return None
    weights = {model.name: rule.weights[model.name] if rule else 1 / len(speaking) for model in speaking}
    if entry.speaks_of_fractures:
        weights[entry.name] = weight
    elif rule is None:
        return None
    points = rule.operating_points if rule else {ANY_REGION: _mean_points(speaking)}
    return Fusion(
        weights=weights,
        intercept=rule.intercept if rule else 0.0,
        operating_points=points,
        choice=rule.choice if rule else "the mean of the members, as before the import",
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.")[:64] or "imported"


def _mean_points(models: Sequence[Model]) -> Any:
    from inference.fusion import EVEN

    named = [model.operating_points for model in models if model.operating_points]
    return mean_points(named) if named else EVEN


def write_bundle(into: Path, base: Path, manifest: Manifest, staged: Path) -> None:
    """Write the files of every model, the new one's from `staged`, and the manifest last.

    Raises:
        ModelError: the bundle that the model joins lacks a file.
        OSError: the folder cannot be written.
    """
    into.mkdir(parents=True, exist_ok=True)
    for model in manifest.models:
        for name in model.files:
            source = staged / name if (staged / name).is_file() else base / name
            _copy(source, into / name)
    text = json.dumps(manifest.model_dump(mode="json", by_alias=True, exclude_none=True), indent=2) + "\n"
    fresh = into / f"{_MANIFEST}.tmp"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(into / _MANIFEST)


def _copy(source: Path, target: Path) -> None:
    if target.exists() and source.resolve() == target.resolve():
        return
    try:
        fresh = target.with_name(f"{target.name}.tmp")
        shutil.copyfile(source, fresh)
        fresh.replace(target)
    except FileNotFoundError as error:
        raise ModelError(f"{source.name} is missing in the bundle that the model joins") from error
