"""How a ledger gets from one schema to the next: Alembic revisions, one per schema version (docs/adr/0022).

The revision of a schema is its number: `versions/schema_6.py` is the first. Whoever changes a table raises
`SCHEMA_VERSION` in dicom_node/ledger/tables.py and writes `versions/schema_N.py`; `python tools/draft_revision.py`
prints what it has to do. A revision speaks of tables as they were when it was written, so it imports none of them.
"""
