"""An assessment seen with as many graduates staying as of the peers: what hinges on a figure only a college can see.

Published supply, rates and certificates are untouched; the view decides what speaks for a program (docs/method.md,
section 9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import pandas as pd

from corpora.frames import rows, word
from matcher.placement.place import Placement
from matcher.placement.retention import AtPeers, as_peers, peer_shares
from matcher.policy.employment import Employment
from matcher.policy.pack import Values
from matcher.policy.proposals import own_proposals
from matcher.prepare import placed, seekers


@dataclass(frozen=True)
class PeerView:
    """What the rules read of it.

    Attributes:
        lifts: program -> hundredths of supply more, where fewer stayed than of its peers.
        surplus: how programs stand whose escape from a phase-out could hinge on it.
    """

    lifts: Mapping[str, int] = field(default_factory=dict)
    surplus: Mapping[str, AtPeers] = field(default_factory=dict)


def peer_view(
    tables: Mapping[str, pd.DataFrame],
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    outcomes: pd.DataFrame,
    matches: pd.DataFrame,
    values: Values,
    as_of: date,
    horizon: int | None,
    placement: Placement,
    supplies: pd.DataFrame,
    employment: Employment,
) -> PeerView:
    """Places once more for each institution that could owe an escape to what it reports of those who stayed.

    Args:
        tables, programs, ..., horizon: as `prepare.placed` takes them; placement, supplies: what it gave.
        employment: only programs shown to have low employment can be phased out at all.
    """
    years, least = values.whole("supply.years"), values.whole("evidence.min_graduates")
    shares = peer_shares(outcomes, programs, as_of.year, years, least)
    raised = as_peers(outcomes, shares)
    if raised["stayed_local"].equals(outcomes["stayed_local"]):
        return PeerView()
    before = _persons(supplies)
    after = _persons(seekers(tables, programs, raised, values, as_of, horizon))
    lifts = {p: after[p] - before[p] for p in sorted(before) if after.get(p, 0) > before[p]}
    found: dict[str, AtPeers] = {}
    for school, asked in _in_question(programs, placement, lifts, before, employment, values).items():
        own = set(programs.loc[programs["institution"].fillna(programs["program_id"]) == school, "program_id"])
        proposed = own_proposals(programs, demands, tables["agreements"])
        mine = demands["demand_id"].isin({d for p in own for d in proposed.get(str(p), ())})
        other, _ = placed(
            tables,
            programs,
            demands.assign(openings=demands["openings"].mask(mine, 0)),
            as_peers(outcomes, shares, own),
            matches,
            values,
            as_of,
            horizon,
        )
        blocks = {p: block.id for block in other.fair.blocks for p in block.programs}
        for program in asked:
            certified = program in blocks and other.surplus[blocks[program]].certified
            found[program] = AtPeers(other.fair.rates.get(program), certified)
    return PeerView(lifts, found)


def _in_question(
    programs: pd.DataFrame,
    placement: Placement,
    lifts: Mapping[str, int],
    supply: Mapping[str, int],
    employment: Employment,
    values: Values,
) -> dict[str, list[str]]:
    """Institution -> its programs with low employment that a larger supply of its own could bring below the limit.

    Raising supplies by a factor lowers no rate by more than that factor, so most programs need no second placement.
    """
    limit, certainty = values.share("surplus.rate"), values.number("doubt.red")
    low = {str(row.program_id) for row in rows(employment.programs) if row.below_probability >= certainty}
    members: dict[str, list[str]] = {}
    for row in rows(programs):
        members.setdefault(word(row.institution) or str(row.program_id), []).append(str(row.program_id))
    found = {}
    for school, own in sorted(members.items()):
        lifted = [p for p in own if p in lifts]
        # Of a program that says nobody stayed there is no factor: everything is possible.
        unbounded = any(supply[p] == 0 for p in lifted)
        most = max((Fraction(supply[p] + lifts[p], supply[p]) for p in lifted if supply[p]), default=Fraction(1))
        asked = [
            p
            for p in sorted(own)
            if lifted and p in low and p in supply
            if unbounded or placement.fair.rates.get(p, Fraction(0)) < limit * most
        ]
        if asked:
            found[school] = asked
    return found


def _persons(supplies: pd.DataFrame) -> dict[str, int]:
    return {str(p): int(s) for p, s in zip(supplies["program_id"], supplies["supply"], strict=True)}
