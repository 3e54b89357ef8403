"""Why an association failed, in words: one table for the log, the console and `osteonode doctor`.

docs/operations.md has an entry for every code.
"""
