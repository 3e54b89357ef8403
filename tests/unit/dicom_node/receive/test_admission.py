"""Who may open an association."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from dicom_node.receive.admission import AssociationRequest, Rejection, refuse

SENDERS = [
    {"ae_title": "MOD1"},
    {"ae_title": "MOD2", "address": "10.1.0.0/16"},
    {"ae_title": "MOD2", "address": "2001:db8::/32"},
]


def settings(*, sender: list[dict[str, str]] = SENDERS, **node: object) -> Settings:
    return Settings.model_validate({"sender": sender, "node": node, "limits": {"associations": 2}})


def ask(
    calling: str = "MOD1", called: str = "OSTEONODE", address: str = "10.1.2.3", **more: object
) -> AssociationRequest:
    return AssociationRequest(calling, called, address, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "rejection"),
    [
        (ask(), None),
        (ask("  MOD1 ", " OSTEONODE  "), None),
        (ask("mod1"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask("MOD1X"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask("*"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask(called="osteonode"), Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED),
        (ask("MODX", "OTHER"), Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED),
        (ask("MOD2", address="10.1.255.255"), None),
        (ask("MOD2", address="::ffff:10.1.2.3"), None),
        (ask("MOD2", address="2001:db8::7%eth0"), None),
        (ask("MOD2", address="10.2.0.1"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask("MOD2", address="::ffff:10.2.0.1"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask(open_associations=1), None),
        (ask(open_associations=2), Rejection.LOCAL_LIMIT_EXCEEDED),
        (ask("MODX", open_associations=2), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask("MODX", "OTHER", stopping=True), Rejection.TEMPORARY_CONGESTION),
    ],
)
def test_a_request_is_admitted_or_refused_for_its_first_fault(
    request_: AssociationRequest, rejection: Rejection | None
) -> None:
    refusal = refuse(request_, settings())
    assert (refusal.rejection if refusal else None) is rejection


def test_nobody_may_send_to_a_node_without_senders() -> None:
    refusal = refuse(ask(), settings(sender=[]))
    assert refusal is not None
    assert refusal.rejection is Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED
    assert "nobody" in refusal.explanation


def test_a_star_admits_any_title_but_only_from_its_address() -> None:
    star = settings(sender=[{"ae_title": "*", "address": "192.168.7.0/24"}])
    assert refuse(ask("ANYTHING", address="192.168.7.9"), star) is None
    assert refuse(ask("ANYTHING", address="192.168.8.9"), star) is not None


def test_any_called_title_is_taken_when_the_check_is_off() -> None:
    assert refuse(ask(called="OTHER"), settings(check_called_ae_title=False)) is None


@given(st.text(alphabet="ABab12 _", min_size=1, max_size=16).filter(lambda title: title.strip() != ""))
def test_only_the_very_title_that_is_configured_is_admitted(title: str) -> None:
    admitted = refuse(ask(title), settings(sender=[{"ae_title": "AB_1"}])) is None
    assert admitted == (title.strip(" ") == "AB_1")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ask("MODX", address="10.9.9.9"), ["'MODX'", "10.9.9.9", "'MOD1'", "[[sender]]"]),
        (ask("MOD2", address="10.9.9.9"), ["'MOD2'", "10.9.9.9", "10.1.0.0/16", "sender.address"]),
        (ask(called="OTHER"), ["'MOD1'", "10.1.2.3", "'OTHER'", "'OSTEONODE'", "node.ae_title"]),
        (ask(open_associations=2), ["2 associations", "limits.associations"]),
    ],
)
def test_an_explanation_names_both_sides_and_the_key_to_change(request_: AssociationRequest, words: list[str]) -> None:
    refusal = refuse(request_, settings())
    assert refusal is not None
    assert [word for word in words if word not in refusal.explanation] == []
