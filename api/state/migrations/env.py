"""Alembic runs this, on the connection that `Database.migrate` hands over."""

from alembic import context

from api.state.models import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, user_module_prefix=""
)
with context.begin_transaction():
    context.run_migrations()
