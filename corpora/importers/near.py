"""Advertisements put up again with small changes: a sentence moved, left out or added.

Two texts are near-duplicates if the sets of their runs of four characters, spaces, digits and punctuation aside, share
at least SAME of what either holds (Jaccard index; Broder 1997, "On the resemblance and containment of documents").
"""

from collections.abc import Hashable, Sequence
from typing import Final

# Of two texts of 300 characters, one sentence in a dozen may differ. benchmarks/speed/job_ads.py measures it on made-up ads.
SAME: Final = 0.75
RUN: Final = 4


def shingles(text: str) -> frozenset[str]:
    """All runs of four characters of a text; the text itself if it is shorter."""
    return frozenset(text[i : i + RUN] for i in range(max(1, len(text) - RUN + 1)))


def leaders(blocks: Sequence[Hashable | None], texts: Sequence[str]) -> list[int]:
    """For every text the position of the first one of its block that it is a near-duplicate of; its own if there is none.

    Args:
        blocks: only texts of equal blocks are compared; None is compared with nothing.
        texts: in the form in which they are compared.
    """
    members: dict[Hashable, list[int]] = {}
    for at, block in enumerate(blocks):
        if block is not None:
            members.setdefault(block, []).append(at)
    found = list(range(len(texts)))
    for together in members.values():
        if len(together) < 2:
            continue
        # One block at a time: the sets are many times as large as the texts.
        first: list[tuple[int, frozenset[str]]] = []
        for at in together:
            own = shingles(texts[at])
            found[at] = next((leader for leader, other in first if _alike(own, other)), at)
            if found[at] == at:
                first.append((at, own))
    return found


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    small, large = sorted((len(a), len(b)))
    # Sizes bound the index: most pairs need no intersection.
    if small < SAME * large:
        return False
    shared = len(a & b)
    return shared >= SAME * (small + large - shared)
