"""Models: what reads the images, how it was measured, and how long it takes."""

from typing import Final

from starlette.responses import Response

from dicom_node.console.page import Get, Page
from dicom_node.console.reliability_diagram import draw
from dicom_node.console.visit import Visit
from dicom_node.score_drift import DAYS, LEAST_IMAGES, DriftVerdict
from domain.role import Role
from inference.zoo import BUNDLED, MANIFESTS, load_manifest, model_set
from inference.zoo.evaluation import load_evaluation

#: In the order of the table; other measures are left out.
MEASURES: Final = (
    "roc_auc",
    "average_precision",
    "sensitivity_at_90_specificity",
    "expected_calibration_error",
)
STATEMENTS: Final = ("present", "doubt", "absent", "not_analysed")
#: How a verdict on drift looks.
TONES: Final = {
    DriftVerdict.SAME: "good",
    DriftVerdict.DIFFERS: "held",
    DriftVerdict.TOO_FEW: "plain",
    DriftVerdict.NO_REFERENCE: "plain",
}


def show(visit: Visit) -> Response:
    """Show the version of the bundle that reads here; raises ModelError where its files cannot be used."""
    reading = visit.services.settings.reading
    bundle = reading.bundle or BUNDLED
    manifest = load_manifest(bundle, reading.precision)
    digest, evaluation = model_set(manifest), load_evaluation(bundle, reading.precision)
    measured = evaluation is not None and evaluation.model_set == digest
    times = visit.services.reading_times.member_times(digest)
    return visit.render(
        "models.html",
        manifest=manifest,
        precision=reading.precision,
        others=[each for each, name in MANIFESTS.items() if each != reading.precision and (bundle / name).is_file()],
        model_set=digest,
        evaluation=evaluation if measured else None,
        of_other_models=evaluation is not None and not measured,
        diagram=draw(evaluation.reliability) if measured and evaluation else None,
        times={(each.model, each.version): each for each in times},
        measures=MEASURES,
        statements=STATEMENTS,
        drift=visit.services.drift(),
        drift_days=DAYS,
        least_images=LEAST_IMAGES,
        tones=TONES,
    )


PAGE = Page("models", Role.VIEWER, (Get("/models", show),), icon="models")
