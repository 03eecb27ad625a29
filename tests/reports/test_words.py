"""The catalogue of words: both languages, the same figures in them, and none that nobody uses."""

import re
from pathlib import Path
from string import Formatter

from reports.words import catalogue

REPORTS = Path(__file__).parents[2] / "reports"


def test_both_languages_name_the_same_figures() -> None:
    for key, text in catalogue().items():
        named = {language: {f for _, f, _, _ in Formatter().parse(text[language]) if f} for language in ("zh", "en")}
        assert named["zh"] == named["en"], key


def test_every_word_is_used() -> None:
    code = "\n".join(f.read_text(encoding="utf-8") for f in REPORTS.rglob("*") if f.suffix in (".py", ".j2"))
    # Keys made of a part and a name, such as col_{key}, count by their part.
    parts = tuple(set(re.findall(r'f"([a-z_]+_)\{', code)))
    unused = [k for k in catalogue() if f'"{k}"' not in code and f"'{k}'" not in code and not k.startswith(parts)]
    assert unused == []
