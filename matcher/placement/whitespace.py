"""Posts that stay empty (docs/method.md, section 4)."""

from matcher.placement.place import Placement

NO_PROGRAM, SCARCE = "no_program", "scarce"


def empty_posts(placement: Placement) -> dict[str, tuple[int, str]]:
    """Demand -> (hundredths, reason) of posts that stay empty.

    "no_program": no edge leads to them, from any program with graduates. "scarce": they are left over in a block that
    has more posts than graduates. Other posts are filled, whoever fills them.
    """
    filled: dict[str, int] = {}
    for (_, demand), number in placement.fair.assignment.items():
        filled[demand] = filled.get(demand, 0) + number
    block_of = {d: block for block in placement.fair.blocks for d in block.demands}
    found = {}
    for demand, posts in sorted(placement.posts.items()):
        block = block_of.get(demand)
        left = posts - filled.get(demand, 0)
        if left > 0 and (block is None or block.posts > block.supply):
            found[demand] = (left, NO_PROGRAM if block is None else SCARCE)
    return found
