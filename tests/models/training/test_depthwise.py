"""The fast depthwise convolution is the library's, forwards and backwards."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.training.depthwise import depthwise5  # noqa: E402


@pytest.mark.parametrize(("stride", "side"), [(1, 9), (2, 9), (2, 10)])
def test_values_and_gradients_are_those_of_conv2d(stride: int, side: int) -> None:
    torch.manual_seed(0)
    inputs = (torch.randn(2, 4, side, side), torch.randn(4, 1, 5, 5), torch.randn(4))
    leaves = [each.requires_grad_() for each in inputs]
    expected = torch.nn.functional.conv2d(*leaves, stride=stride, groups=4)
    x, kernel, bias = leaves
    found = depthwise5(x, kernel, bias, stride)
    outward = torch.randn_like(expected)
    assert torch.allclose(found, expected, atol=1e-5)
    for one, other in zip(
        torch.autograd.grad(found, leaves, outward), torch.autograd.grad(expected, leaves, outward), strict=True
    ):
        assert torch.allclose(one, other, atol=1e-4)


def test_a_frozen_kernel_costs_no_gradient() -> None:
    x = torch.randn(1, 2, 7, 7, requires_grad=True)
    kernel, bias = torch.randn(2, 1, 5, 5), torch.randn(2)
    depthwise5(x, kernel, bias, 1).sum().backward()
    assert kernel.grad is None
    assert x.grad is not None
