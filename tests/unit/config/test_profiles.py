"""The table of profiles against what is really written."""

from pydicom.uid import UID

from config.documentation import PROJECT
from config.profiles import DEFAULT_PROFILE, PROFILES, SOP_CLASSES
from domain.document import HL7_KINDS, OPTIONAL_KINDS, DocumentKind
from domain.tier import Tier
from tests.fakes.report_sources import compose_images, make_header, read_image


def test_every_kind_of_dicom_object_is_of_the_sop_class_that_the_table_names() -> None:
    assert set(SOP_CLASSES) == set(DocumentKind) - HL7_KINDS
    header = make_header()
    asked = {"optional_documents": sorted(OPTIONAL_KINDS)}
    for document in compose_images((header, read_image(header)), **asked).documents:
        if document.kind not in HL7_KINDS:
            assert SOP_CLASSES[document.kind] == UID(document.sop_class_uid).name


def test_each_profile_and_each_tier_has_its_row_in_the_documentation() -> None:
    reference = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for profile in PROFILES.values():
        (row,) = [line for line in reference.splitlines() if line.startswith(f"| `{profile.name}` |")]
        assert row.endswith(f"| {profile.reason} |")
        if profile.name != DEFAULT_PROFILE:
            assert all(f"`{kind}`" in row for kind in profile.documents)
    for tier in Tier:
        states = ["yes" if said else "no" for said in (tier.states_types, tier.states_places)]
        assert f"| `{tier.value}` | yes | {' | '.join(states)} |" in reference


def test_a_profile_names_no_kind_twice_and_says_why() -> None:
    for profile in PROFILES.values():
        assert len(set(profile.documents)) == len(profile.documents) > 0
        assert profile.reason.endswith(".")
