"""What goes in: tables of the contract, read from messy files, checked, kept as snapshots."""

from corpora.issues import BadTable, Issue, Notice
from corpora.read import Corpus, check_together, inspect_frame, inspect_tables, read, validate, write_bad_rows
from corpora.schema import TABLES
from corpora.snapshot import load_snapshot, write_snapshot
from corpora.template import missing_senders, write_template

__all__ = [
    "TABLES",
    "BadTable",
    "Corpus",
    "Issue",
    "Notice",
    "check_together",
    "inspect_frame",
    "inspect_tables",
    "load_snapshot",
    "missing_senders",
    "read",
    "validate",
    "write_bad_rows",
    "write_snapshot",
    "write_template",
]
