"""The words of charts, pages and reports in both languages: one catalogue, the files of `catalogue/`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Text = Mapping[str, str]
_ONE = re.compile(
    r"(?<![\d.,])1 ((?:catalogue |industry |more |other )?)"
    r"(block|chain|cluster|document|graduate|group|institution|occupation|point|post|problem|program|region|row)s\b"
)


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
    return singular(text.format(**figures)) if figures else text


def singular(text: str) -> str:
    """An English sentence in which 1 stands before no plural."""
    return _ONE.sub(r"1 \1\2", text)


def joined(parts: list[str], language: str) -> str:
    """A list in one sentence."""
    return ("、" if language == "zh" else ", ").join(parts)
