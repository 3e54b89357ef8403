"""The phrase model's training: report text is generated from findings, so nobody's reports are needed."""
