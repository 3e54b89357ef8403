"""Watching the node: metrics, health, traces and alerts. Nothing of it is imported where a site asks for none."""
