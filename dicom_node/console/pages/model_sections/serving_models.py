"""The version of the bundle that reads here: what every section of the page models is about."""

from dataclasses import dataclass
from pathlib import Path

from config.reading import Reading
from inference.zoo import BUNDLED, Manifest, Precision, load_manifest, model_set
from inference.zoo.evaluation import Evaluation, load_evaluation


@dataclass(frozen=True, slots=True)
class ServingModels:
    """What reads the images of this node.

    Attributes:
        bundle: its folder.
        digest: of the set of models.
        evaluation: what was measured of these very models; None where nothing was.
        is_of_others: there is an evaluation, but of another set of models.
    """

    bundle: Path
    precision: Precision
    manifest: Manifest
    digest: str
    evaluation: Evaluation | None
    is_of_others: bool

    @classmethod
    def of_settings(cls, reading: Reading) -> "ServingModels":
        """Return them; raises ModelError where the files of the bundle cannot be used."""
        bundle, precision = reading.bundle or BUNDLED, reading.precision
        manifest = load_manifest(bundle, precision)
        digest, found = model_set(manifest), load_evaluation(bundle, precision)
        measured = found if found is not None and found.model_set == digest else None
        return cls(bundle, precision, manifest, digest, measured, found is not None and measured is None)
