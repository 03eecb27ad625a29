"""Which occupation a job title stands for, by meaning: the nearest occupation title, or a group of like titles.

Titles are compared by the cosine of their vectors less the mean vector of the occupation titles: raw cosines of a
sentence encoder are all high, and the mean is what all titles share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from corpora.importers import Assigned
from corpora.importers.job_ads import Assign
from corpora.starter import occupations as classification
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import VectorCache

# From which centred cosine a title counts as the occupation's. Set by reading 84 titles of real advertisements with the
# default encoder: at 0.75 and above, about 1 in 10 was plainly wrong; between 0.70 and 0.75, about 1 in 4. Not measured further.
NEAR: Final = 0.75
# Occupations this close to the nearest one are told apart by the text.
TIE: Final = 0.05
# From which centred cosine two titles form one group: NLP算法工程师 and 自然语言处理算法工程师, not two products' managers.
LIKE: Final = 0.88
TEXT_READ: Final = 100


@dataclass(frozen=True)
class Grouped:
    """What a title stands for.

    Attributes:
        occupation: position of the occupation, None where none is near enough.
        leader: position of the title that its group is named after; its own where it joined none.
        score: centred cosine to the nearest occupation.
    """

    occupation: int | None
    leader: int
    score: float


def group_titles(
    titles: Sequence[str],
    texts: Sequence[str],
    occupations: Sequence[str],
    encoder: Encoder | VectorCache,
    near: float = NEAR,
    like: float = LIKE,
) -> list[Grouped]:
    """What each title stands for, in their order.

    A title goes to the nearest occupation if its cosine is at least `near`. Among occupations less than TIE away from
    the nearest, and near enough themselves, the one nearest to title and text together is taken. The titles left go
    through in order: each joins the first leader with a cosine of at least `like`, or becomes one.

    Args:
        titles: distinct, the most frequent first: groups are named after those.
        texts: beginning of the text of one advertisement for each title.
        occupations: titles of the classification.
    """
    if not titles:
        return []
    known = encoder.encode(list(occupations))
    centre = known.mean(axis=0)
    known = _centred(known, centre)
    own = _centred(encoder.encode(list(titles)), centre)
    scores = own @ known.T
    best = scores.max(axis=1)
    nearest = [int(at) if best[i] >= near else None for i, at in enumerate(scores.argmax(axis=1))]

    close = [np.flatnonzero(row >= max(near, top - TIE)) for row, top in zip(scores, best, strict=True)]
    unclear = [i for i, found in enumerate(close) if nearest[i] is not None and len(found) > 1]
    if unclear:
        read = encoder.encode([f"{titles[i]}，{texts[i][:TEXT_READ]}" for i in unclear])
        for i, vector in zip(unclear, _centred(read, centre), strict=True):
            nearest[i] = int(close[i][np.argmax(known[close[i]] @ vector)])

    left = [i for i, occupation in enumerate(nearest) if occupation is None]
    leader = {i: left[first] for i, first in zip(left, _leaders(own[left], like), strict=True)}
    return [Grouped(occupation, leader.get(i, i), round(float(best[i]), 3)) for i, occupation in enumerate(nearest)]


def by_meaning(near: float = NEAR) -> Assign:
    """Titles to occupations of the classification by the default encoder, which is loaded once titles are there."""

    def assign(titles: Sequence[str], texts: Sequence[str]) -> list[Assigned]:
        listed = classification()
        names, codes = [str(t) for t in listed["occupation"]], [str(c) for c in listed["occupation_code"]]
        encoder = VectorCache(cache_folder() / "vectors", load_encoder())
        return [
            Assigned(titles[found.leader])
            if found.occupation is None
            else Assigned(names[found.occupation], codes[found.occupation])
            for found in group_titles(titles, texts, names, encoder, near)
        ]

    return assign


def _leaders(vectors: np.ndarray, like: float) -> list[int]:
    """For every vector the first leader with a product of at least `like`; its own position if it becomes one."""
    first = np.empty_like(vectors)
    place: list[int] = []
    found = []
    for i, vector in enumerate(vectors):
        near = first[: len(place)] @ vector >= like
        at = int(near.argmax()) if len(place) else 0
        if not len(place) or not near[at]:
            first[len(place)], at = vector, len(place)
            place.append(i)
        found.append(place[at])
    return found


def _centred(vectors: np.ndarray, centre: np.ndarray) -> np.ndarray:
    moved = vectors - centre
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))
