"""Posts nobody is trained for, and posts left over."""

from matcher.placement.agreements import Served
from matcher.placement.fair import place_fairly
from matcher.placement.place import Placement
from matcher.placement.whitespace import empty_posts

SUPPLY = {"P1": 6000, "P2": 4000, "P3": 1000}
POSTS = {"crowded": 5000, "scarce": 3000, "nobody": 700, "none": 0}
EDGES = [("P1", "crowded"), ("P2", "crowded"), ("P3", "scarce")]


def test_empty_posts_with_the_reason() -> None:
    fair = place_fairly(SUPPLY, POSTS, EDGES)
    found = empty_posts(Placement(SUPPLY, POSTS, tuple(EDGES), fair, {}, {}, {}, {}, {}, Served({}, {}, {}), None))  # type: ignore[arg-type]
    assert found == {"scarce": (2000, "scarce"), "nobody": (700, "no_program")}
