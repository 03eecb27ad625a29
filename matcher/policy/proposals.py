"""Posts that a college or its partner proposed never lift that college's own flag (docs/method.md, section 9).

Published rates and certificates keep all posts, since other colleges' graduates can take them too. For the proposer's
own programs the clauses are decided as if those posts were not there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.placement.fair import place_fairly
from matcher.placement.marginal import marginals
from matcher.placement.place import Placement


@dataclass(frozen=True)
class Without:
    """One program as it stands without the posts that its own college proposed.

    Attributes:
        posts: hundredths of reachable posts left out; demands: their rows.
        rate: placeable rate; headroom, indispensability: hundredths.
        certified: whether the surplus of its block is then certified.
        scarce: whether its block then still has more posts than graduates.
    """

    posts: int
    demands: frozenset[str]
    rate: Fraction | None
    headroom: int | None
    indispensability: int | None
    certified: bool
    scarce: bool


def own_proposals(programs: pd.DataFrame, demands: pd.DataFrame, agreements: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Program -> demand rows proposed by its institution, or by an enterprise that has an agreement with it.

    Args:
        programs: program_id, institution; demands: demand_id, proposed_by; agreements: program_id, enterprise.
    """
    proposed = [(str(r.demand_id), word(r.proposed_by)) for r in rows(demands) if not empty(r.proposed_by)]
    if not proposed:
        return {}
    school = {str(r.program_id): word(r.institution) for r in rows(programs)}
    names: dict[str, set[str]] = {s: {s} for s in school.values() if s}
    for row in rows(agreements):
        owner = school.get(str(row.program_id), "")
        if owner and not empty(row.enterprise):
            names[owner].add(str(row.enterprise))
    by_school = {
        owner: frozenset(d for d, by in proposed if any(name in by for name in known)) for owner, known in names.items()
    }
    return {p: by_school[s] for p, s in school.items() if s and by_school[s]}


def without_own(
    placement: Placement,
    proposed: Mapping[str, frozenset[str]],
    estimates: Iterable[str],
    surplus_rate: Fraction,
) -> dict[str, Without]:
    """Program -> how it stands without its own college's posts, for programs that reach any of them.

    Args:
        proposed: of `own_proposals`.
        estimates: programs whose supply rests on an estimate; they certify nothing.
        surplus_rate: a rate below it is a surplus.
    """
    reach: dict[str, set[str]] = {}
    for program, demand in placement.edges:
        reach.setdefault(program, set()).add(demand)
    concerned = {p: own & reach.get(p, set()) for p, own in proposed.items() if own & reach.get(p, set())}
    estimated = frozenset(estimates)
    found = {}
    for left_out in sorted({proposed[p] for p in concerned}, key=sorted):
        posts = {d: 0 if d in left_out else n for d, n in placement.posts.items()}
        fair = place_fairly(placement.supply, posts, placement.edges)
        margin = marginals(placement.supply, posts, placement.edges)
        blocks = {p: block for block in fair.blocks for p in block.programs}
        for program in sorted(p for p in concerned if proposed[p] == left_out):
            block = blocks.get(program)
            finding = placement.surplus.get(_block_of(placement, program))
            # What stood against the certificate for other reasons than the posts stands against it still.
            against = set(finding.why_not_certified) - {"rate", "high_posts"} if finding else {"coverage"}
            below = block is not None and block.rate < surplus_rate and program not in estimated and not against
            mine = concerned[program]
            found[program] = Without(
                sum(placement.posts[d] for d in mine),
                frozenset(mine),
                fair.rates.get(program),
                margin[program].headroom if program in margin else None,
                margin[program].indispensability if program in margin else None,
                below,
                block is not None and block.posts > block.supply,
            )
    return found


def _block_of(placement: Placement, program: str) -> str:
    return next((block.id for block in placement.fair.blocks if program in block.programs), "")
