"""What a pack asks of the province as a whole, beside what the tables show; no target decides on a single point."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.assessment import Assessment
from matcher.policy.pack import Values

# Flags whose points would be adjusted: renewed or withdrawn.
ADJUSTED = ("upgrade", "phase_out")
COLUMNS = ("parameter", "asked", "found", "points", "sentence", "sentence_en")
# Parameter -> levels whose points are averaged.
_SIZES: Mapping[str, tuple[str, ...]] = {
    "plan.students_per_program": ("associate", "bachelor"),
    "plan.students_per_program_secondary": ("secondary",),
}


def province_targets(assessment: Assessment, values: Values) -> pd.DataFrame:
    """One row a target of the pack: what it asks, what the tables give, and how many points that is counted over.

    The share adjusted counts the points that this assessment advises to renew or withdraw; the students a program are the
    mean of the latest year that each point reports. A target is set for a province: unless the tables were declared to
    hold one, the sentence says that it speaks of the points in the tables.

    Args:
        values: the pack on the day of the assessment.

    Returns:
        COLUMNS; shares as decimals. No rows where the pack sets no target.
    """
    whole = assessment.manifest["scope"] == "province"
    records = [*_adjusted(assessment, values), *_sizes(assessment, values)]
    lead, lead_en = ("", "") if whole else ("就表内专业点而言，", "of the points in these tables: ")
    for record in records:
        record["sentence"] = lead + record["sentence"]
        record["sentence_en"] = lead_en + record["sentence_en"]
    return pd.DataFrame(records, columns=list(COLUMNS))


def _adjusted(assessment: Assessment, values: Values) -> list[dict[str, Any]]:
    points = len(assessment.programs)
    number = int(assessment.programs["flag"].isin(ADJUSTED).sum())
    share = number / points if points else 0.0
    found: list[dict[str, Any]] = []
    for parameter in ("plan.adjusted_a_year", "plan.adjusted_share"):
        if not values.has(parameter):
            continue
        asked = values.number(parameter)
        when, when_en = "每年", "a year"
        if parameter == "plan.adjusted_share" and values.has("plan.adjusted_until"):
            year = values.whole("plan.adjusted_until")
            when, when_en = f"到{year}年", f"by {year}"
        found.append(
            {
                "parameter": parameter,
                "asked": asked,
                "found": round(share, 4),
                "points": points,
                "sentence": f"本次建议改造或撤销{number}个布点，占{share:.0%}；规则要求{when}调整{asked:.0%}",
                "sentence_en": f"this assessment advises to renew or withdraw {number} points, {share:.0%}; "
                f"the rules ask to adjust {asked:.0%} {when_en}",
            }
        )
    return found


def _sizes(assessment: Assessment, values: Values) -> list[dict[str, Any]]:
    day = int(str(assessment.manifest["as_of"])[:4])
    outcomes = assessment.inputs["outcomes"]
    latest = outcomes[(outcomes["year"] <= day) & outcomes["students"].notna()].sort_values("year")
    students = {str(row.program_id): int(row.students) for row in rows(latest)}
    found: list[dict[str, Any]] = []
    for parameter, levels in _SIZES.items():
        if not values.has(parameter):
            continue
        counted = [
            students[str(row.program_id)]
            for row in rows(assessment.programs)
            if not empty(row.level) and word(row.level) in levels and str(row.program_id) in students
        ]
        if not counted:
            continue
        asked, mean = values.number(parameter), sum(counted) / len(counted)
        kind, kind_en = ("中职", "secondary") if levels == ("secondary",) else ("高职", "higher vocational")
        found.append(
            {
                "parameter": parameter,
                "asked": asked,
                "found": round(mean, 2),
                "points": len(counted),
                "sentence": f"{kind}专业平均在校生{mean:.0f}人（{len(counted)}个布点）；规则要求约{asked:.0f}人",
                "sentence_en": f"{mean:.0f} students a {kind_en} program on average ({len(counted)} points); "
                f"the rules ask for about {asked:.0f}",
            }
        )
    return found
