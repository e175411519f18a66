"""Run the versions of the store's schema on the connection that etl/store.py hands over. Alembic calls this."""

from alembic import context

from etl.store import METADATA, VERSIONS

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table=VERSIONS,
    transactional_ddl=True,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
