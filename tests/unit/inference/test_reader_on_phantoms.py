"""The reader on the samples that ship: headers and windows that a machine would write, and truth that is known."""

from dataclasses import replace

import numpy as np
import pytest

from domain.finding import FractureState, ReadingStatus
from inference.phantom import PhantomSpec, draw_phantom
from inference.phantom.dicom import FOR_PROCESSING, make_dataset
from inference.phantom.identity import PhantomIdentity
from inference.phantom.samples import SAMPLE_STUDIES
from inference.radiograph import Ineligible, develop
from inference.reader import Reader
from inference.zoo import BUNDLED

IDENTITY = PhantomIdentity("Doe^Jane", "P1", "19800101", "F", "A1", "20260102", "101112")
WRIST = PhantomSpec("hand", True, 180, 150, 1, "L", 12, view="PA", body_part="WRIST", plain=True)
needs_bundle = pytest.mark.skipif(not (BUNDLED / "manifest.json").exists(), reason="no bundle ships yet")


@pytest.mark.parametrize("modality", ["CR", "DX"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_phantom_and_its_monochrome1_twin_show_the_same(modality: str, bits: int) -> None:
    plain, twin = (
        develop(make_dataset(draw_phantom(replace(WRIST, bits_stored=bits, photometric_interpretation=photometric)),
                             identity=IDENTITY, modality=modality))
        for photometric in ("MONOCHROME2", "MONOCHROME1")
    )  # fmt: skip
    assert np.abs(plain.display - twin.display).max() < 2.5 / 2**8
    assert plain.display.std() > 0.1


def test_bone_is_brighter_than_air_on_every_sample() -> None:
    for study in SAMPLE_STUDIES:
        for spec in (spec for spec in study.images if spec.region != "chest"):
            small = replace(spec, rows=spec.rows // 8, columns=spec.columns // 8)
            display = develop(make_dataset(draw_phantom(small), identity=IDENTITY, modality=study.modality)).display
            rows, columns = display.shape
            middle = display[rows // 4 : -rows // 4, columns // 3 : -columns // 3].mean()
            corners = np.mean([display[:8, :8], display[:8, -8:], display[-8:, :8], display[-8:, -8:]])
            assert middle > corners + 0.2, study.name


@pytest.mark.parametrize(
    ("region", "options", "code"),
    [
        ("chest", {"modality": "CR"}, "body-part-not-supported"),
        ("chest", {"modality": "DX"}, "body-part-not-supported"),
        ("hand", {"modality": "DX", "presentation_intent": FOR_PROCESSING}, "for-processing"),
    ],
)
def test_a_phantom_that_may_not_be_read_says_why(region: str, options: dict[str, str], code: str) -> None:
    phantom = draw_phantom(PhantomSpec(region, False, 96, 96, 1, "L"))
    with pytest.raises(Ineligible) as caught:
        develop(make_dataset(phantom, identity=IDENTITY, **options))  # type: ignore[arg-type]
    assert caught.value.reason.code == code


@needs_bundle
@pytest.mark.slow
@pytest.mark.parametrize("study", SAMPLE_STUDIES, ids=lambda study: study.name)
def test_the_shipped_bundle_reads_the_shipped_samples(study: object) -> None:
    from inference.phantom.samples import SampleStudy

    assert isinstance(study, SampleStudy)
    reader = Reader(threads=2)
    for spec in study.images:
        ds = make_dataset(draw_phantom(spec), identity=study.identity, modality=study.modality)
        image = reader.read(ds).image
        if spec.region == "chest":
            assert image.status is ReadingStatus.NOT_ANALYSED
            continue
        assert image.region is not None
        assert (image.status, image.region.label) == (ReadingStatus.READ, spec.region)
        assert image.fracture is not None
        assert (image.fracture.state is FractureState.PRESENT) is spec.fractured


@needs_bundle
def test_the_shipped_bundle_starts_in_little_time() -> None:
    assert Reader(threads=2).start_seconds < 20
