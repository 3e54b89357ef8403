"""What a configuration may say, key by key where a wrong value would only show at a peer."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from config.image_classes import ImageClass
from config.profiles import PROFILES
from config.reporting import OptionalKind
from config.settings import Destination, Reporting, Sender, Settings
from domain.document import HL7_KINDS, OPTIONAL_KINDS, DocumentKind
from domain.tier import Tier


@pytest.mark.parametrize("key", ["manufacturer", "station_name"])
@pytest.mark.parametrize("text", ["Röntgen", "A\\B", ""])
def test_text_that_not_every_image_could_carry_is_refused(key: str, text: str) -> None:
    with pytest.raises(ValidationError):
        Reporting.model_validate({key: text})


@pytest.mark.parametrize("title", ["", "SEVENTEEN-LETTERS", "A\\B", "Ä"])
def test_what_is_no_ae_title_is_refused(title: str) -> None:
    with pytest.raises(ValidationError):
        Sender(ae_title=title)


@pytest.mark.parametrize("address", ["300.1.1.1", "modality", "10.0.0.0/40"])
def test_what_is_no_network_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Sender(ae_title="MOD", address=address)


def test_each_kind_of_destination_gets_what_it_can_take() -> None:
    pacs = Destination(name="pacs", kind="dicom", ae_title="PACS", host="127.0.0.1", port=104)
    ris = Destination(name="ris", kind="hl7", host="127.0.0.1", port=2575)
    assert pacs.sends == frozenset(DocumentKind) - HL7_KINDS - {DocumentKind.REJECTION_NOTE}
    assert ris.sends == HL7_KINDS


def test_rejection_notes_are_off_until_a_site_asks_and_go_to_archives_alone() -> None:
    pacs = {"name": "pacs", "kind": "dicom", "ae_title": "PACS", "host": "127.0.0.1", "port": 104}
    assert Destination.model_validate(pacs).rejection_notes == "off"
    assert Destination.model_validate(pacs | {"rejection_notes": "quality"}).rejection_notes == "quality"
    for wrong in ({"documents": ["rejection_note"]}, {"kind": "hl7", "rejection_notes": "quality"}):
        with pytest.raises(ValidationError, match="rejection note"):
            Destination.model_validate(pacs | wrong)


def test_a_destination_gets_only_the_kinds_that_are_named() -> None:
    kinds = (DocumentKind.SECONDARY_CAPTURE, DocumentKind.HL7_ORU)
    pacs = Destination(name="pacs", kind="dicom", ae_title="PACS", host="127.0.0.1", port=104, documents=kinds)
    assert pacs.sends == {DocumentKind.SECONDARY_CAPTURE, DocumentKind.LIME_CAPTURE}


def test_an_explanation_goes_where_captures_go_and_nowhere_else() -> None:
    reports = (DocumentKind.STRUCTURED_REPORT,)
    pacs = Destination(name="pacs", kind="dicom", ae_title="PACS", host="127.0.0.1", port=104, documents=reports)
    assert pacs.sends == set(reports)


def test_nothing_is_explained_unless_a_site_asks_for_it() -> None:
    assert Settings().explanations.lime is False


def test_impressions_are_worded_by_the_template_unless_a_site_asks_for_a_model() -> None:
    assert Settings().reporting.phrase_model is None
    assert Reporting(phrase_model="shipped").phrase_model == "shipped"
    assert Reporting.model_validate({"phrase_model": "./phrases"}).phrase_model == Path("phrases")


def test_a_phrase_model_is_not_asked_for_another_language_than_english() -> None:
    with pytest.raises(ValidationError, match="writes English alone"):
        Reporting(phrase_model="shipped", language="fr")


def test_two_destinations_of_one_name_are_refused() -> None:
    ris = Destination(name="ris", kind="hl7", host="127.0.0.1", port=2575)
    with pytest.raises(ValidationError, match="same name"):
        Settings(destination=(ris, ris))


def accept(*senders: tuple[str, str]) -> Settings:
    return Settings.model_validate({"sender": [{"ae_title": title, "tier": tier} for title, tier in senders]})


def test_a_sender_that_says_nothing_gets_the_full_tier() -> None:
    assert Settings.model_validate({"sender": [{"ae_title": "CT1"}]}).tier_of("CT1") is Tier.FULL


def test_a_title_of_its_own_goes_before_any_title() -> None:
    settings = accept(("*", "classification"), ("CT1", "types"))
    assert settings.tier_of("CT1 ") is Tier.TYPES
    assert settings.tier_of("ct1") is Tier.CLASSIFICATION


def test_one_title_with_two_tiers_is_refused() -> None:
    with pytest.raises(ValidationError, match="one tier"):
        accept(("CT1", "types"), ("CT1", "full"))
    assert accept(("CT1", "types"), ("CT1", "types")).tier_of("CT1") is Tier.TYPES


def test_the_kinds_that_may_be_asked_for_are_those_that_are_made_only_then() -> None:
    assert set(get_args(OptionalKind)) == OPTIONAL_KINDS


def test_a_kind_that_is_made_in_any_case_cannot_be_asked_for() -> None:
    with pytest.raises(ValidationError):
        Reporting.model_validate({"optional_documents": ["structured_report"]})


def test_a_destination_cannot_name_a_kind_that_is_not_made() -> None:
    named = {"name": "files", "kind": "folder", "folder": "out", "documents": ["encapsulated_pdf"]}
    asked = {"optional_documents": ["encapsulated_pdf"]}
    with pytest.raises(ValidationError, match=r"encapsulated_pdf: add it to optional_documents of \[reporting\]"):
        Settings.model_validate({"destination": [named]})
    assert Settings.model_validate({"destination": [named], "reporting": asked}).destination[0].sends


def to_archive(**keys: object) -> Destination:
    return Destination.model_validate(
        {"name": "pacs", "kind": "dicom", "ae_title": "PACS", "host": "127.0.0.1", "port": 104, **keys}
    )


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_sends_what_its_row_names_and_explanations_where_captures_go(name: str) -> None:
    row = frozenset(PROFILES[name].documents)
    lime = {DocumentKind.LIME_CAPTURE} if DocumentKind.SECONDARY_CAPTURE in row else set()
    assert to_archive(profile=name).sends == (row | lime) - HL7_KINDS


def test_the_documents_of_a_destination_go_before_its_profile() -> None:
    kinds = (DocumentKind.PRESENTATION_STATE,)
    assert to_archive(profile="captures-only", documents=kinds).sends == set(kinds)


def test_viewers_that_show_no_presentation_state_get_none() -> None:
    for name in ("ohif", "orthanc", "horos", "captures-only"):
        assert DocumentKind.PRESENTATION_STATE not in to_archive(profile=name).sends


def test_ihe_ai_results_never_falls_back() -> None:
    sent = to_archive(profile="ihe-air").sends
    assert sent == {DocumentKind.STRUCTURED_REPORT, DocumentKind.KEY_OBJECT_SELECTION}


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://viewer.hospital/ohif/viewer?StudyInstanceUIDs={StudyInstanceUID}",
        "http://10.1.2.3:8042/app/#study?uid={StudyInstanceUID}&mode=2d",
    ],
)
def test_a_link_to_the_study_is_a_url_with_its_uid(link: str) -> None:
    assert Reporting(hl7_link=link).hl7_link == link


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("https://viewer/", "StudyInstanceUID"),
        ("https://viewer/{StudyUID}", "StudyInstanceUID"),
        ("https://viewer/{StudyInstanceUID}/{PatientID}", "no other braces"),
        ("https://viewer/{StudyInstanceUID}/{StudyInstanceUID}", "once"),
        ("javascript:open({StudyInstanceUID})", "http"),
        ("file:///share/{StudyInstanceUID}", "http"),
        ("https:///{StudyInstanceUID}", "host"),
        ("https://reader:secret@viewer/{StudyInstanceUID}", "no user"),
        ("https://[viewer/{StudyInstanceUID}", "IPv6"),
        ("https://viewer/a b{StudyInstanceUID}", "pattern"),
        ("https://viewer/ä{StudyInstanceUID}", "pattern"),
        (f"https://viewer/{'a' * 900}{{StudyInstanceUID}}", "900"),
    ],
)
def test_what_is_no_link_to_a_study_is_refused_when_the_configuration_is_read(link: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Reporting(hl7_link=link)


def test_the_address_of_a_sender_may_be_one_several_or_any() -> None:
    assert Sender(ae_title="MOD").addresses == ()
    assert Sender(ae_title="MOD", address="10.1.0.0/16").addresses == ("10.1.0.0/16",)
    assert Sender(ae_title="MOD", address=("10.1.2.3", "2001:db8::/32")).addresses == ("10.1.2.3", "2001:db8::/32")
    with pytest.raises(ValidationError):
        Sender(ae_title="MOD", address=("10.1.2.3", "modality"))


@pytest.mark.parametrize("name", ["DX", "dx", "DigitalXRayImageStorageForPresentation", "1.2.840.10008.5.1.4.1.1.1.1"])
def test_a_kind_of_image_is_named_as_people_know_it(name: str) -> None:
    assert Sender.model_validate({"ae_title": "MOD", "sop_classes": [name]}).sop_classes == (ImageClass.DX,)


def test_what_is_no_radiograph_cannot_be_allowed() -> None:
    with pytest.raises(ValidationError):
        Sender.model_validate({"ae_title": "MOD", "sop_classes": ["CT"]})


def test_two_sets_of_rules_for_one_own_title_are_refused() -> None:
    values = {"application_entity": [{"ae_title": "TRAUMA"}, {"ae_title": "Trauma"}]}
    Settings.model_validate(values)
    with pytest.raises(ValidationError, match="same ae_title"):
        Settings.model_validate(values | {"node": {"ignore_ae_title_case": True}})


def test_a_title_is_for_senders_that_there_are() -> None:
    values = {"application_entity": [{"ae_title": "TRAUMA", "senders": ["MOD9"]}], "sender": [{"ae_title": "MOD1"}]}
    with pytest.raises(ValidationError, match="MOD9"):
        Settings.model_validate(values)
    Settings.model_validate(values | {"sender": [{"ae_title": "*"}]})


@pytest.mark.parametrize(
    ("calling", "called", "tier"),
    [
        ("MOD1", "OSTEONODE", Tier.FULL),
        ("MOD1", "SCREENING", Tier.TYPES),
        ("MOD2", "SCREENING", Tier.CLASSIFICATION),
        ("MOD2", "OSTEONODE", Tier.CLASSIFICATION),
    ],
)
def test_a_study_is_told_no_more_than_both_titles_allow(calling: str, called: str, tier: Tier) -> None:
    settings = Settings.model_validate(
        {
            "sender": [{"ae_title": "MOD1"}, {"ae_title": "MOD2", "tier": "classification"}],
            "application_entity": [{"ae_title": "SCREENING", "tier": "types"}],
        }
    )
    assert settings.tier_of(calling, called) is tier


def test_a_title_says_what_differs_from_completion_and_nothing_else() -> None:
    settings = Settings.model_validate(
        {
            "completion": {"quiet_seconds": 30, "hard_cap_seconds": 90},
            "application_entity": [{"ae_title": "TRAUMA", "quiet_seconds": 5}],
        }
    )
    own = settings.completion_of("TRAUMA ")
    assert (own.quiet_seconds, own.hard_cap_seconds, own.released_quiet_seconds) == (5, 90, None)
    assert settings.completion_of("OSTEONODE") == settings.completion


@pytest.mark.parametrize(
    ("tables", "missing"),
    [
        ({"final_reports": {}}, r"listener of \[orders\]"),
        ({"orders": {}, "final_report_code": [{"identifier": "1"}]}, r"add a table \[final_reports\]"),
    ],
)
def test_final_reports_need_what_brings_them(tables: dict[str, object], missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        Settings.model_validate(tables)
