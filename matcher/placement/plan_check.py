"""Checks an exported plan as a clerk would: sums, comparisons and set membership in fractions, no solver.

Only the record itself is read; that its posts and links are those of an assessment is asked elsewhere (`matcher.plan`).
Why the sums prove the plan: whatever intakes another plan chose, its graduates would have to sit on posts; charge every
post its price. A program with intake u pays at least u x posts_a_place x (the least price among its links), and all
posts together cost no more than sum(price x posts). So change + what it pays - what the posts cost is a lower bound
for any plan, at its least where every program takes one of its bounds. If that bound equals the plan's change, no plan
changes less.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

ZERO = Fraction(0)


def number(value: Any) -> Fraction:
    """A figure of the record: a whole number, a decimal text or a fraction text such as 1871/50."""
    if isinstance(value, float):
        raise ValueError(f"{value} is a float: figures of a plan are exact texts")
    return Fraction(value)


def text(value: Fraction) -> str:
    """A fraction as a decimal where that is exact, else as numerator/denominator."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = abs(value) * 10**digits
    shown = f"{whole.numerator:0{digits + 1}d}"
    sign = "-" if value < 0 else ""
    return sign + (f"{shown[:-digits]}.{shown[-digits:]}" if digits else shown)


def check_plan(record: Mapping[str, Any]) -> list[str]:
    """Everything in a plan that does not hold, one sentence each; an empty list means that it stands."""
    try:
        faults = _check_bounds(record)
        if record["status"] == "impossible":
            return faults + _check_conflict(record)
        faults += _check_feasible(record)
        faults += _check_smallest(record, "price", "closed", number(record["change"]), "the smallest change")
        faults += _check_smallest(record, "price_any_closings", None, number(record["change_any_closings"]),
                                  "the bound over all closings")  # fmt: skip
        return faults + _check_largest(record) + _check_whole(record)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as fault:
        return [f"the record is not a plan as it was written: {type(fault).__name__} {fault}"]


def bounds(row: Mapping[str, Any], record: Mapping[str, Any]) -> tuple[int, int, bool]:
    """(low, high, closable) of a program: from its present intake, capacity, and the limits of the plan.

    The yearly limit rounds towards no change. A class already smaller than the least size may stay as it is. Capacity
    brings an intake above it down, as far as the yearly limit lets it.
    """
    present = int(row["present"])
    if row["held"]:
        return present, present, False
    least = 0
    if record["yearly_limit"] is not None:
        least = ceil(present * (1 - number(record["yearly_limit"])))
    high = present if row["capacity"] is None else max(least, min(present, int(row["capacity"])))
    low = max(least, min(int(record["min_class"] or 0), high))
    return low, high, least == 0


def _check_bounds(record: Mapping[str, Any]) -> list[str]:
    faults = []
    for row in record["programs"]:
        low, high, closable = bounds(row, record)
        if (int(row["low"]), int(row["high"]), row["closable"]) != (low, high, closable):
            faults.append(f"bounds of {row['program_id']} are {row['low']}-{row['high']}, its limits give {low}-{high}")
        if number(row["ratio"]) <= 0 or not row["links"]:
            faults.append(f"{row['program_id']} has no graduates looking for work or no link, and cannot be planned")
    ids = [row["program_id"] for row in record["programs"]]
    posts = [row["demand_id"] for row in record["posts"]]
    faults += [f"{name} is listed twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
    return faults + [f"{name} is listed twice" for name in sorted({d for d in posts if posts.count(d) > 1})]


def _check_conflict(record: Mapping[str, Any]) -> list[str]:
    """The programs named need more posts at their least intakes than all their links together hold."""
    conflict = record["conflict"]
    rows = {row["program_id"]: row for row in record["programs"]}
    posts = {row["demand_id"]: number(row["posts"]) for row in record["posts"]}
    target = number(record["target"])
    inside = set(conflict["posts"])
    faults = [
        f"{p} - {d}: a link of the conflict leads out of its posts"
        for p in conflict["programs"]
        for d in rows[p]["links"]
        if d not in inside
    ]
    least = {p: 0 if rows[p]["closable"] else int(rows[p]["low"]) for p in set(conflict["programs"])}
    needed = sum((target * number(rows[p]["ratio"]) * least[p] for p in least), ZERO)
    room = sum((posts[d] for d in inside), ZERO)
    for what, written, computed in (("needed", conflict["needed"], needed), ("available", conflict["available"], room)):
        if number(written) != computed:
            faults.append(f"{what} of the conflict is {written}, its parts add up to {text(computed)}")
    if needed <= room:
        faults.append(f"no conflict: {text(needed)} graduates are to find {text(room)} posts")
    return faults


def _check_feasible(record: Mapping[str, Any]) -> list[str]:
    """Every intake is within its bounds, and the assignment gives everybody the target and fills no post twice."""
    faults = []
    target = number(record["target"])
    rows = {row["program_id"]: row for row in record["programs"]}
    placed: dict[str, Fraction] = {}
    used: dict[str, Fraction] = {}
    for part in record["assignment"]:
        program, demand, persons = part["program_id"], part["demand_id"], number(part["persons"])
        if demand not in rows[program]["links"]:
            faults.append(f"assignment {program} - {demand} has no link")
        if persons < 0:
            faults.append(f"assignment {program} - {demand} is negative")
        placed[program] = placed.get(program, ZERO) + persons
        used[demand] = used.get(demand, ZERO) + persons
    room = {row["demand_id"]: number(row["posts"]) for row in record["posts"]}
    for demand, filled in sorted(used.items()):
        if filled > room[demand]:
            faults.append(f"assignment fills {demand} with {text(filled)}, it has {text(room[demand])} posts")
    for program, row in rows.items():
        intake = number(row["intake_exact"])
        least, most = (0, 0) if row["closed"] else (int(row["low"]), int(row["high"]))
        if row["closed"] and not row["closable"]:
            faults.append(f"{program} is closed and may not be")
        if not least <= intake <= most:
            faults.append(f"intake of {program} is {row['intake_exact']}, outside {least}-{most}")
        due = target * number(row["ratio"]) * intake
        if placed.get(program, ZERO) != due:
            faults.append(
                f"assignment places {text(placed.get(program, ZERO))} of {program}, the target asks {text(due)}"
            )
    return faults


def _check_smallest(
    record: Mapping[str, Any], price: str, closed: str | None, claimed: Fraction, what: str
) -> list[str]:
    """The claimed change equals what the prices prove."""
    prices = {row["demand_id"]: number(row[price]) for row in record["posts"]}
    faults = [f"{price} of {demand} is negative" for demand, value in prices.items() if value < 0]
    proved = -sum((prices[row["demand_id"]] * number(row["posts"]) for row in record["posts"]), ZERO)
    for row in record["programs"]:
        low, high = _range(row, closed, record)
        least = min(prices[demand] for demand in row["links"])
        posts_a_place = number(record["target"]) * number(row["ratio"])
        proved += min(_cost(row, record) * (int(row["present"]) - u) + posts_a_place * u * least for u in (low, high))
    if proved != claimed:
        faults.append(f"{what} is {text(claimed)}, the prices prove {text(proved)}")
    if closed:
        made = sum(
            (_cost(row, record) * (int(row["present"]) - number(row["intake_exact"])) for row in record["programs"]),
            ZERO,
        )
        if made != claimed:
            faults.append(f"change is {text(claimed)}, the intakes add up to {text(made)}")
    return faults


def _range(row: Mapping[str, Any], closed: str | None, record: Mapping[str, Any]) -> tuple[int, int]:
    """Where the intake of a program may lie: for the closings chosen, or for any."""
    if closed and row[closed]:
        return 0, 0
    return 0 if row["closable"] and closed is None else int(row["low"]), int(row["high"])


def _cost(row: Mapping[str, Any], record: Mapping[str, Any]) -> Fraction:
    return Fraction(1) if record["measure"] == "places" else number(row["ratio"])


def _check_largest(record: Mapping[str, Any]) -> list[str]:
    """The largest relative cut is what it is said to be, and no plan as small has a smaller one.

    In every smallest plan a program whose cheapest link costs more than a place is worth sits at its least intake, one
    whose link costs less at its greatest, and nobody uses a link dearer than his cheapest; so those who tie with their
    price, and only find room in the witness's posts, have to share what the others leave there.
    """
    rows = {row["program_id"]: row for row in record["programs"] if int(row["present"])}
    cuts = {p: 1 - number(row["intake_exact"]) / int(row["present"]) for p, row in rows.items()}
    claimed = number(record["largest"])
    largest = max(cuts.values(), default=ZERO)
    if largest != claimed:
        return [f"the largest relative cut is {text(claimed)}, the intakes give {text(largest)}"]
    if not largest:
        return []
    witness = record["witness"]
    all_rows = {row["program_id"]: row for row in record["programs"]}
    prices = {row["demand_id"]: number(row["price"]) for row in record["posts"]}
    target = number(record["target"])
    asked = {p: min(prices[d] for d in row["links"]) for p, row in all_rows.items()}
    gain = {p: _cost(row, record) / (target * number(row["ratio"])) for p, row in all_rows.items()}
    program = witness["program"]
    if cuts.get(program) != largest:
        return [f"{program} is not cut by the largest share"]
    if not witness["programs"]:
        forced = number(all_rows[program]["intake_exact"]) == _range(all_rows[program], "closed", record)[1]
        if forced or asked[program] > gain[program]:
            return []
        return [f"{program} could be cut less: its posts cost no more than its place is worth"]
    inside = set(witness["posts"])
    for p in witness["programs"]:
        for d in all_rows[p]["links"]:
            if prices[d] == asked[p] and d not in inside:
                return [f"{p} - {d}: a link of the witness leads out of its posts"]
    posts = {row["demand_id"]: number(row["posts"]) for row in record["posts"]}
    room = sum((posts[d] for d in inside), ZERO)
    needed, moving = ZERO, False
    for p in set(witness["programs"]):
        row = all_rows[p]
        low, high = _range(row, "closed", record)
        share = (1 - largest) * int(row["present"])
        kept = max(Fraction(low), share) if asked[p] == gain[p] else Fraction(low if asked[p] > gain[p] else high)
        moving |= asked[p] == gain[p] and share >= low and int(row["present"]) > 0
        needed += target * number(row["ratio"]) * kept
    if needed != room or not moving:
        return [f"the largest cut could be smaller: the witness needs {text(needed)} of {text(room)} posts"]
    return []


def _check_whole(record: Mapping[str, Any]) -> list[str]:
    """Whole places are the exact ones rounded down: fewer graduates never make a target fail."""
    faults = []
    for row in record["programs"]:
        program, present, places = row["program_id"], int(row["present"]), int(row["intake"])
        if places != floor(number(row["intake_exact"])):
            faults.append(f"intake of {program} is {places}, rounded down it is that of {row['intake_exact']}")
        if row["change"] != places - present:
            faults.append(f"change of {program} is {row['change']}, its intakes give {places - present}")
        if abs(row["relative_change"] * present - (places - present)) > present / 10**4:
            faults.append(f"relative_change of {program} is {row['relative_change']}, its intakes give another")
    total = sum(int(row["present"]) - int(row["intake"]) for row in record["programs"])
    if record["change_in_whole_places"] != total:
        faults.append(f"change_in_whole_places is {record['change_in_whole_places']}, the programs add up to {total}")
    return faults
