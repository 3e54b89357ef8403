"""What documents say of a bundle is what its manifest says."""

import pytest

from dicom_node.pipeline.bundle_identity import identify_bundle
from inference.zoo import BUNDLED, load_manifest
from reporting.context import OperatingPoint


def test_operating_points_are_those_of_the_manifest_with_every_other_region_last() -> None:
    manifest = load_manifest(BUNDLED)
    identity = identify_bundle(manifest)
    assert manifest.fusion is not None
    points = manifest.fusion.operating_points
    assert identity.name == manifest.bundle
    assert [each.region for each in identity.operating_points] == [*sorted(set(points) - {"any"}), ""]
    assert identity.operating_points[-1].present_from == points["any"].present_from
    assert identity.operating_points[0].doubt_from == points[identity.operating_points[0].region].doubt_from


def test_a_bundle_without_a_statement_of_its_own_has_none() -> None:
    manifest = load_manifest(BUNDLED).model_copy(update={"fusion": None})
    assert identify_bundle(manifest).operating_points == ()


def test_suspicion_does_not_begin_before_doubt() -> None:
    with pytest.raises(ValueError, match="doubt begins before suspicion"):
        OperatingPoint("hand", 0.5, 0.4)
