"""A program seen with as many graduates staying as of its peers (docs/method.md, section 9).

Published supply, rates and certificates are untouched; the view decides what speaks for a program. All programs of its
institution are seen so together, without posts that the institution proposed: few who stayed in one program are no help to
its sister.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction

from matcher.placement.fair import Block
from matcher.placement.place import Placement, settle
from matcher.placement.retention import Lift


def lift_here(program: str, sisters: Collection[str], lifts: Mapping[str, Lift], blocks: Mapping[str, Block]) -> int:
    """Hundredths that its institution's programs in its block would send more.

    Args:
        sisters: the programs of its institution with a lift, with or without itself. blocks: of every program.
    """
    own = blocks.get(program)
    here = {p for p in sisters if own is not None and p in blocks and blocks[p].id == own.id}
    return sum(lifts[p].more for p in here | ({program} & lifts.keys()))


def surplus_at_peers(
    program: str,
    sisters: Collection[str],
    lifts: Mapping[str, Lift],
    proposed: Collection[str],
    placement: Placement,
) -> tuple[Fraction | None, bool]:
    """Its placeable rate, and whether its surplus would be certified, but for the clause on probability.

    Places its connected component once more, and only where that could bring the rate below the limit: raising supplies
    by a factor lowers no rate by more than that factor.

    Args:
        proposed: demand rows that its institution or a partner proposed.
    """
    figures = placement.figures
    lifted = [p for p in {*sisters, program} & lifts.keys() if p in placement.supply]
    if not lifted:
        return None, False
    rate = placement.fair.rates.get(program)
    if rate is not None and not proposed and all(placement.supply[p] for p in lifted):
        most = max(Fraction(placement.supply[p] + lifts[p].more, placement.supply[p]) for p in lifted)
        if rate >= figures.surplus_rate * most:
            return None, False
    around = figures.around(program)
    found = settle(
        replace(
            around,
            supply={p: n + (lifts[p].more if p in lifted else 0) for p, n in around.supply.items()},
            posts={d: 0 if d in proposed else n for d, n in around.posts.items()},
            high_posts={d: 0 if d in proposed else n for d, n in around.high_posts.items()},
            observed={**around.observed, **{p: lifts[p].observed for p in lifted}},
        )
    )
    block = next((b for b in found.fair.blocks if program in b.programs), None)
    return found.fair.rates.get(program), block is not None and found.surplus[block.id].certified
