"""Pixels in, findings out: this package knows no network and no patient."""
