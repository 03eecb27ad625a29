"""The catalogue of words: both languages, the same figures in them, and none that nobody uses."""

import re
from pathlib import Path
from string import Formatter

from reports.words import catalogue, word

REPORTS = Path(__file__).parents[2] / "reports"


def test_both_languages_name_the_same_figures() -> None:
    for key, text in catalogue().items():
        named = {language: {f for _, f, _, _ in Formatter().parse(text[language]) if f} for language in ("zh", "en")}
        assert named["zh"] == named["en"], key


def test_one_is_no_plural_in_english() -> None:
    figures = {"supply": "21.00", "posts": "1.00", "left": "20.00", "names": "A"}
    said = word("problem_surplus", "en", blocks=1, points=1, **figures)
    assert "in 1 block (1 program: A) 21.00 graduates a year look for 1.00 posts" in said
    assert "in 11 blocks (21 programs: A)" in word("problem_surplus", "en", blocks=11, points=21, **figures)
    assert word("problem_vanished", "en", points=1, names="A") == "Posts have vanished for 1 program (A)."
    covered = {"points": 1, "kinds": 1, "institutions": 1, "students": 0, "enrolled": 0, "graduates": 0}
    assert "1 program (1 catalogue program) at 1 institution with" in word("basics_summary", "en", **covered)


def test_every_word_is_used() -> None:
    code = "\n".join(f.read_text(encoding="utf-8") for f in REPORTS.rglob("*") if f.suffix in (".py", ".j2"))
    # Keys made of a part and a name, such as col_{key}, count by their part.
    parts = tuple(set(re.findall(r'f"([a-z_]+_)\{', code)))
    unused = [k for k in catalogue() if f'"{k}"' not in code and f"'{k}'" not in code and not k.startswith(parts)]
    assert unused == []
