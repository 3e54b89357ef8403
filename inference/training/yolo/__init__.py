"""Detectors that ultralytics trains: from a dataset as its authors publish it to a graph that serves without it."""
