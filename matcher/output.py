"""The tables and records of an assessment's folder (docs/contract.md)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from corpora.frames import rows
from matcher.judging import Workings
from matcher.placement.certificate import block_records, persons
from matcher.placement.place import Placement
from matcher.placement.whitespace import empty_posts
from matcher.policy.earlier import filed_texts, text_hash
from matcher.policy.facts import Facts
from matcher.policy.kept import Kept

RATE_DIGITS = 4
# Filled by draws, packs with regulations and the search for counterfactuals; empty where those were not asked for.
PROGRAM_COLUMNS = (
    "program_id", "flag", "flag_probability", "measure", "also_fires", "notices", "rule_verdict", "rule_clause",
    "supply", "placeable_rate", "placeable_low", "placeable_high", "headroom", "indispensability", "employment_mean",
    "employment_low", "employment_high", "employment_below_probability", "raw_rate_by_year", "block", "own_gap",
    "completers_share_gap", "counterfactual", "name", "institution", "region", "level", "major_group", "reason",
    "reason_en", "counterfactual_en", "text_hash",
)  # fmt: skip


def program_frame(workings: Workings, traces: list[dict[str, Any]], kept: Kept) -> pd.DataFrame:
    """One row a program; traces in the order of the facts; kept: of an earlier question on the same data."""
    drawn = workings.drawn
    own = {str(row.program_id): row for row in rows(workings.read.programs)}
    posterior = {str(row.program_id): row for row in rows(workings.employment.programs)}
    raw, hashes = kept(_raw_rates, workings.read.outcomes), kept(_text_hashes, workings.read.programs)
    own_gap, shared_gap = _naive_gaps(workings.placement)
    records = []
    for fact, verdict, trace in zip(workings.facts, workings.verdicts, traces, strict=True):
        program = fact.program_id
        row, work = own[program], posterior.get(program)
        records.append(
            {
                "program_id": program,
                "flag": verdict.flag,
                "flag_probability": verdict.flag_probability,
                "measure": verdict.measure.step if verdict.measure else None,
                **_rule(trace["rule_verdict"]),
                "also_fires": ";".join(verdict.also_fires),
                "notices": ";".join(verdict.notices),
                "supply": _persons(fact.supply),
                "placeable_rate": None if fact.rate is None else round(float(fact.rate), RATE_DIGITS),
                "placeable_low": _drawn_rate(fact, drawn.low if drawn else None),
                "placeable_high": _drawn_rate(fact, drawn.high if drawn else None),
                "headroom": _persons(fact.headroom) if fact.supply is not None else None,
                "indispensability": _persons(fact.indispensability) if fact.supply is not None else None,
                "employment_mean": None if work is None else round(float(work.mean), RATE_DIGITS),
                "employment_low": None if work is None else round(float(work.low), RATE_DIGITS),
                "employment_high": None if work is None else round(float(work.high), RATE_DIGITS),
                "employment_below_probability": None
                if work is None
                else round(float(work.below_probability), RATE_DIGITS),
                "raw_rate_by_year": raw.get(program, ""),
                "block": fact.block,
                "own_gap": own_gap.get(program),
                "completers_share_gap": shared_gap.get(program),
                **{
                    column: getattr(row, column) for column in ("name", "institution", "region", "level", "major_group")
                },
                "reason": trace["reason"]["zh"],
                "reason_en": trace["reason"]["en"],
                "text_hash": hashes[program],
                "counterfactual": "；".join(one["zh"] for one in trace["counterfactuals"]) or None,
                "counterfactual_en": "; ".join(one["en"] for one in trace["counterfactuals"]) or None,
            }
        )
    numbers = ("flag_probability", "supply", "placeable_rate", "placeable_low", "placeable_high", "headroom",
               "indispensability", "employment_mean", "employment_low", "employment_high",
               "employment_below_probability", "own_gap", "completers_share_gap")  # fmt: skip
    frame = pd.DataFrame(records, columns=list(PROGRAM_COLUMNS))
    return frame.astype({c: "Float64" if c in numbers else "string" for c in PROGRAM_COLUMNS})


def _text_hashes(programs: pd.DataFrame) -> dict[str, str]:
    return {program: text_hash(text) for program, text in filed_texts(programs).items()}


def _rule(found: dict[str, Any] | None) -> dict[str, str | None]:
    """A regulation's own words and its clause, which says so where its source was not checked."""
    return {"rule_verdict": found["zh"] if found else None, "rule_clause": found["clause_zh"] if found else None}


def _drawn_rate(fact: Facts, rates: Mapping[str, float] | None) -> float | None:
    if rates is None or fact.rate is None or fact.program_id not in rates:
        return None
    return round(rates[fact.program_id], RATE_DIGITS)


def _raw_rates(outcomes: pd.DataFrame) -> dict[str, str]:
    """Program -> "2026: 41/50; 2025: ..." as reported: employed of graduates, nothing smoothed."""
    known = outcomes.dropna(subset=["graduates", "employed"]).sort_values("year", ascending=False)
    found: dict[str, list[str]] = {}
    for row in rows(known):
        found.setdefault(str(row.program_id), []).append(f"{row.year}: {row.employed}/{row.graduates}")
    return {program: "; ".join(rates) for program, rates in found.items()}


def _naive_gaps(placement: Placement) -> tuple[dict[str, float], dict[str, float]]:
    """The two figures planners know, in persons: linked posts less graduates, and posts split by graduates."""
    seekers: dict[str, int] = {}
    for program, demand in placement.edges:
        seekers[demand] = seekers.get(demand, 0) + placement.supply[program]
    linked = dict.fromkeys(placement.supply, 0)
    shared = dict.fromkeys(placement.supply, Fraction(0))
    for program, demand in placement.edges:
        linked[program] += placement.posts[demand]
        if seekers[demand]:
            shared[program] += Fraction(placement.posts[demand] * placement.supply[program], seekers[demand])
    return (
        {p: (linked[p] - s) / 100 for p, s in placement.supply.items()},
        {p: round(float(shared[p] - s) / 100, 2) for p, s in placement.supply.items()},
    )


def demand_frame(demands: pd.DataFrame, placement: Placement) -> pd.DataFrame:
    current = demands[demands["role"] == "current"].sort_values("demand_id")
    filled: dict[str, int] = {}
    for (_, demand), number in placement.fair.assignment.items():
        filled[demand] = filled.get(demand, 0) + number
    block_of = {d: block.id for block in placement.fair.blocks for d in block.demands}
    spare = empty_posts(placement)
    ids = current["demand_id"].astype(str)
    columns = ["demand_id", "occupation", "region", "levels", "year", "openings", "entry_share"]
    return (
        current[columns]
        .assign(
            posts=[persons(placement.posts[d]) for d in ids],
            placed=[persons(filled.get(d, 0)) for d in ids],
            block=pd.array([block_of.get(d) for d in ids], dtype="string"),
            whitespace=[persons(spare[d][0]) if d in spare else 0.0 for d in ids],
        )
        .reset_index(drop=True)
    )


def placement_frame(placement: Placement) -> pd.DataFrame:
    rows = [(p, d, persons(n)) for (p, d), n in sorted(placement.fair.assignment.items())]
    frame = pd.DataFrame(rows, columns=["program_id", "demand_id", "persons"])
    return frame.astype({"program_id": "string", "demand_id": "string", "persons": "float64"})


def certified_blocks(placement: Placement) -> list[dict[str, Any]]:
    records = block_records(placement.fair, placement.supply, placement.posts)
    for record in records:
        finding = placement.surplus[record["block"]]
        record["observed_placed"] = None if finding.observed_placed is None else persons(finding.observed_placed)
        record["certified"] = finding.certified
        record["why_not_certified"] = list(finding.why_not_certified)
        record["undercounted_by"] = persons(finding.undercounted_by)
        highest = max(float(placement.high_rates[row["program_id"]]) for row in record["programs"])
        record["rate_at_high_posts"] = round(highest, RATE_DIGITS)
    return records


def _persons(hundredths: int | None) -> float | None:
    return None if hundredths is None else persons(hundredths)
