"""Looks at every peer and at this machine, and says what to change where; sends no image and nothing of a patient."""
