"""Alerts: what is looked for, how it is worded, and who carries it."""
