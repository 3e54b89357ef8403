"""What the processor computes in, as the runtime sees it: a version of a bundle runs where its precision is, or not.

Where a processor has no bfloat16 the runtime may take f32 or imitate bfloat16 without a word: other probabilities than
those that were measured. So it is asked before a model is compiled.
"""

from collections.abc import Callable, Collection, Mapping

from domain.errors import ModelUnavailable
from inference.zoo import Precision

#: What the runtime must name among the capabilities of a processor; every one computes in f32.
_NEEDED: Mapping[Precision, frozenset[str]] = {
    "f32": frozenset(),
    "bf16": frozenset({"BF16"}),
    "int8": frozenset({"BF16", "INT8"}),
}


def list_capabilities() -> Collection[str]:
    """Return what OpenVINO says that the processor has by itself: FP32, INT8, maybe BF16, and others."""
    import openvino

    return tuple(openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def has_precision(precision: Precision, capabilities: Callable[[], Collection[str]] = list_capabilities) -> bool:
    """Return whether the processor computes in a precision by itself."""
    needed = _NEEDED[precision]
    return not needed or needed <= set(capabilities())


def require_processor(
    precision: Precision, *, subject: str = "", capabilities: Callable[[], Collection[str]] = list_capabilities
) -> None:
    """Raise ModelUnavailable, which names what is missing and the setting to change, unless the processor will do.

    Args:
        subject: the model that asks for the precision, or the setting.
        capabilities: tells what the processor has.
    """
    if not has_precision(precision, capabilities):
        raise ModelUnavailable(
            "this processor has no bfloat16 arithmetic (AVX512_BF16 or AMX_BF16), and in any other the models would "
            f"give other probabilities than those that were validated in {precision}. Set reading.precision to f32 (on "
            "the command line: --precision f32), or use a processor that has it",
            subject=subject,
        )
