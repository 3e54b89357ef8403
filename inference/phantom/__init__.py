"""Drawn radiographs with known truth: shipped samples, test data, load, and part of the training data."""

from inference.phantom.drawing import draw_phantom
from inference.phantom.spec import Phantom, PhantomSpec

__all__ = ["Phantom", "PhantomSpec", "draw_phantom"]
