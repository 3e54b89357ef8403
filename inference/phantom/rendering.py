"""From path lengths to a radiograph: attenuation, scatter, processing, collimation, noise and quantisation."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.phantom.fracture import Break
from inference.phantom.pose import Pose
from inference.phantom.rasters import Raster, add_bone, add_plate, blur, join_flesh, make_texture
from inference.phantom.shapes import Anatomy

MU_BONE, MU_SOFT = 0.068, 0.0085
"""Attenuation per millimetre of dense bone and of soft tissue, in units of the display curve below."""


@dataclass(frozen=True)
class Exposure:
    """How one radiograph was taken and processed; drawn from the seed by choose_exposure."""

    background: float
    contrast: float
    gain: float
    scatter: float
    edge: float
    noise: float
    grain_px: float

    def develop(self, attenuation: Raster) -> Raster:
        """Return display values around 0 (unexposed air is `background`) to 1 for an attenuation map."""
        return np.asarray(
            self.background + (1.0 - self.background) * self.contrast * (1.0 - np.exp(-self.gain * attenuation)),
            dtype=np.float32,
        )


def choose_exposure(rng: np.random.Generator) -> Exposure:
    """Draw an exposure as varied as those of a department over a year."""
    return Exposure(
        background=float(rng.uniform(0.02, 0.17)),
        contrast=float(rng.uniform(0.8, 1.05)),
        gain=float(rng.uniform(0.75, 1.6)),
        scatter=float(rng.uniform(0.05, 0.25)),
        edge=float(rng.uniform(0.1, 0.9)),
        noise=float(rng.uniform(0.001, 0.009)),
        grain_px=float(rng.uniform(0.5, 0.9)),
    )


def project(
    anatomy: Anatomy, pose: Pose, broken: tuple[int, Break] | None, rng: np.random.Generator
) -> tuple[Raster, Raster]:
    """Return path lengths (rows, columns) in millimetres through dense bone and through soft tissue."""
    texture = make_texture(rng)
    offsets = rng.integers(0, 1 << 16, (len(anatomy.bones), 2))
    bone = np.zeros((pose.rows, pose.columns), np.float32)
    for index, part in enumerate(anatomy.bones):
        offset = (int(offsets[index, 0]), int(offsets[index, 1]))
        add_bone(bone, part, pose, texture, offset, broken[1] if broken and broken[0] == index else None)
    for plate in anatomy.plates:
        add_plate(bone, plate, pose, texture)
    return bone, _project_soft_tissue(anatomy, pose, rng)


def _project_soft_tissue(anatomy: Anatomy, pose: Pose, rng: np.random.Generator) -> Raster:
    small = pose.resize(max(16, pose.rows // 2), max(16, pose.columns // 2))
    soft = np.zeros((small.rows, small.columns), np.float32)
    for part in anatomy.flesh:
        join_flesh(soft, part, small)
    soft = blur(soft, 1.6 * small.px_per_mm)
    air = np.zeros_like(soft)
    for plate in anatomy.air:
        add_plate(air, plate, small)
    np.maximum(soft - air, np.minimum(soft, 30.0), out=soft)
    for plate in anatomy.organs:
        add_plate(soft, plate, small)
    coarse = rng.standard_normal((11, 11), dtype=np.float32)
    soft *= 1.0 + 0.035 * cv2.resize(coarse, (small.columns, small.rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.resize(soft, (pose.columns, pose.rows)), dtype=np.float32)


def expose(bone: Raster, soft: Raster, exposure: Exposure) -> Raster:
    """Return the processed radiograph, bone bright, values about 0 to 1."""
    thickest = max(60.0, float(np.percentile(soft[::8, ::8], 98)))
    level = MU_SOFT * min(1.0, 52.0 / thickest)
    image = exposure.develop(MU_BONE * bone + level * soft)
    long_side = max(image.shape)
    image = (1.0 - exposure.scatter) * image + exposure.scatter * blur(image, 0.03 * long_side)
    image += exposure.edge * 0.35 * (image - blur(image, 0.02 * long_side))
    image += exposure.edge * 0.7 * (image - blur(image, 0.004 * long_side))
    return np.asarray(image, dtype=np.float32)


def resample(image: Raster, rows: int, columns: int) -> Raster:
    """Return the picture on another grid; the outer corners stay where they are."""
    if image.shape == (rows, columns):
        return image
    interpolation = cv2.INTER_AREA if rows < image.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (columns, rows), interpolation=interpolation), dtype=np.float32)


def add_noise(image: Raster, exposure: Exposure, rng: np.random.Generator) -> None:
    """Add quantum noise in place: white noise slightly blurred by the detector."""
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    image += cv2.GaussianBlur(noise, (3, 3), exposure.grain_px) * np.float32(exposure.noise * 2.0 * exposure.grain_px)


def quantise(
    image: Raster, bits_stored: int, photometric_interpretation: str
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return stored values 0 to 2**bits_stored - 1; MONOCHROME1 is the exact inverse of MONOCHROME2."""
    top = (1 << bits_stored) - 1
    values = np.rint(np.clip(image, 0.0, 1.0) * np.float32(top))
    if photometric_interpretation == "MONOCHROME1":
        values = top - values
    return np.asarray(values, dtype=np.uint8) if bits_stored == 8 else np.asarray(values, dtype=np.uint16)
