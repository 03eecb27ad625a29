"""Whom a college says to have stayed, beside what the others of its kind say (docs/method.md, section 9).

A low `stayed_local` makes supply small, which helps a program: posts suffice sooner, and headroom grows. Nobody else can
see who left, so what speaks for a program is counted with at least its peers' share.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from corpora.frames import empty, rows, word

ALL = ""


@dataclass(frozen=True)
class Lift:
    """What a program's peers' share would change. Persons in hundredths a year.

    Attributes:
        more: supply more than as reported; each: supply that one graduate a year would be, exact.
        observed: local placements that would be seen.
    """

    more: int
    each: Fraction
    observed: int


def peer_shares(
    outcomes: pd.DataFrame, programs: pd.DataFrame, year: int, years: int, least: int
) -> dict[str, Fraction]:
    """Program -> share of the employed who stayed, over the programs of other institutions of its level and major group.

    Where these have fewer than `least` employed, of its level; where those have as well, it has no peers.

    Args:
        outcomes: program_id, year, employed, stayed_local; programs: program_id, institution, level, major_group.
        year: of the assessment; later ones are not read. years: how many of the latest count.
    """
    known = outcomes[(outcomes["year"] <= year) & outcomes["stayed_local"].notna() & (outcomes["employed"] > 0)]
    known = known.sort_values(["program_id", "year"], ascending=[True, False])
    known = known[known.groupby("program_id").cumcount() < years]
    own = {str(row.program_id): row for row in rows(programs)}
    # Every sum once over all, and once for each institution: its own figures must not decide for it.
    sums: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for row in rows(known):
        if (program := own.get(str(row.program_id))) is not None:
            level, school = word(program.level), word(program.institution) or str(row.program_id)
            for group in ((level,), (level, word(program.major_group))):
                for whose in (ALL, school):
                    total = sums.setdefault((group, whose), [0, 0])
                    total[0], total[1] = total[0] + int(row.stayed_local), total[1] + int(row.employed)
    found = {}
    for name, program in own.items():
        level, school = word(program.level), word(program.institution) or name
        for group in ((level, word(program.major_group)), (level,)):
            everybody, mine = sums.get((group, ALL), (0, 0)), sums.get((group, school), (0, 0))
            stayed, employed = everybody[0] - mine[0], everybody[1] - mine[1]
            if employed >= least:
                found[name] = Fraction(stayed, employed)
                break
    return found


def as_peers(outcomes: pd.DataFrame, shares: Mapping[str, Fraction], of: Collection[str] | None = None) -> pd.DataFrame:
    """Outcomes in which as many stayed as of the peers, rounded up to a whole person; higher figures and gaps are kept.

    Args:
        shares: of `peer_shares`. of: only these programs; all if None.
    """
    stayed = [
        row.stayed_local
        if empty(row.stayed_local) or empty(row.employed) or (of is not None and str(row.program_id) not in of)
        else max(int(row.stayed_local), -int(-shares.get(str(row.program_id), Fraction(0)) * int(row.employed) // 1))
        for row in rows(outcomes)
    ]
    return outcomes.assign(stayed_local=pd.array(stayed, dtype="Int64"))
