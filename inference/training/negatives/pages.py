"""Pages: text, forms, reports and plots, as scanners and screenshot tools send them."""

import cv2
import numpy as np

from inference.training.negatives.canvas import Canvas, cloud, cover, grain, smooth, stroke, write

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
LETTERS = "aaabcdeeeefghiijklmnooprrssttuuvwxyzABCDEFGHIKLMNOPRSTUVW0123456789.,:-/()"


def draw_text(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a page of words: one size or headings, one column or two, seldom one large word."""
    page = np.zeros(shape, dtype=np.float32)
    columns = int(rng.choice([1, 1, 2]))
    size = float(np.exp(rng.uniform(np.log(0.18), np.log(1.2))))
    for column in range(columns):
        left, right = (column + 0.06) / columns, (column + 0.94) / columns
        _write(page, rng, (left, float(rng.uniform(0.02, 0.15)), right, float(rng.uniform(0.4, 0.99))), size)
    return _finish(page, rng)


def draw_form(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a table or a form: ruled boxes, some with text."""
    page = np.zeros(shape, dtype=np.float32)
    rows, columns = int(rng.integers(3, 22)), int(rng.integers(1, 8))
    down, across = np.linspace(0.06, 0.95, rows + 1), np.linspace(0.05, 0.95, columns + 1)
    across[1:-1] += rng.normal(0, 0.25 / columns, columns - 1)
    width = float(rng.choice([1, 1, 2]))
    for y in down:
        stroke(page, [(across[0], y), (across[-1], y)], width, 1.0)
    for x in across[:: int(rng.choice([1, columns]))]:
        stroke(page, [(x, down[0]), (x, down[-1])], width, 1.0)
    size = 0.5 * (down[1] - down[0]) * shape[0] / 22
    for row in range(rows):
        for column in np.flatnonzero(rng.random(columns) < 0.7):
            box = (float(across[column]) + 0.01, float(down[row]), float(across[column + 1]) - 0.01, float(down[row]))
            _write(page, rng, (box[0], box[1], box[2], box[1] + 0.01), max(0.18, float(size)), lines=1)
    return _finish(page, rng)


def draw_report(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a report: a logo, a heading, paragraphs, perhaps a grey picture among them."""
    page = np.zeros(shape, dtype=np.float32)
    rows, columns = shape
    _write(page, rng, (0.3, 0.04, 0.95, 0.1), float(rng.uniform(0.4, 0.9)), lines=1)
    centre = (int(columns * rng.uniform(0.1, 0.2)), int(rows * 0.08))
    logo = np.zeros(shape, dtype=np.uint8)
    cv2.circle(logo, centre, int(rows * rng.uniform(0.02, 0.06)), 255, int(rng.choice([-1, 2])), cv2.LINE_AA)
    cover(page, logo, 1.0)
    _write(page, rng, (0.06, 0.18, 0.95, float(rng.uniform(0.5, 0.97))), float(rng.uniform(0.18, 0.35)))
    if rng.random() < 0.5:
        top, left = int(rows * rng.uniform(0.3, 0.6)), int(columns * rng.uniform(0.08, 0.5))
        picture = cloud(rng, (rows // 4, columns // 3), 1.5)
        page[top : top + rows // 4, left : left + columns // 3] = picture
    return _finish(page, rng)


def draw_plot(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a diagram: axes with curves or bars."""
    page = np.zeros(shape, dtype=np.float32)
    stroke(page, [(0.12, 0.06), (0.12, 0.9), (0.96, 0.9)], 1.5, 1.0)
    for _ in range(int(rng.integers(1, 5))):
        x = np.linspace(0.12, 0.96, int(rng.integers(8, 120)))
        y = 0.5 + np.cumsum(rng.normal(0, 0.4 / np.sqrt(len(x)), len(x)))
        stroke(page, np.column_stack([x, np.clip(y, 0.08, 0.88)]), float(rng.uniform(1, 3)), float(rng.uniform(0.4, 1)))
    if rng.random() < 0.4:
        for x in np.linspace(0.17, 0.92, int(rng.integers(3, 14))):
            stroke(page, [(x, 0.9), (x, rng.uniform(0.1, 0.85))], shape[1] * rng.uniform(0.01, 0.05), 0.7)
    _write(page, rng, (0.2, 0.03, 0.9, 0.04), 0.35, lines=1)
    return _finish(page, rng)


def _write(
    page: Canvas, rng: np.random.Generator, box: tuple[float, float, float, float], size: float, lines: int = 400
) -> None:
    """Write words into a box (left, top, right, bottom as shares), at most so many lines."""
    rows, columns = page.shape
    font, pitch = int(rng.choice(FONTS)), 22 * size * rng.uniform(1.3, 2.2)
    y = box[1] * rows + pitch
    for _ in range(lines):
        room = int((box[2] - box[0]) * columns / max(14 * size, 1) * rng.uniform(0.4, 1))
        words = "".join(rng.choice(list(LETTERS + " " * 14), max(1, room)))
        if rng.random() > 0.08:
            write(page, words, (int(box[0] * columns), int(y)), font, size)
        y += pitch
        if y > box[3] * rows:
            break


def _finish(page: Canvas, rng: np.random.Generator) -> Canvas:
    """Turn and shear a little, give paper and ink their greys, and mostly put black on white."""
    rows, columns = page.shape
    angle = rng.normal(0, 3) + (90 * rng.integers(0, 4) if rng.random() < 0.2 else 0)
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), float(angle), float(rng.uniform(0.8, 1.3)))
    turned = np.asarray(cv2.warpAffine(page, turn, (columns, rows)), dtype=np.float32)
    ink, paper = rng.uniform(0, 0.3), rng.uniform(0.7, 1.0)
    if rng.random() < 0.35:
        ink, paper = paper, ink
    toned = paper + (ink - paper) * smooth(turned, float(rng.uniform(0, 0.8)))
    shade = 1 - rng.uniform(0, 0.25) * cloud(rng, page.shape, 2.0) * (rng.random() < 0.4)
    return grain(np.asarray(toned * shade, dtype=np.float32), rng, 0.04)
