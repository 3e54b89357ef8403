"""The web console: pages, and who may see them. README.md says how a page is added."""
