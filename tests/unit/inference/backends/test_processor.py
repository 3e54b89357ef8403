import pytest

from domain.errors import ModelUnavailable
from inference.backends.processor import has_precision, list_capabilities, require_processor


def without_bfloat16() -> tuple[str, ...]:
    return ("FP32", "INT8", "BIN")


def nobody() -> tuple[str, ...]:
    raise AssertionError("nobody needs to be asked about f32")


def test_every_processor_computes_in_f32() -> None:
    assert has_precision("f32", nobody)
    require_processor("f32", capabilities=nobody)


def test_a_processor_says_itself_whether_it_has_bfloat16() -> None:
    assert has_precision("bf16", lambda: ("BF16", "FP32"))
    assert not has_precision("bf16", without_bfloat16)


def test_eight_bits_need_bfloat16_beside_them() -> None:
    assert has_precision("int8", lambda: ("BF16", "INT8"))
    assert not has_precision("int8", without_bfloat16)


def test_this_processor_has_f32_whatever_it_has_besides() -> None:
    assert "FP32" in list_capabilities()


def test_what_is_missing_is_named_with_the_setting_to_change() -> None:
    with pytest.raises(ModelUnavailable, match=r"AVX512_BF16 or AMX_BF16.*Set reading\.precision to f32.*--precision"):
        require_processor("bf16", subject="a model", capabilities=without_bfloat16)
