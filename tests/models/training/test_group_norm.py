"""What is served normalises as what was trained."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.training.group_norm import GroupNorm  # noqa: E402


def make_norm() -> GroupNorm:
    torch.manual_seed(1)
    norm = GroupNorm(3, 12)
    norm.load_state_dict({"weight": torch.randn(12), "bias": torch.randn(12)})
    return norm


def test_served_it_says_what_torch_says() -> None:
    norm = make_norm()
    # Far from zero, where a mean of squares less a squared mean would lose its digits.
    x = torch.randn(2, 12, 9, 7) * torch.arange(1.0, 13.0)[:, None, None] + 100
    with torch.inference_mode():
        torch.testing.assert_close(norm.eval()(x), norm.train()(x), rtol=1e-4, atol=1e-4)


def test_each_image_is_normalised_by_itself() -> None:
    norm = make_norm().eval()
    images = torch.randn(2, 12, 5, 5)
    with torch.inference_mode():
        together, alone = norm(images), torch.cat([norm(image[None]) for image in images])
    torch.testing.assert_close(together, alone)


def test_its_state_is_that_of_torch() -> None:
    assert make_norm().state_dict().keys() == torch.nn.GroupNorm(3, 12).state_dict().keys()
