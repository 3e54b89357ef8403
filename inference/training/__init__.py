"""How the shipped weights are made: datasets, recipes, training, evaluation, export. Needs the extra `train`.

Nothing that serves may import this package.
"""
