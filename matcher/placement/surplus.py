"""When a surplus of a block is certified, and what stands against it (docs/method.md, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from matcher.placement.fair import FairPlacement


@dataclass(frozen=True)
class SurplusFinding:
    """What can be said about one block.

    Attributes:
        block: its id.
        observed_placed: hundredths of local placements seen; None where no program of the block reports them.
        certified: whether the surplus may be used as a ground.
        why_not_certified: the reasons, in this order: rate, coverage, high_posts, estimated, contradiction; empty if
            certified.
        undercounted_by: hundredths by which the listed posts fall short of placements already observed, at least.
    """

    block: str
    observed_placed: int | None
    certified: bool
    why_not_certified: tuple[str, ...]
    undercounted_by: int


def certify_surplus(
    placement: FairPlacement,
    high_rates: Mapping[str, Fraction],
    uncovered: frozenset[str],
    estimated: frozenset[str],
    observed: Mapping[str, int],
    surplus_rate: Fraction,
) -> tuple[SurplusFinding, ...]:
    """Applies the clauses of section 3 to every block, on point values.

    Args:
        placement: the fair placement on the listed posts.
        high_rates: program -> rate when every demand's posts are grossed up to posts / share_low of its coverage row.
        uncovered: programs with an edge into a field and region, in the demand year used, without declared coverage.
        estimated: programs whose supply rests on an estimated share.
        observed: program -> hundredths of local placements (the larger of the latest year and the 3-year mean).
        surplus_rate: a rate below it is a surplus.
    """
    findings = []
    by_id = {block.id: block for block in placement.blocks}
    for block in placement.blocks:
        # Supply of worse-off blocks is part of the proof, so their estimates and gaps in coverage count as well.
        proof = [p for b in (block.id, *block.worse_blocks) for p in by_id[b].programs]
        known = [observed[p] for p in block.programs if p in observed]
        excess = max(0, sum(known) - block.posts)
        clauses = {
            "rate": block.rate < surplus_rate,
            "coverage": not uncovered.intersection(proof),
            "high_posts": all(high_rates[p] < surplus_rate for p in block.programs),
            "estimated": not estimated.intersection(proof),
            "contradiction": excess == 0,
        }
        against = tuple(name for name, holds in clauses.items() if not holds)
        findings.append(SurplusFinding(block.id, sum(known) if known else None, not against, against, excess))
    return tuple(findings)
