"""A bundle in another precision: a version of its own, fitted and measured anew, beside the first one."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.errors import ModelError
from domain.finding import Fracture
from inference.backends.processor import require_processor
from inference.fusion import fuse
from inference.training.calibrating import recalibrate
from inference.training.evaluation import ReadExample, read_split
from inference.training.gathering import Gathered, Progress
from inference.training.quantisation import quantise_members
from inference.training.validating import Draft, unfit, validate
from inference.zoo import MANIFESTS, Manifest, Model, Precision, load_manifest
from inference.zoo.evaluation import EVALUATIONS
from inference.zoo.score_reference import SCORE_REFERENCES


@dataclass(frozen=True, slots=True, eq=False)
class Revalidated:
    """The validation split as both versions read it.

    Attributes:
        first: by the f32 version.
        own: by the new version.
        unfitted: what the new precision says with the numbers of the f32 version, as if nobody had measured it.
    """

    name: str
    precision: Precision
    first: list[ReadExample]
    own: list[ReadExample]
    unfitted: list[Fracture]


def revalidate(bundle: Path, data: Path, precision: Precision, *, progress: Progress = iter) -> Revalidated:
    """Fit and measure a bundle in another precision, and write its manifest beside that of f32.

    The bundle is touched once, at the end: a run that is broken off leaves it as it was.

    Args:
        bundle: folder with manifest.json and weights.
        data: the FracAtlas folder.
        progress: is handed the images of the validation split, three times.

    Raises:
        ModelError: the bundle cannot be used, or a member does not run in OpenVINO, which alone has the precision.
        ModelUnavailable: the processor does not have the precision.
    """
    require_processor(precision)
    manifest = load_manifest(bundle)
    draft = draft_version(manifest, precision)
    first = read_split(bundle, data, "val", progress=progress)
    with TemporaryDirectory() as folder:
        staged = Path(folder)
        for name in {name for model in manifest.models for name in model.files}:
            shutil.copyfile(bundle / name, staged / name)
        if precision == "int8":
            quantise_members(staged, data, draft.models)
        validated = validate(staged, data, draft, progress=progress)
        own = {name for model in draft.models for name in model["files"]} - {
            name for model in manifest.models for name in model.files
        }
        for name in (
            *sorted(own),
            EVALUATIONS[precision],
            SCORE_REFERENCES[precision],
            MANIFESTS[precision],
        ):  # the manifest last: what it names is there by then
            _put(staged / name, bundle / name)
    return Revalidated(draft.name, precision, first, validated.examples, _say_unfitted(validated.gathered, manifest))


def _put(source: Path, target: Path) -> None:
    shutil.copyfile(source, fresh := target.with_name(f"{target.name}.tmp"))
    fresh.replace(target)


def draft_version(manifest: Manifest, precision: Precision) -> Draft:
    """Return a version of a bundle with the same weights and nothing fitted; raises ModelError (see `revalidate`)."""
    foreign = [model.name for model in manifest.models if model.backend != "openvino"]
    if foreign:
        raise ModelError(f"these members do not run in OpenVINO, which alone computes in {precision}: {foreign}")
    models = [_plain(model, precision) for model in manifest.models]
    return Draft(f"{manifest.bundle}-{precision}", models, precision)


def _plain(model: Model, precision: Precision) -> dict[str, Any]:
    return unfit(model) | {"version": f"{model.version}-{precision}", "precision": precision}


def _say_unfitted(gathered: list[Gathered], manifest: Manifest) -> list[Fracture]:
    """Return the statements that come of new logits and old numbers."""
    entries = {model.name: model.model_dump(mode="json") for model in manifest.models}
    return [
        fuse(each.opinion.evidence, manifest.fusion, each.opinion.region.label)[0]
        for each in recalibrate(gathered, entries)
    ]
