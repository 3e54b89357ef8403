"""What a map of the places of a fracture is, in the words that stand beside it."""

from inference.zoo.manifest import Model

#: The output of a graph that is such a map: a logit for each cell.
MAP_OUTPUT = "fracture_map"

CLOSED_FORM = "grad-cam, closed form"
GRADIENT = "grad-cam, gradient"
CENTRES = "detector centres"
#: The network was trained with a map, or brought one along; how it is made is its own affair.
OWN = "the model's own map"

#: What an entry says of a map that `cam_graph.attach_cam` put into the model's graph.
ATTACHED = {"type": "float32", "made_by": CLOSED_FORM}


def has_map(entry: Model) -> bool:
    """Whether a model's own pass gives a map of areas, and not the points of a detector."""
    return MAP_OUTPUT in entry.outputs


def origin_of(entry: Model) -> str:
    """Return what the map is that a model gives in the pass that answers."""
    if not has_map(entry):
        return CENTRES
    said = entry.outputs[MAP_OUTPUT]
    words = str(said["made_by"]) if isinstance(said, dict) and "made_by" in said else OWN
    # They go into DICOM text of any character set, and a map must not fail for its name.
    return words if words.isascii() and words.isprintable() and "\\" not in words else OWN
