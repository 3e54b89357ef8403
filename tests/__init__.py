"""Tests of Osteonode; the folders mirror the source tree (ARCHITECTURE.md)."""
