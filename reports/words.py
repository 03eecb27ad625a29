"""The words of charts, pages and reports in both languages: one catalogue, the files of `catalogue/`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Text = Mapping[str, str]


@cache
def catalogue() -> Mapping[str, Text]:
    """Key -> the sentence in zh and en."""
    found: dict[str, Text] = {}
    for file in sorted((files("reports") / "catalogue").iterdir(), key=lambda f: f.name):
        found |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def word(key: str, language: str, **figures: Any) -> str:
    """One term or sentence, with its figures filled in; an unknown key is a programming error."""
    text = catalogue()[key][language]
    return text.format(**figures) if figures else text


def joined(parts: list[str], language: str) -> str:
    """A list in one sentence."""
    return ("、" if language == "zh" else ", ").join(parts)
