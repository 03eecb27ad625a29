"""What an earlier assessment is remembered by: its measures, its filed texts and the links these had.

The text a program is judged by is the filed one, its hash is kept, and links that rest on changed sentences alone are
questions for the bureau, never a ground (docs/method.md, section 9).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from corpora.frames import rows, word, words

# The columns that a program is matched by.
FILED = ("name", "track", "goal", "abilities", "courses", "description")
DIGITS = 16
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class FiledText:
    """One program's text as it was filed then, and the occupations (code, else title) that it was linked to."""

    text: str
    linked: frozenset[str]


@dataclass(frozen=True)
class NewLink:
    """A link carried by a sentence that the earlier text did not have, to an occupation that it was not linked to."""

    demand_id: str
    occupation: str
    sentence: str


@dataclass(frozen=True)
class Earlier:
    """An earlier assessment as a later one reads it.

    Attributes:
        measures: program -> step of the ladder; texts: program -> what was filed.
    """

    measures: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, FiledText] = field(default_factory=dict)

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> "Earlier":
        """From a manifest's `earlier`."""
        texts = {p: FiledText(t["text"], frozenset(t["linked"])) for p, t in record.get("texts", {}).items()}
        return cls(dict(record.get("measures", {})), texts)

    def record(self, programs: pd.DataFrame) -> dict[str, Any]:
        """For the manifest: the measures, and of the texts those that differ from what is filed now."""
        return {
            "measures": dict(self.measures),
            "texts": {
                program: {"text": self.texts[program].text, "linked": sorted(self.texts[program].linked)}
                for program in self.changed(programs)
            },
        }

    def changed(self, programs: pd.DataFrame) -> tuple[str, ...]:
        """Programs whose filed text is not the earlier one; those that were not there are left out."""
        now = filed_texts(programs) if self.texts else {}
        return tuple(p for p in sorted(self.texts) if p in now and text_hash(self.texts[p].text) != text_hash(now[p]))

    def new_links(
        self, programs: pd.DataFrame, demands: pd.DataFrame, matches: pd.DataFrame
    ) -> dict[str, tuple[NewLink, ...]]:
        """Program with a changed text -> its links that rest on changed sentences alone; () where none does.

        Args:
            demands: those that carry; matches: with `edge` and `program_evidence`.
        """
        found: dict[str, list[NewLink]] = {p: [] for p in self.changed(programs)}
        if not found:
            return {}
        wanted = {str(row.demand_id): row for row in rows(demands)}
        before = {p: _bare(self.texts[p].text) for p in found}
        edges = matches[matches["edge"] & matches["program_id"].isin(list(found))]
        for row in rows(edges):
            program, sentence = str(row.program_id), word(row.program_evidence)
            if (demand := wanted.get(str(row.demand_id))) is None or not sentence:
                continue
            if _occupation(demand) not in self.texts[program].linked and _bare(sentence) not in before[program]:
                found[program].append(NewLink(str(row.demand_id), word(demand.occupation), sentence))
        return {p: tuple(sorted(links, key=lambda link: link.demand_id)) for p, links in found.items()}


NOTHING_EARLIER = Earlier()


def earlier_of(
    programs: pd.DataFrame, demands: pd.DataFrame, matches: pd.DataFrame, measures: Mapping[str, str]
) -> Earlier:
    """An assessment's memory, from its tables.

    Args:
        programs, demands: as filed; matches: with `edge`.
    """
    occupation = {str(row.demand_id): _occupation(row) for row in rows(demands)}
    linked: dict[str, set[str]] = {}
    for row in rows(matches[matches["edge"]]):
        linked.setdefault(str(row.program_id), set()).add(occupation[str(row.demand_id)])
    texts = {p: FiledText(text, frozenset(linked.get(p, ()))) for p, text in filed_texts(programs).items()}
    return Earlier(dict(measures), texts)


def filed_texts(programs: pd.DataFrame) -> dict[str, str]:
    """Program -> everything that it is matched by, one column a line."""
    columns = [words(programs, column) for column in FILED]
    return {str(p): "\n".join(parts) for p, *parts in zip(programs["program_id"], *columns, strict=True)}


def text_hash(text: str) -> str:
    """The first 16 hexadecimal digits of SHA-256; spaces and line breaks make no other text."""
    return hashlib.sha256(_bare(text).encode()).hexdigest()[:DIGITS]


def _bare(text: str) -> str:
    return _SPACE.sub("", text)


def _occupation(demand: Any) -> str:
    return word(demand.occupation_code) or word(demand.occupation)
