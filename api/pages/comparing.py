"""Two assessments side by side: how flags moved, which inputs differ, and what did it for each program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages import figures
from corpora.frames import empty, word
from matcher.assessment import Assessment
from matcher.comparison_words import input_name
from matcher.policy.words import FLAG_NAMES, Language
from reports.page import SHOWN_FLAGS


@dataclass(frozen=True)
class MoveRow:
    """Programs that had one flag, by the flag that they have now; `cells` in the order of SHOWN_FLAGS."""

    flag: str
    name: str
    cells: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class InputLine:
    """An input that differs."""

    name: str
    rows: int
    details: str


@dataclass(frozen=True)
class ChangeRow:
    """What changed for one program, and why."""

    program_id: str
    name: str
    institution: str
    flag_a: str
    flag_b: str
    rate_a: str
    rate_b: str
    sentence: str
    details: str
    moved: bool


@dataclass(frozen=True)
class ComparisonView:
    """Everything the page shows; `steady` is how many programs keep flag, rate, block and matches."""

    moves: tuple[MoveRow, ...]
    totals: tuple[int, ...]
    names: tuple[tuple[str, str], ...]
    inputs: tuple[InputLine, ...]
    flagged: tuple[ChangeRow, ...]
    others: tuple[ChangeRow, ...]
    steady: int
    not_reproduced: tuple[str, ...]


def comparison_view(
    a: Assessment,
    b: Assessment,
    programs: Sequence[Mapping[str, Any]],
    inputs: Sequence[Mapping[str, Any]],
    not_reproduced: Sequence[str],
    language: Language,
) -> ComparisonView:
    """The page of a comparison; programs whose flag changed come first.

    Args:
        a, b: as the reader may see them.
        programs, inputs, not_reproduced: what `matcher.compare` found, without the columns that the reader may not see.
    """
    flags_a = dict(zip(a.programs["program_id"], a.programs["flag"], strict=True))
    flags_b = dict(zip(b.programs["program_id"], b.programs["flag"], strict=True))
    both = flags_a.keys() & flags_b.keys()
    counts = {(f, g): 0 for f in SHOWN_FLAGS for g in SHOWN_FLAGS}
    for program in both:
        counts[flags_a[program], flags_b[program]] += 1
    changed = [_row(record, language) for record in programs]
    return ComparisonView(
        moves=tuple(
            MoveRow(f, FLAG_NAMES[f][language], tuple(counts[f, g] for g in SHOWN_FLAGS),
                    sum(counts[f, g] for g in SHOWN_FLAGS))
            for f in SHOWN_FLAGS
        ),
        totals=tuple(sum(counts[f, g] for f in SHOWN_FLAGS) for g in SHOWN_FLAGS),
        names=tuple((f, FLAG_NAMES[f][language]) for f in SHOWN_FLAGS),
        inputs=tuple(
            InputLine(input_name(r["input"], language), int(r["rows"]), word(r.get("details"))) for r in inputs
        ),
        flagged=tuple(row for row in changed if row.moved),
        others=tuple(row for row in changed if not row.moved),
        steady=len(both) - sum(1 for row in changed if row.flag_a and row.flag_b),
        not_reproduced=tuple(not_reproduced),
    )  # fmt: skip


def _row(record: Mapping[str, Any], language: Language) -> ChangeRow:
    return ChangeRow(
        program_id=word(record["program_id"]),
        name=word(record["name"]),
        institution=word(record.get("institution")),
        flag_a=word(record["flag_a"]),
        flag_b=word(record["flag_b"]),
        rate_a="" if empty(record.get("rate_a")) else figures.rate(record["rate_a"]),
        rate_b="" if empty(record.get("rate_b")) else figures.rate(record["rate_b"]),
        sentence=word(record.get("sentence" if language == "zh" else "sentence_en")),
        details=word(record.get("details")),
        moved=word(record["flag_a"]) != word(record["flag_b"]),
    )
