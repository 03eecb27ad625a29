"""The databases that the service is tested on: embedded, and a PostgreSQL server where there is one."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

SERVER = os.environ.get("DUIKOU_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'state.sqlite'}"
        return
    name = f"duikou_test_{secrets.token_hex(4)}"
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        pytest.skip(f"no PostgreSQL server at {make_url(SERVER).host}:{make_url(SERVER).port}: tested on SQLite alone")
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
