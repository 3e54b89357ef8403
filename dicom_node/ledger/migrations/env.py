"""What Alembic runs: the revisions, on the connection and inside the transaction that the caller has opened."""

from alembic import context

from dicom_node.ledger.database import REVISION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=REVISION_TABLE,
    render_as_batch=True,  # SQLite cannot change a column in its place
)
context.run_migrations()
