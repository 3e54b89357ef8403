"""The published datasets, read from the folder layout that their authors gave them."""
