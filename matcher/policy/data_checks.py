"""Odd figures: questions for the bureau and the college to clear up, never a ground (docs/method.md, section 9)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.policy.parameters import Values

DATA_CHECKS: Mapping[str, Mapping[str, str]] = {
    "retention_below_group": {
        "zh": "本地就业占比明显低于同层次同大类，请核对去向",
        "en": "far fewer stay local than in its level and major group: check the destinations",
    },
    "rate_jump": {
        "zh": "就业率一年内大幅上升而对口就业未随之上升，请核对",
        "en": "the rate jumped in a year while matched jobs did not: check the figures",
    },
    "equal_rates": {
        "zh": "连续三年就业率完全相同，请核对",
        "en": "the same rate three years running: check the figures",
    },
    "rounded_cohorts": {
        "zh": "连续三年毕业生数均为整十，请核对",
        "en": "graduates in whole tens three years running: check the figures",
    },
    "links_in_new_sentences": {
        "zh": "有对接仅见于改动后的专业文本，请核对改动是否属实",
        "en": "some links rest on changed sentences of its text alone: check whether the change is real",
    },
}
YEARS = 3


def data_checks(outcomes: pd.DataFrame, programs: pd.DataFrame, values: Values) -> dict[str, tuple[str, ...]]:
    """Program -> keys of DATA_CHECKS that its figures raise; programs without any are left out.

    Args:
        outcomes: as reported: program_id, year, graduates, employed, stayed_local, matched_job.
        programs: program_id, level, major_group.
    """
    group = {str(row.program_id): (word(row.level), word(row.major_group)) for row in rows(programs)}
    history: dict[str, list[dict[str, int | None]]] = {}
    columns = ["graduates", "employed", "stayed_local", "matched_job"]
    for row in rows(outcomes.sort_values("year", ascending=False)):
        found = {name: None if empty(getattr(row, name)) else int(getattr(row, name)) for name in columns}
        history.setdefault(str(row.program_id), []).append(found)
    local = {p: kept for p, years in history.items() if p in group and (kept := _local(years[:YEARS])) is not None}
    sums: dict[tuple[str, str], list[int]] = {}
    for program, (stayed, employed) in local.items():
        total = sums.setdefault(group[program], [0, 0])
        total[0], total[1] = total[0] + stayed, total[1] + employed
    result = {}
    for program, years in sorted(history.items()):
        raised = []
        if program in local:
            (stayed, employed), (all_stayed, all_employed) = local[program], sums[group[program]]
            others = all_employed - employed
            # Without itself: a large program would hide behind its own figure.
            gap = values.share("check.retention_gap")
            if others and Fraction(all_stayed - stayed, others) - Fraction(stayed, employed) > gap:
                raised.append("retention_below_group")
        raised += _odd(years, values)
        if raised:
            result[program] = tuple(raised)
    return result


def _local(years: Sequence[Mapping[str, int | None]]) -> tuple[int, int] | None:
    pairs = [(y["stayed_local"], y["employed"]) for y in years]
    known = [(stayed, employed) for stayed, employed in pairs if stayed is not None and employed]
    return (sum(s for s, _ in known), sum(e for _, e in known)) if known else None


def _odd(years: Sequence[Mapping[str, int | None]], values: Values) -> list[str]:
    found = []
    rates = [_share(y["employed"], y["graduates"]) for y in years[:YEARS]]
    matched = [_share(y["matched_job"], y["graduates"]) for y in years[:YEARS]]
    if len(rates) > 1 and None not in (*rates[:2], *matched[:2]):
        jump, follows = rates[0] - rates[1], matched[0] - matched[1]  # type: ignore[operator]
        if jump >= values.share("check.rate_jump") and follows < values.share("check.matched_rise"):
            found.append("rate_jump")
    # Everybody employed, or nobody, is no coincidence worth asking about.
    if len(rates) == YEARS and len(set(rates)) == 1 and rates[0] not in (None, 0, 1):
        found.append("equal_rates")
    sizes = [y["graduates"] for y in years[:YEARS]]
    if len(sizes) == YEARS and all(size is not None and size > 0 and size % 10 == 0 for size in sizes):
        found.append("rounded_cohorts")
    return found


def _share(part: int | None, of: int | None) -> Fraction | None:
    return None if part is None or not of else Fraction(part, of)
