"""Radiographs of what is no limb: chest, abdomen, spine, skull and breast, drawn as sums of soft shadows."""

import numpy as np

from inference.training.negatives.canvas import Canvas, Points, cloud, ellipse_points, rescale
from inference.training.negatives.film import Film

Shape = tuple[int, int]


def draw_chest(rng: np.random.Generator, shape: Shape) -> Canvas:
    """Return a chest: frontal mostly, from the side at times."""
    film = Film(rng, shape)
    if rng.random() < 0.2:
        return _draw_lateral_chest(film)
    film.add(_box(0.06, 0.08, 0.94, 1.2), 1.1, 0.03, 0.05)
    film.add(_box(0.38, -0.2, 0.62, 0.15), 0.9, 0.03)
    width, top, base = rng.uniform(0.15, 0.2), rng.uniform(0.1, 0.2), rng.uniform(0.68, 0.9)
    for side in (-1, 1):
        x = 0.5 + side * rng.uniform(0.2, 0.24)
        film.add(_lung(x, side, width, top, base), -0.8 * rng.uniform(0.6, 1.1), 0.012, 0.03)
        film.add(ellipse_points((x - side * 0.08, 0.48), (0.05, 0.09), side * 0.4), 0.2, 0.03, 0.15)
        _add_ribs(film, side, top, base)
        film.add_tube(_curve((0.5 + side * 0.05, 0.19), (0.5 + side * 0.38, 0.13), -0.05), 0.02, 0.35)
        _add_vessels(film, x - side * 0.1)
    film.add(_box(0.455, -0.1, 0.545, 1.1), 0.5, 0.015, 0.02)
    heart = (rng.uniform(0.1, 0.17), rng.uniform(0.11, 0.16))
    film.add(ellipse_points((0.55, base - heart[1]), heart, 0.5), 0.6, 0.01)
    if rng.random() < 0.35:
        _add_device(film)
    return film.develop()


def _lung(x: float, side: int, width: float, top: float, base: float) -> Points:
    """Return the outline of a lung: pointed at the top, hollow below where the diaphragm is."""
    around = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    taper = np.where(np.sin(around) < 0, 0.8, 1.0)
    y = (top + base) / 2 + (base - top) / 2 * np.sin(around)
    across = x + width * taper * np.cos(around)
    y = np.where(y > base - 0.1, y - 0.08 * np.cos((across - x) / width * np.pi / 2), y)
    return np.column_stack([across, y + side * 0.01])


def _add_ribs(film: Film, side: int, top: float, base: float) -> None:
    count = int(film.rng.integers(7, 11))
    for index in range(count):
        y = top - 0.04 + (base - top) * index / (count - 1)
        reach = 0.22 + 0.19 * np.sin(np.pi / 2 * min(1, (index + 1.5) / 6))
        film.add_tube(_curve((0.5 + side * 0.04, y), (0.5 + side * reach, y + 0.1), -0.06), 0.022, 0.22)
        film.add_tube(_curve((0.5 + side * reach, y + 0.1), (0.5 + side * 0.16, y + 0.24), 0.04), 0.02, 0.12)


def _add_vessels(film: Film, x: float) -> None:
    for _ in range(int(film.rng.integers(5, 25))):
        end = (x + film.rng.normal(0, 0.1), 0.48 + film.rng.normal(0, 0.16))
        film.add_tube(_curve((x, 0.48), end, float(film.rng.normal(0, 0.03))), 0.006, 0.1)


def _add_device(film: Film) -> None:
    """Lay on what chests carry: a pacemaker, a tube, leads."""
    film.add(ellipse_points((0.75, 0.22), (0.05, 0.04)), 1.5, 0.002, 0.02)
    walk = np.cumsum(film.rng.normal(0, 0.03, (12, 2)), axis=0)
    film.add_tube(np.array([0.72, 0.25]) + walk, 0.005, 1.0)


def _draw_lateral_chest(film: Film) -> Canvas:
    film.add(ellipse_points((0.5, 0.6), (0.42, 0.7)), 1.2, 0.03)
    film.add(ellipse_points((0.5, 0.42), (0.3, 0.34), 0.15), -0.8, 0.02)
    _add_column(film, 0.76, -0.05, 1.05, 0.05)
    film.add(ellipse_points((0.38, 0.56), (0.15, 0.14), 0.5), 0.6, 0.015)
    for index in range(int(film.rng.integers(6, 11))):
        y = 0.12 + 0.07 * index
        film.add_tube(_curve((0.8, y), (0.25, y + 0.2), 0.05), 0.02, 0.15)
    return film.develop()


def draw_abdomen(rng: np.random.Generator, shape: Shape) -> Canvas:
    """Return a belly without hips: spine, bowel gas, organs, the crests of the pelvis at most."""
    film = Film(rng, shape)
    film.add(_box(0.05, -0.3, 0.95, 1.3), 1.2, 0.03, 0.04)
    _add_column(film, 0.5, -0.1, 1.05, rng.uniform(0.05, 0.08))
    for side, radius in ((-1, 0.22), (1, 0.12)):
        film.add(ellipse_points((0.5 + side * 0.26, 0.25), (radius, 0.2), side * 0.5), 0.3, 0.03)
        film.add(_box(0.5 + side * 0.1, 0.2, 0.5 + side * 0.22, 0.95), 0.2, 0.02)
    for _ in range(int(rng.integers(4, 40))):
        centre = (float(rng.uniform(0.12, 0.88)), float(rng.uniform(0.1, 0.95)))
        film.add(ellipse_points(centre, tuple(rng.uniform(0.01, 0.08, 2))), -rng.uniform(0.15, 0.6), 0.008, 0.25)
    return film.develop()


def draw_spine(rng: np.random.Generator, shape: Shape) -> Canvas:
    """Return a column of vertebrae in a narrow field, frontal or from the side, with the head above at times."""
    film = Film(rng, shape)
    film.add(ellipse_points((0.5, 0.5), (rng.uniform(0.25, 0.6), 0.9)), 1.0, 0.04)
    if rng.random() < 0.4:
        film.add(ellipse_points((0.45, 0.02), (0.35, 0.22)), 0.8, 0.01)
        film.add(ellipse_points((0.3, 0.22), (0.16, 0.06), 0.3), 0.6, 0.01)
    _add_column(film, float(rng.uniform(0.42, 0.58)), 0.0, 1.05, float(rng.uniform(0.07, 0.16)))
    return film.develop()


def _add_column(film: Film, x: float, top: float, bottom: float, half: float) -> None:
    """Lay on vertebrae: bodies with dense end plates, discs between, processes behind or in the middle."""
    height = half * film.rng.uniform(1.1, 1.7)
    bend = film.rng.normal(0, 0.05)
    is_lateral = film.rng.random() < 0.5
    for y in np.arange(top, bottom, height * 1.18):
        middle = x + bend * np.sin((y - top) * np.pi)
        film.add(_box(middle - half, y, middle + half, y + height), 0.4, 0.004, 0.02)
        for edge in (y, y + height):
            film.add_tube(np.array([(middle - half, edge), (middle + half, edge)]), half * 0.15, 0.4)
        process = (middle + half * 1.6, y + height) if is_lateral else (middle, y + height * 0.7)
        film.add(ellipse_points(process, (half * 0.6, half * 0.2), 0.5 * is_lateral), 0.35, 0.005)


def draw_skull(rng: np.random.Generator, shape: Shape) -> Canvas:
    """Return a head: from the front, from the side, or its teeth alone as a panorama."""
    film = Film(rng, shape)
    if rng.random() < 0.25:
        return _draw_teeth(film)
    side = float(rng.choice([0, 0.12]))
    film.add(ellipse_points((0.5 + side, 0.4), (0.3 + side, 0.36)), 0.9, 0.004, 0.02)
    film.add(ellipse_points((0.5 + side, 0.4), (0.27 + side, 0.33)), -0.35, 0.008, 0.02)
    film.add(ellipse_points((0.5 - 2 * side, 0.72), (0.2, 0.2)), 0.6, 0.01)
    for direction in (-1, 1):
        at = 0.5 - 2.2 * side + direction * 0.12 * (1 - 5 * side)
        film.add(ellipse_points((at, 0.52), (0.08, 0.07)), -0.35, 0.005, 0.06)
        film.add(ellipse_points((at, 0.66), (0.05, 0.06)), -0.25, 0.006, 0.1)
    film.add(ellipse_points((0.5 - 2 * side, 0.42), (0.08, 0.05)), -0.2, 0.006, 0.1)
    for x in np.linspace(-0.12, 0.12, int(rng.integers(6, 13))):
        film.add(_box(0.49 - 2 * side + x, 0.76, 0.51 - 2 * side + x, 0.86), 0.4, 0.002)
    _add_column(film, 0.5 + side, 0.85, 1.2, 0.07)
    return film.develop()


def _draw_teeth(film: Film) -> Canvas:
    film.add(_box(-0.1, 0.1, 1.1, 0.95), 0.7, 0.05)
    bend = film.rng.uniform(-0.2, 0.3)
    count = int(film.rng.integers(4, 17))
    for x in np.linspace(0.05, 0.95, count):
        y = 0.5 - bend * (x - 0.5) ** 2
        for direction in (-1, 1):
            film.add(_box(x - 0.3 / count, y, x + 0.3 / count, y + direction * 0.1), 0.6, 0.003, 0.05)
            film.add(_box(x - 0.15 / count, y + direction * 0.1, x + 0.15 / count, y + direction * 0.24), 0.35, 0.004)
    return film.develop()


def draw_mammogram(rng: np.random.Generator, shape: Shape) -> Canvas:
    """Return a breast: half an ellipse at one edge, strands within, a muscle in the corner at times."""
    film = Film(rng, shape)
    size = (float(rng.uniform(0.3, 0.75)), float(rng.uniform(0.3, 0.6)))
    film.add(ellipse_points((0.0, 0.5), size), 0.6, 0.02)
    film.add(ellipse_points((size[0] * 0.4, 0.5), (size[0] * 0.45, size[1] * 0.6)), rng.uniform(0.1, 0.7), 0.05, 0.2)
    if rng.random() < 0.5:
        film.add(np.array([(0, 0), (0.3, 0), (0.0, 0.6)]), 0.8, 0.01, 0.0)
    film.load *= np.float32(0.6) + np.float32(0.8) * cloud(rng, shape, float(rng.uniform(0.8, 1.6)))
    return rescale(film.develop())


def _box(left: float, top: float, right: float, bottom: float) -> Points:
    """Return a rectangle with rounded corners, as an outline of 64 points."""
    around = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    corner = np.column_stack([np.cos(around), np.sin(around)])
    rounded = np.sign(corner) * np.abs(corner) ** 0.35
    half = np.array([(right - left) / 2, (bottom - top) / 2])
    return np.asarray(np.array([(left + right) / 2, (top + bottom) / 2]) + rounded * half)


def _curve(start: tuple[float, float], end: tuple[float, float], sag: float) -> Points:
    """Return points from start to end, raised by `sag` of the picture's height in the middle."""
    along = np.linspace(0, 1, 16)[:, None]
    straight = np.array(start) * (1 - along) + np.array(end) * along
    return np.asarray(straight + np.array([0, sag]) * 4 * along * (1 - along))
