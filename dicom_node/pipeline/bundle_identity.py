"""A bundle of models as documents name it, from its manifest."""

from inference.zoo.manifest import ANY_REGION, Manifest
from reporting.context import BundleIdentity, OperatingPoint


def identify_bundle(manifest: Manifest) -> BundleIdentity:
    """Return the name of a bundle, and the operating points of what its models say together, by region."""
    points = manifest.fusion.operating_points if manifest.fusion else {}
    return BundleIdentity(
        manifest.bundle,
        tuple(
            OperatingPoint("" if region == ANY_REGION else region, each.doubt_from, each.present_from)
            for region, each in sorted(points.items(), key=lambda item: (item[0] == ANY_REGION, item[0]))
        ),
    )
