from dicom_node.association_failures.contexts import CONTEXT_RESULTS, explain_context


def test_a_transfer_syntax_is_told_from_a_class() -> None:
    assert "enable this SOP class" in explain_context(3).change
    assert "Little Endian" in explain_context(4).change


def test_a_result_that_the_standard_lacks_is_refused_without_a_reason() -> None:
    assert explain_context(9) is CONTEXT_RESULTS[2]
