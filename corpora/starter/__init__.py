"""Data that ship with the product: reference lists (facts) and two illustrative examples, each with a card."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

# Said in every report made from an example.
ILLUSTRATIVE: Final = MappingProxyType(
    {
        "zh": "示例数据：院校、地区与全部数字均为虚构，仅供演示，不反映任何真实地区或院校。",
        "en": "Illustrative data: institutions, regions and cohorts are made up and describe no real place or school.",
    }
)


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


def example(name: str) -> dict[str, Path]:
    """Kind -> file of an example: `city` (Chinese pilot city) or `english`.

    Raises:
        ValueError: no such example.
    """
    folder = Path(str(files("corpora.starter") / name))
    found = {file.stem: file for file in sorted(folder.glob("*.csv"))}
    if name == "reference" or "programs" not in found:
        raise ValueError(f"no example {name!r}: there are city and english")
    return found
