"""The model families of a recipe book: trained, evaluated and exported.

Modules here import Keras, scikit-learn and matplotlib; ask `inference.backends.frameworks` for them first.
"""
