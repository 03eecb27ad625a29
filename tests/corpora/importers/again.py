"""What is written must be read again without a fault, cell for cell."""

from pathlib import Path

import pandas as pd

from corpora import inspect_tables
from corpora.importers import Imported, write_tables
from corpora.schema import table


def read_again(found: Imported, folder: Path) -> dict[str, pd.DataFrame]:
    """The tables as read back from CSV."""
    tables = {}
    for kind, file in write_tables(found.tables, folder / "out").items():
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        corpus = inspect_tables(file, kind)
        assert corpus.issues == ()
        assert corpus.notices == ()
        for column in table(kind).columns:
            if column.kind not in ("text", "levels"):
                assert corpus.rows[column.name].equals(found.tables[kind][column.name]), column.name
        openings = corpus.rows["openings"].dropna() if kind == "demands" else pd.Series([], dtype="Float64")
        assert (openings % 1 == 0).all()
        tables[kind] = corpus.rows
    return tables


def said(found: Imported) -> str:
    """All that was said, in English."""
    return "\n".join(words.en for words in found.said)
