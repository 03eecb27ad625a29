"""Skills with the number of employers that name each: 'PLC编程（7家）；故障诊断（2家）'.

Written by importers of surveys and advertisements, read where a rule asks for skills that enough employers name.
"""

import re
from collections.abc import Mapping
from typing import Final

_COUNT: Final = re.compile(r"\s*[（(](\d+)\s*(?:家|employers?)[）)]", re.IGNORECASE)


def with_counts(named: Mapping[str, int], lang: str = "zh") -> str:
    """Skills and how many employers name each, most named first, in one cell; ties by name."""
    order = sorted(named, key=lambda skill: (-named[skill], skill))
    if lang == "zh":
        return "；".join(f"{skill}（{named[skill]}家）" for skill in order)
    return "; ".join(f"{skill} ({named[skill]} employer{'s' * (named[skill] != 1)})" for skill in order)


def counts_of(text: str) -> dict[str, int]:
    """Skill -> number of employers, of the skills in a cell that carry a number."""
    found: dict[str, int] = {}
    for part in re.split(r"[；;\n]", text):
        if number := _COUNT.search(part):
            found[part[: number.start()].strip()] = int(number[1])
    return found


def without_counts(text: str) -> str:
    """The skills alone."""
    return _COUNT.sub("", text)
