"""What is no radiograph of a limb, drawn: noise, pages, test patterns, photographs, other parts of the body.

An image that shows none of the regions has every region's label off. A region network that has learnt on these says
"none of them" by its own probabilities, so that no second model has to guard the first. What looks like none of the
drawings either is told by its distance from the radiographs (`inference.training.feature_distance`).
"""

from inference.training.negatives.draw import KINDS, Kind, draw_negatives

__all__ = ["KINDS", "Kind", "draw_negatives"]
