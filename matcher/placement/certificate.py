"""Certificates as plain records, and their check by set membership and sums (docs/method.md, section 2).

A record is what `blocks.json` holds for one block. The check needs no solver and shares no code with the
computation that it checks: a clerk can repeat it with the files and a calculator.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from numbers import Real
from typing import Any

from corpora.issues import Words
from matcher.placement.fair import FairPlacement

RATE_DIGITS = 4
# What a block says in numbers; observed_placed may be unknown.
_NUMBERS = ("rate", "supply", "posts", "unplaced_here", "cannot_be_placed", "undercounted_by", "rate_at_high_posts")


def persons(hundredths: int) -> float:
    """Hundredths as persons or posts, exact to two decimals in print."""
    return hundredths / 100


def block_records(
    placement: FairPlacement, supply: Mapping[str, int], posts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """One record a block, worst rate first; persons and posts a year with two decimals, rates with four."""
    return [
        {
            "block": block.id,
            "rate": round(float(block.rate), RATE_DIGITS),
            "programs": [{"program_id": p, "supply": persons(supply[p])} for p in block.programs],
            "demands": [{"demand_id": d, "posts": persons(posts[d])} for d in block.demands],
            "supply": persons(block.supply),
            "posts": persons(block.posts),
            "worse_blocks": list(block.worse_blocks),
            "unplaced_here": persons(block.unplaced_here),
            "cannot_be_placed": persons(block.cannot_be_placed),
        }
        for block in placement.blocks
    ]


def check_numbers(records: Sequence[Mapping[str, Any]]) -> list[Words]:
    """Every figure of the blocks that is no number, such as NaN: with one, nothing can be added up."""
    faults: list[Words] = []
    for record in records:
        figures = {name: record.get(name) for name in _NUMBERS}
        if record.get("observed_placed") is not None:
            figures["observed_placed"] = record["observed_placed"]
        figures |= {f"supply of {row['program_id']}": row.get("supply") for row in record["programs"]}
        figures |= {f"posts of {row['demand_id']}": row.get("posts") for row in record["demands"]}
        for name, figure in figures.items():
            if not _is_number(figure):
                faults.append(
                    Words(
                        f"供需关联组 {record['block']} 的 {name} 为 {figure!r}，不是数",
                        f"{name} in block {record['block']} is {figure!r}, which is no number",
                    )
                )
    return faults


def check_certificates(
    records: Sequence[Mapping[str, Any]],
    edges: Iterable[tuple[str, str]],
    supply: Mapping[str, float],
    posts: Mapping[str, float],
    assignment: Iterable[tuple[str, str, float]],
) -> list[Words]:
    """Everything that fails when the certificates are added up anew; an empty list means that all hold.

    Args:
        records: the blocks as written, with nothing for `check_numbers` to say.
        edges: (program, demand) pairs of the match file.
        supply, posts: persons and posts a year, recomputed from the input tables rather than read from the blocks.
        assignment: (program, demand, persons) as written.
    """
    due = {p: _exact(s) for p, s in supply.items()}
    room = {d: _exact(n) for d, n in posts.items()}
    pairs = set(edges)
    blocks = {record["block"]: record for record in records}
    members = {b: [row["program_id"] for row in record["programs"]] for b, record in blocks.items()}
    takes = {b: [row["demand_id"] for row in record["demands"]] for b, record in blocks.items()}
    reach: dict[str, list[str]] = {}
    for program, demand in sorted(pairs):
        reach.setdefault(program, []).append(demand)
    owner = {d: b for b, demands in takes.items() for d in demands}
    faults = _check_membership(blocks, members, takes, pairs, due)
    own_supply = {b: sum((due.get(p, Decimal(0)) for p in members[b]), Decimal(0)) for b in blocks}
    own_posts = {b: sum((room.get(d, Decimal(0)) for d in takes[b]), Decimal(0)) for b in blocks}
    rates = {b: min(Decimal(1), own_posts[b] / own_supply[b]) if own_supply[b] else Decimal(0) for b in blocks}
    for name, record in blocks.items():
        faults += _check_sums(record, due, room, own_supply[name], own_posts[name])
        worse = record["worse_blocks"]
        if unknown := sorted(set(worse) - blocks.keys()):
            faults.append(
                Words(
                    f"供需关联组 {name}：所列更差的组 {unknown[0]} 不存在",
                    f"block {name}: worse block {unknown[0]} is not listed",
                )
            )
            continue
        closed = [name, *worse]
        left = sum((own_supply[b] - own_posts[b] for b in closed), Decimal(0))
        faults += _differs(_of_block("cannot_be_placed", name), record["cannot_be_placed"], max(Decimal(0), left))
        if abs(_exact(record["rate"]) - rates[name]) > Decimal(10) ** -RATE_DIGITS / 2:
            faults.append(
                Words(
                    f"供需关联组 {name} 的 rate 为 {record['rate']}，岗位除以供给应为 {rates[name]:.4f}",
                    f"rate of block {name} is {record['rate']}, posts / supply gives {rates[name]:.4f}",
                )
            )
        faults += [
            Words(
                f"供需关联组 {name}：组 {b} 列为更差，实际并非如此",
                f"block {name}: block {b} is listed as worse off and is not",
            )
            for b in worse
            if rates[b] >= rates[name]
        ]
        faults += _check_closed(name, record, blocks, members[name], owner, reach)
    return faults + _check_assignment(records, pairs, due, room, assignment)


def _check_closed(
    name: str,
    record: Mapping[str, Any],
    blocks: Mapping[str, Mapping[str, Any]],
    programs: Sequence[str],
    owner: Mapping[str, str],
    reach: Mapping[str, Sequence[str]],
) -> list[Words]:
    """The worse-off blocks listed are those that the block's own edges lead into, and those these list in turn.

    Checked for every block, so no edge of any program of a closed set leads out of it, however many blocks it has:
    each step leads to a rate that is strictly lower, and each edge is looked at once.
    """
    faults: list[Words] = []
    listed = set(record["worse_blocks"])
    direct = set()
    for program in programs:
        for demand in reach.get(program, ()):
            into = owner.get(demand)
            if into == name:
                continue
            if into is None or into not in listed:
                faults.append(
                    Words(
                        f"供需关联组 {name}：对接 {program} - {demand} 通到其封闭范围之外",
                        f"block {name}: the edge {program} - {demand} leads out of its closed set",
                    )
                )
            else:
                direct.add(into)
    asked = direct.union(*(blocks[b]["worse_blocks"] for b in direct))
    faults += [
        Words(
            f"供需关联组 {name}：组 {b} 属于其封闭范围，却未列出",
            f"block {name}: block {b} belongs to its closed set and is not listed",
        )
        for b in sorted(asked - listed)
    ]
    faults += [
        Words(
            f"供需关联组 {name}：列出了组 {b}，却没有对接通向它",
            f"block {name}: no edge leads to block {b}, which it lists",
        )
        for b in sorted(listed - asked)
    ]
    return faults


def _check_sums(
    record: Mapping[str, Any],
    due: Mapping[str, Decimal],
    room: Mapping[str, Decimal],
    own_supply: Decimal,
    own_posts: Decimal,
) -> list[Words]:
    """Every figure of one block against the inputs."""
    name = record["block"]
    faults: list[Words] = []
    for row in record["programs"]:
        faults += _differs(_of_block("supply", name, row["program_id"]), row["supply"], due.get(row["program_id"]))
    for row in record["demands"]:
        faults += _differs(_of_block("posts", name, row["demand_id"]), row["posts"], room.get(row["demand_id"]))
    faults += _differs(_of_block("supply", name), record["supply"], own_supply)
    faults += _differs(_of_block("posts", name), record["posts"], own_posts)
    unplaced = max(Decimal(0), own_supply - own_posts)
    return faults + _differs(_of_block("unplaced_here", name), record["unplaced_here"], unplaced)


def _check_membership(
    blocks: Mapping[str, Mapping[str, Any]],
    members: Mapping[str, list[str]],
    takes: Mapping[str, list[str]],
    pairs: set[tuple[str, str]],
    due: Mapping[str, Decimal],
) -> list[Words]:
    """Every program with supply and an edge is in exactly one block, every demand in at most one."""
    faults: list[Words] = []
    listed = [p for programs in members.values() for p in programs]
    expected = {p for p, _ in pairs if due.get(p, Decimal(0)) > 0}
    for program in sorted(expected - set(listed)):
        faults.append(
            Words(
                f"专业点 {program} 有供给也有对接，却不属于任何供需关联组",
                f"program {program} has supply and an edge, but no block",
            )
        )
    for program in sorted(set(listed) - expected):
        faults.append(
            Words(
                f"专业点 {program} 没有供给或没有对接，却在供需关联组中",
                f"program {program} is in a block without supply or without an edge",
            )
        )
    parts = ((Words("专业点", "program"), listed), (Words("岗位", "demand"), [d for t in takes.values() for d in t]))
    for kind, ids in parts:
        twice = sorted(i for i, times in Counter(ids).items() if times > 1)
        faults += [Words(f"{kind.zh} {i} 列了两次", f"{kind.en} {i} is listed twice") for i in twice]
    for name in blocks:
        if members[name] and name != min(members[name]):
            faults.append(
                Words(
                    f"供需关联组 {name} 没有以其中最小的专业编号命名",
                    f"block {name} is not named after its smallest program id",
                )
            )
    return faults


def _check_assignment(
    records: Sequence[Mapping[str, Any]],
    pairs: set[tuple[str, str]],
    due: Mapping[str, Decimal],
    room: Mapping[str, Decimal],
    assignment: Iterable[tuple[str, str, float]],
) -> list[Words]:
    """The assignment uses edges only, stays within the posts, and gives every program its stated rate to 0.01."""
    faults: list[Words] = []
    placed: dict[str, Decimal] = {}
    used: dict[str, Decimal] = {}
    for program, demand, number in assignment:
        if not _is_number(number):
            faults.append(
                Words(
                    f"分配 {program} - {demand} 为 {number}，不是数",
                    f"assignment {program} - {demand} is {number}, which is no number",
                )
            )
            continue
        if (program, demand) not in pairs:
            faults.append(Words(f"分配 {program} - {demand} 没有对接", f"assignment {program} - {demand} has no edge"))
        if number < 0:
            faults.append(Words(f"分配 {program} - {demand} 是负数", f"assignment {program} - {demand} is negative"))
        placed[program] = placed.get(program, Decimal(0)) + _exact(number)
        used[demand] = used.get(demand, Decimal(0)) + _exact(number)
    for demand, filled in sorted(used.items()):
        if filled > room.get(demand, Decimal(0)):
            faults.append(
                Words(
                    f"分配给岗位 {demand} 共 {filled} 人，超过其岗位数",
                    f"assignment fills {demand} with {filled}, more than its posts",
                )
            )
    for record in records:
        if not (total := _exact(record["supply"])):
            continue
        rate = min(Decimal(1), _exact(record["posts"]) / total)
        for row in record["programs"]:
            program = row["program_id"]
            fair = due.get(program, Decimal(0)) * rate
            if abs(placed.get(program, Decimal(0)) - fair) >= Decimal("0.01"):
                given = placed.get(program, 0)
                faults.append(
                    Words(
                        f"分配给专业点 {program} 共 {given}，按其容纳率应为 {fair:.2f}",
                        f"assignment gives {program} {given}, its rate asks for {fair:.2f}",
                    )
                )
    return faults


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def _of_block(figure: str, block: str, row: str = "") -> Words:
    """A figure of a block, or of one of its rows."""
    if row:
        return Words(f"供需关联组 {block} 中 {row} 的 {figure}", f"{figure} of {row} in block {block}")
    return Words(f"供需关联组 {block} 的 {figure}", f"{figure} of block {block}")


def _differs(what: Words, written: float, computed: Decimal | None) -> list[Words]:
    if computed is None:
        return [Words(f"{what.zh}：输入表中没有", f"{what.en}: not in the input tables")]
    if _exact(written) == computed:
        return []
    return [
        Words(
            f"{what.zh} 为 {written}，按输入核算应为 {computed}",
            f"{what.en} is {written}, the inputs add up to {computed}",
        )
    ]
