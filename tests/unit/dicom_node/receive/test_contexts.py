"""The table of what is accepted."""

from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    MPEG2MPML,
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    SecondaryCaptureImageStorage,
)
from pynetdicom.presentation import AllStoragePresentationContexts, build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from config.image_classes import SOP_CLASS_OF
from dicom_node.receive.contexts import (
    COMPRESSED_TRANSFER_SYNTAXES,
    NATIVE_TRANSFER_SYNTAXES,
    STORAGE_SOP_CLASSES,
    explain_refused,
    is_decodable,
    supported_contexts,
    undecodable,
)
from inference.decode import PLUGINS


def test_explicit_little_endian_is_the_first_choice_everywhere() -> None:
    assert {context.transfer_syntax[0] for context in supported_contexts()} == {ExplicitVRLittleEndian}


def test_everyone_can_fall_back_to_the_default_transfer_syntax() -> None:
    assert all(ImplicitVRLittleEndian in context.transfer_syntax for context in supported_contexts())


def test_every_syntax_of_the_table_can_be_decoded_with_the_locked_packages() -> None:
    assert undecodable() == ()


def test_what_is_looked_for_decodes_as_pydicom_itself_says_when_it_is_loaded() -> None:
    known = (*COMPRESSED_TRANSFER_SYNTAXES, JPEGExtended12Bit)
    found = {uid for uid in known if get_decoder(uid).is_available}
    assert {uid for uid in known if is_decodable(uid)} == found - {JPEGExtended12Bit}


def test_twelve_bit_jpeg_is_not_accepted_because_only_gpl_code_decodes_it() -> None:
    assert JPEGExtended12Bit not in COMPRESSED_TRANSFER_SYNTAXES + NATIVE_TRANSFER_SYNTAXES


def test_a_syntax_without_a_decoder_is_named() -> None:
    assert undecodable([JPEGBaseline8Bit, MPEG2MPML]) == (MPEG2MPML,)


def test_a_syntax_that_nobody_knows_is_not_decodable() -> None:
    assert not is_decodable(UID("1.2.840.10008.1.2.4.9999"))


def test_the_accepted_classes_are_those_of_plain_radiographs_and_verification() -> None:
    accepted = {str(context.abstract_syntax) for context in supported_contexts()}
    assert accepted == {str(uid) for uid in STORAGE_SOP_CLASSES} | {"1.2.840.10008.1.1"}
    assert str(CTImageStorage) not in accepted


def test_every_syntax_that_the_reader_can_decode_is_accepted() -> None:
    twelve_bit = {JPEGExtended12Bit}  # is decoded with 8 bits only, and a context does not say how many
    assert set(PLUGINS) - set(NATIVE_TRANSFER_SYNTAXES + COMPRESSED_TRANSFER_SYNTAXES) == twelve_bit


def test_the_classes_are_those_that_a_configuration_can_name() -> None:
    assert {UID(uid).keyword for uid in STORAGE_SOP_CLASSES} == {keyword for _uid, keyword in SOP_CLASS_OF.values()}


def test_a_peer_is_offered_its_own_classes_and_the_echo() -> None:
    offered = [context.abstract_syntax for context in supported_contexts([ComputedRadiographyImageStorage])]
    assert offered == [ComputedRadiographyImageStorage, Verification]


def test_a_refused_context_is_explained_once_with_the_key_that_would_admit_it() -> None:
    refused = [build_context(uid) for uid in (CTImageStorage, SecondaryCaptureImageStorage, CTImageStorage)]
    admitted_by_key, foreign = explain_refused(refused, [ComputedRadiographyImageStorage])
    assert admitted_by_key.startswith("Secondary Capture Image Storage: not among sop_classes of the [[sender]]")
    assert foreign.startswith("CT Image Storage: no plain radiographs")
    (wrong_syntax,) = explain_refused(
        [build_context(ComputedRadiographyImageStorage)], [ComputedRadiographyImageStorage]
    )
    assert "transfer syntaxes" in wrong_syntax


def test_a_sender_that_proposes_every_class_there_is_costs_two_sentences_and_not_a_page() -> None:
    radiographs, own = set(STORAGE_SOP_CLASSES) - {ComputedRadiographyImageStorage}, ComputedRadiographyImageStorage
    others = [each for each in AllStoragePresentationContexts if each.abstract_syntax != own]
    explanations = explain_refused(others, [ComputedRadiographyImageStorage])
    assert [each.rpartition(": ")[2][:13] for each in explanations] == ["not among sop", "no plain radi"]
    left_out = len({context.abstract_syntax for context in others} - radiographs) - 3
    assert f" and {left_out} more: no plain radiographs" in explanations[1]
    assert all(uid.name in explanations[0] for uid in radiographs)
    assert sum(map(len, explanations)) < 600
