"""Last year's advice against what the next year brought (`duikou back-test`).

Not a proof that advice was right: schools may have followed it, and that is the point of it. It shows whether programs
that were advised differently fared differently, with intervals, and says where there is too little to tell.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import empty, rows
from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES
from matcher.policy.verdict import FLAGS

# Two-sided 95 %.
Z = 1.959964
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "flag": {"zh": "分析建议编号", "en": "flag"},
    "programs": {"zh": "专业点", "en": "programs"},
    "with_data": {"zh": "次年有数据", "en": "with_data"},
    "seekers": {"zh": "次年求职毕业生", "en": "seekers"},
    "employed": {"zh": "其中就业", "en": "employed"},
    "employment": {"zh": "就业率", "en": "employment"},
    "employment_low": {"zh": "区间下限", "en": "employment_low"},
    "employment_high": {"zh": "区间上限", "en": "employment_high"},
    "employment_before": {"zh": "建议当年就业率", "en": "employment_before"},
    "low_programs": {"zh": "就业率低的专业点", "en": "low_programs"},
    "low_share": {"zh": "占比", "en": "low_share"},
    "low_share_low": {"zh": "占比下限", "en": "low_share_low"},
    "low_share_high": {"zh": "占比上限", "en": "low_share_high"},
    "registered": {"zh": "次年报到", "en": "registered"},
    "planned": {"zh": "次年计划", "en": "planned"},
    "registration": {"zh": "报到率", "en": "registration"},
    "intake_before": {"zh": "建议当年招生", "en": "intake_before"},
    "intake": {"zh": "次年招生", "en": "intake"},
    "placed": {"zh": "次年本地（对口）落实", "en": "placed"},
    "placed_share": {"zh": "占求职毕业生", "en": "placed_share"},
    "expected_share": {"zh": "当时的岗位容纳率", "en": "expected_share"},
    "note": {"zh": "说明", "en": "note"},
    "note_en": {"zh": "说明（英文）", "en": "note_en"},
}

_COUNTS = (
    "programs",
    "with_data",
    "seekers",
    "employed",
    "low_programs",
    "registered",
    "planned",
    "intake_before",
    "intake",
)


class NothingToTest(Unusable):
    """Outcomes that do not reach beyond the assessment."""


@dataclass(frozen=True)
class Backtest:
    """How programs fared by the flag they had.

    Attributes:
        year: the year after the advice.
        flags: one row a flag and one for all ("all"); columns COLUMNS.
        programs: one row a program with figures of that year: program_id, flag, employed, seekers, low, intake_before,
            intake, placed.
        summary: sentences, zh and en.
    """

    year: int
    flags: pd.DataFrame
    programs: pd.DataFrame
    summary: Mapping[str, list[str]]


def wilson(k: float, n: float) -> tuple[float, float] | None:
    """The 95 % interval of a share k / n (E. B. Wilson, 1927); None without observations."""
    if n <= 0:
        return None
    share, spread = k / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + spread)
    # At the ends the formula gives 0 and 1 up to rounding.
    return (0.0 if k == 0 else max(0.0, middle - half)), (1.0 if k == n else min(1.0, middle + half))


def backtest(assessment_last: Assessment, outcomes_now: pd.DataFrame, year: int | None = None) -> Backtest:
    """The year after the advice, by flag.

    Employment counts those who looked for work (graduates less further study). A flag with fewer seekers than
    `evidence.min_graduates` gets counts and no rates. Placements are local ones, in matched jobs where reported.

    Args:
        assessment_last: with its flags.
        outcomes_now: the outcomes table with at least one later year.
        year: which one; the year after the assessment's day if None.

    Raises:
        NothingToTest: a year that is not after the advice, or no row of it for any of its programs.
    """
    advised = int(str(assessment_last.manifest["as_of"])[:4])
    wanted = advised + 1 if year is None else year
    if wanted <= advised:
        raise NothingToTest(
            f"{wanted} 年不能用来回测：建议于 {advised} 年作出，当年及以前的数据已在分析之内；请给出 {advised + 1} 年或以后的年份与数据",
            f"{wanted} cannot be tested against: the advice is of {advised}, and data up to that year are already in the "
            f"assessment; give {advised + 1} or a later year, and its data",
        )
    own = outcomes_now[outcomes_now["program_id"].isin(assessment_last.programs["program_id"])]
    after = own[own["year"] == wanted].set_index("program_id")
    if after.empty:
        years = ", ".join(str(y) for y in sorted(own["year"].dropna().unique())) or "-"
        raise NothingToTest(
            f"招生就业数据里没有这些专业点 {wanted} 年的数据（现有：{years}）；回测需要建议之后的年份（建议于 {advised} 年作出）",
            f"outcomes hold no year {wanted} of these programs (there are: {years}); a back-test needs a year after "
            f"the advice, which is of {advised}",
        )
    old = assessment_last.inputs["outcomes"]
    before = old[old["year"] <= advised].sort_values("year").drop_duplicates("program_id", keep="last")
    before = before.set_index("program_id")
    parameters = assessment_last.manifest["policy"]["parameters"]
    low = float(parameters["employment.low_rate"]["value"])
    enough = int(parameters["evidence.min_graduates"]["value"])
    records = []
    for row in rows(assessment_last.programs):
        program = str(row.program_id)
        record: dict[str, Any] = {"program_id": program, "name": row.name, "flag": row.flag}
        records.append(record)
        if program in before.index:
            record |= {f"{k}_before": v for k, v in _year(before.loc[program]).items()}
        if program not in after.index:
            continue
        record |= _year(after.loc[program])
        if record.get("seekers"):
            record["low"] = record["employed"] < low * record["seekers"]
        record["expected"] = None if empty(row.placeable_rate) else float(row.placeable_rate)
    columns = ["program_id", "name", "flag", "seekers", "employed", "low", "registered", "planned", "intake_before",
               "intake", "placed", "placed_of", "expected", "seekers_before", "employed_before"]  # fmt: skip
    programs = pd.DataFrame(records).reindex(columns=columns)
    table = [_row(flag, programs[programs["flag"] == flag], enough, low) for flag in FLAGS]
    table.append(_row("all", programs, enough, low))
    flags = pd.DataFrame(table, columns=list(COLUMNS)).astype(dict.fromkeys(_COUNTS, "Int64"))
    summary = {lang: _summary(flags, wanted, advised, enough, lang) for lang in ("zh", "en")}
    return Backtest(wanted, flags, programs, summary)


def _year(row: Any) -> dict[str, Any]:
    """One year of one program; figures that are not reported stay away."""
    found: dict[str, Any] = {}
    if not empty(row.get("graduates")) and not empty(row.get("employed")):
        studying = 0 if empty(row.get("further_study")) else int(row.get("further_study"))
        # Some offices count further study among the employed: never more work than people.
        found = {
            "seekers": max(int(row.get("graduates")) - studying, int(row.get("employed"))),
            "employed": int(row.get("employed")),
        }
        if not empty(row.get("stayed_local")):
            local = int(row.get("stayed_local"))
            matched = not empty(row.get("matched_job")) and int(row.get("employed")) > 0
            share = int(row.get("matched_job")) / int(row.get("employed")) if matched else 1.0
            found |= {"placed": local * share, "placed_of": found["seekers"]}
    if not empty(row.get("registered")) and not empty(row.get("planned")):
        found |= {"registered": int(row.get("registered")), "planned": int(row.get("planned"))}
    if not empty(row.get("enrolled")):
        found["intake"] = int(row.get("enrolled"))
    return found


def _row(flag: str, group: pd.DataFrame, enough: int, low: float) -> dict[str, Any]:
    seen = group.dropna(subset=["seekers"])
    seekers, employed = float(seen["seekers"].sum()), float(seen["employed"].sum())
    earlier = seen.dropna(subset=["seekers_before"])
    intakes = group.dropna(subset=["intake", "intake_before"])
    offered = group.dropna(subset=["planned"])
    settled = group.dropna(subset=["placed"])
    told = seekers >= enough
    judged = seen.dropna(subset=["low"])
    low_programs = int(judged["low"].astype(bool).sum())
    interval, low_interval = wilson(employed, seekers), wilson(low_programs, len(judged))
    expected = settled.dropna(subset=["expected"])
    weight = float(expected["placed_of"].sum())
    record: dict[str, Any] = {
        "flag": flag,
        "programs": len(group),
        "with_data": len(seen),
        "seekers": int(seekers),
        "employed": int(employed),
        "low_programs": low_programs if len(judged) else None,
        "registered": int(offered["registered"].sum()) if len(offered) else None,
        "planned": int(offered["planned"].sum()) if len(offered) else None,
        "intake_before": int(intakes["intake_before"].sum()) if len(intakes) else None,
        "intake": int(intakes["intake"].sum()) if len(intakes) else None,
        "placed": round(float(settled["placed"].sum()), 1) if len(settled) else None,
        "note": "",
        "note_en": "",
    }
    if not told:
        record["note"] = (
            f"数据不足：次年求职毕业生{int(seekers)}人，至少{enough}人方可比较" if len(group) else "没有此类专业点"
        )
        record["note_en"] = (
            f"not enough data: {int(seekers)} looked for work, {enough} are needed" if len(group) else "no such program"
        )
        return record
    assert interval is not None
    record |= {
        "employment": round(employed / seekers, 4),
        "employment_low": round(interval[0], 4),
        "employment_high": round(interval[1], 4),
        "employment_before": _ratio(earlier["employed_before"].sum(), earlier["seekers_before"].sum()),
        "low_share": _ratio(low_programs, len(judged)),
        "low_share_low": round(low_interval[0], 4) if low_interval else None,
        "low_share_high": round(low_interval[1], 4) if low_interval else None,
        "registration": _ratio(offered["registered"].sum(), offered["planned"].sum()),
        "placed_share": _ratio(settled["placed"].sum(), settled["placed_of"].sum()),
        "expected_share": _ratio((expected["expected"] * expected["placed_of"]).sum(), weight),
    }
    return record


def _ratio(part: float, of: float) -> float | None:
    return round(float(part) / float(of), 4) if of else None


def _summary(flags: pd.DataFrame, year: int, advised: int, enough: int, language: str) -> list[str]:
    zh = language == "zh"
    rows_of = {row["flag"]: row for row in flags.to_dict("records")}
    lines = []
    for flag in FLAGS:
        row = rows_of[flag]
        if not row["programs"]:
            continue
        name = FLAG_NAMES[flag][language]
        if empty(row["employment"]):
            lines.append(f"{name}：{row['note']}" if zh else f"{name}: {row['note_en']}")
            continue
        rate, low, high = (f"{row[c]:.0%}" for c in ("employment", "employment_low", "employment_high"))
        share = f"{row['low_programs']}/{row['with_data']}"
        if zh:
            lines.append(
                f"{name}：{row['with_data']}个专业点{year}年求职{row['seekers']}人，就业率{rate}（95%区间{low}–{high}），就业率低的{share}"
            )
        else:
            lines.append(
                f"{name}: {row['seekers']} looked for work from {row['with_data']} programs in {year}, {rate} employed "
                f"(95 % interval {low} to {high}), low in {share}"
            )
    lines.append(
        f"只说明{advised}年各类建议的专业点次年情况是否不同，不证明建议本身正确；区间按人计算，同一专业点内并不独立，实际应更宽"
        if zh
        else f"This shows whether programs advised differently in {advised} fared differently, not that advice was right; "
        "intervals count persons, who are not independent within a program, and should be wider"
    )
    return lines
