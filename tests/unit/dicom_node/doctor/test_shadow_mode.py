from config.settings import Settings
from dicom_node.doctor.shadow_mode import examine_shadow
from dicom_node.doctor.verdicts import Verdict


def test_a_node_that_sends_has_nothing_to_say() -> None:
    assert list(examine_shadow(Settings())) == []


def test_a_node_in_shadow_mode_says_what_to_change() -> None:
    (check,) = examine_shadow(Settings.model_validate({"node": {"shadow_mode": True}}))
    assert check.verdict is Verdict.WARNING
    assert "sends nothing" in check.meaning
    assert "node.shadow_mode = false" in check.change


def test_a_title_in_shadow_mode_is_named() -> None:
    titles = [{"ae_title": "TRIAL", "shadow_mode": True}, {"ae_title": "OTHER"}]
    (check,) = examine_shadow(Settings.model_validate({"application_entity": titles}))
    assert "TRIAL" in check.meaning
    assert "OTHER" not in check.meaning
