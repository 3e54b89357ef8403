"""Who may open an association."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from dicom_node.receive.admission import Rejection, refuse
from dicom_node.receive.peers import AssociationRequest

SENDERS = [
    {"ae_title": "MOD1"},
    {"ae_title": "MOD2", "address": "10.1.0.0/16"},
    {"ae_title": "MOD2", "address": "2001:db8::/32"},
]


def settings(
    *, sender: Sequence[Mapping[str, object]] = SENDERS, entity: Sequence[Mapping[str, object]] = (), **node: object
) -> Settings:
    limits = {"associations": 2, "peer_associations": 1}
    return Settings.model_validate({"sender": sender, "application_entity": entity, "node": node, "limits": limits})


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
        (ask("   "), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        (ask(called="  "), Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED),
        (ask("\tMOD1"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
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
        (ask(open_associations=1, open_of_peer=1), Rejection.LOCAL_LIMIT_EXCEEDED),
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
        (ask(open_of_peer=1), ["1 associations", "limits.peer_associations"]),
        (ask("mod1"), ["'mod1'", "'MOD1'", "node.ignore_ae_title_case"]),
        (ask(called="osteonode"), ["'osteonode'", "node.ignore_ae_title_case"]),
        (ask("  "), ["blanks only", "PS3.5 6.2"]),
        (ask(called="  "), ["blanks only", "PS3.5 6.2"]),
    ],
)
def test_an_explanation_names_both_sides_and_the_key_to_change(request_: AssociationRequest, words: list[str]) -> None:
    refusal = refuse(request_, settings())
    assert refusal is not None
    assert [word for word in words if word not in refusal.explanation] == []


ENTITIES = [{"ae_title": "TRAUMA", "senders": ["MOD1"]}, {"ae_title": "SAFE", "tls": "required"}]


@pytest.mark.parametrize(
    ("request_", "rejection", "words"),
    [
        (ask(called="TRAUMA"), None, []),
        (ask(called="OSTEONODE"), None, []),
        (ask("MOD2", "TRAUMA"), Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED, ["'TRAUMA'", "'MOD1'", "senders"]),
        (ask(called="trauma"), Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED, ["'OSTEONODE', 'TRAUMA', 'SAFE'"]),
        (ask(called="SAFE"), Rejection.NO_REASON_GIVEN, ["plain text", "application_entity.tls"]),
        (ask(called="SAFE", encrypted=True), None, []),
    ],
)
def test_each_own_title_has_its_own_rules(
    request_: AssociationRequest, rejection: Rejection | None, words: list[str]
) -> None:
    refusal = refuse(request_, settings(entity=ENTITIES))
    assert (refusal.rejection if refusal else None) is rejection
    assert [word for word in words if refusal is None or word not in refusal.explanation] == []


def test_the_title_of_the_node_may_have_rules_too() -> None:
    only_mod2 = settings(entity=[{"ae_title": "OSTEONODE", "senders": ["MOD2"]}])
    assert refuse(ask("MOD2"), only_mod2) is None
    assert refuse(ask("MOD1"), only_mod2) is not None


def test_a_sender_that_must_encrypt_is_told_so_and_is_admitted_when_it_does() -> None:
    sender = [{"ae_title": "MOD1", "tls": "required"}, {"ae_title": "MOD1", "address": "10.7.0.0/16"}]
    refusal = refuse(ask(), settings(sender=sender))
    assert refusal is not None
    assert refusal.rejection.value == (1, 1, 1)
    assert "sender.tls" in refusal.explanation
    assert refuse(ask(encrypted=True), settings(sender=sender)) is None
    assert refuse(ask(address="10.7.1.1"), settings(sender=sender)) is None  # the second entry admits it in plain text


def test_a_sloppy_peer_is_admitted_in_any_case_where_the_switch_is_on() -> None:
    sloppy = settings(ignore_ae_title_case=True, entity=[{"ae_title": "Trauma", "senders": ["Mod1"]}])
    assert refuse(ask("mod1", "osteonode"), sloppy) is None
    assert refuse(ask("mOD1 ", " TRAUMA"), sloppy) is None
    assert refuse(ask("MOD1X"), sloppy) is not None


def test_several_addresses_are_each_admitted() -> None:
    two = settings(sender=[{"ae_title": "MOD1", "address": ["10.1.2.3", "192.168.7.0/24"]}])
    assert refuse(ask(address="10.1.2.3"), two) is refuse(ask(address="192.168.7.200"), two) is None
    assert refuse(ask(address="10.1.2.4"), two) is not None
