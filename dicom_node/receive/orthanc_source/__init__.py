"""Orthanc as a source: its changes are followed, images come through the door, answered studies are labelled."""
