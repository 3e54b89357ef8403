"""From a dataset folder to trained weights: the steps of one recipe in order."""

from pathlib import Path

import torch

from inference.training.feature_distance import DISTANCE, fit_distance, kind_of, measure_features, save_distance
from inference.training.fracatlas import Example, load_split
from inference.training.negatives import draw_negatives
from inference.training.network import RegionNetwork
from inference.training.phantoms import draw_examples
from inference.training.recipes import Recipe
from inference.training.train import Report, train

#: Pixels are kept a little larger than the network sees, so that a zoomed view stays sharp.
CACHE_SIDE_PX = 512


def train_recipe(
    recipe: Recipe, *, data: Path, imagenet: Path, folder: Path, threads: int = 2, report: Report = print
) -> Path:
    """Train a recipe on FracAtlas and phantoms, and return the file with the averaged weights.

    Args:
        data: folder with manifest.csv and images/.
        imagenet: what the trunk starts from, see `initialise`.
        folder: for checkpoint.pt and weights.pt, and of a region network distance.pt, by which an image that is no
            radiograph of a limb is told; a second call goes on where the first one ended.
    """
    torch.set_num_threads(threads)
    side_px = max(recipe.side_px, min(CACHE_SIDE_PX, recipe.side_px * 5 // 4))
    training, validation = load_examples(recipe, data, side_px)
    report(f"{recipe.name}: {len(training)} images to train on, {len(validation)} to validate")
    network = train(recipe, training, validation, imagenet=imagenet, folder=folder, report=report)
    torch.save(network.state_dict(), folder / "weights.pt")
    if isinstance(network, RegionNetwork):
        radiographs = [each for each in training if any(each.regions)]
        report(f"{recipe.name}: measuring what {len(radiographs)} radiographs have in common")
        features = measure_features(network, radiographs, recipe.side_px)
        save_distance(fit_distance(features, [kind_of(each) for each in radiographs]), folder / DISTANCE)
    return folder / "weights.pt"


def load_examples(recipe: Recipe, data: Path, side_px: int) -> tuple[list[Example], list[Example]]:
    """Return the training examples, drawn ones included, and the validation examples, which are all real."""
    radiographs = load_split(data, "train", side_px)
    phantoms = draw_examples(recipe.phantoms, recipe.seed, side_px)
    negatives = draw_negatives(recipe.negatives, recipe.seed, side_px, radiographs=radiographs)
    return radiographs + phantoms + negatives, load_split(data, "val", side_px)
