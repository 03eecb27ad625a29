"""Data that ship with the product: reference lists of official codes and names (facts; see the card beside them)."""

from functools import cache
from importlib.resources import files

import pandas as pd


@cache
def _read(name: str) -> pd.DataFrame:
    with (files("corpora.starter") / "reference" / name).open("rb") as stream:
        return pd.read_csv(stream, dtype="string", keep_default_na=False)


def catalogue() -> pd.DataFrame:
    """The national catalogue: code, name, level, major_group, class, edition; one row a catalogue program."""
    return _read("catalogue.csv").copy()


def occupations() -> pd.DataFrame:
    """The occupation classification at its finest level: occupation_code, occupation, edition."""
    return _read("occupations.csv").copy()
