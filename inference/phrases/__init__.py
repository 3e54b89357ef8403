"""A small language model that proposes the impression of a study. Others check it and may refuse it."""
