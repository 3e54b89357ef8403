import io

import cv2
import numpy as np
import pytest
from PIL import Image

from inference.grey_png import encode_grey


@pytest.mark.parametrize("shape", [(1, 1), (3, 65), (300, 401)])
def test_others_read_the_same_grey(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    encoded = encode_grey(picture)
    with Image.open(io.BytesIO(encoded)) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        assert np.array_equal(np.asarray(image), picture)
    assert np.array_equal(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED), picture)


def test_a_damaged_byte_is_noticed() -> None:
    encoded = bytearray(encode_grey(np.zeros((50, 50), dtype=np.uint8)))
    encoded[60] ^= 1
    with pytest.raises((OSError, SyntaxError)), Image.open(io.BytesIO(bytes(encoded))) as image:
        image.load()
