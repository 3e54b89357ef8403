"""The table of what is accepted."""

from pydicom.uid import (
    MPEG2MPML,
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
)

from dicom_node.receive.contexts import (
    COMPRESSED_TRANSFER_SYNTAXES,
    NATIVE_TRANSFER_SYNTAXES,
    STORAGE_SOP_CLASSES,
    is_decodable,
    supported_contexts,
    undecodable,
)


def test_explicit_little_endian_is_the_first_choice_everywhere() -> None:
    assert {context.transfer_syntax[0] for context in supported_contexts()} == {ExplicitVRLittleEndian}


def test_everyone_can_fall_back_to_the_default_transfer_syntax() -> None:
    assert all(ImplicitVRLittleEndian in context.transfer_syntax for context in supported_contexts())


def test_every_syntax_of_the_table_can_be_decoded_with_the_locked_packages() -> None:
    assert undecodable() == ()


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
