"""The institutions of one block side by side on separate grounds, without a total (docs/method.md, section 7).

A low rate is a finding about a field in a region. Who cuts is for the bureau to decide, from grounds that stand each for
itself; what is computed is the intake that the block as a whole has to give up.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import empty, rows, word
from corpora.schema import empty_frame
from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES, rate_text

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "program_id": {"zh": "专业编号", "en": "program_id"},
    "name": {"zh": "专业名称", "en": "name"},
    "institution": {"zh": "院校", "en": "institution"},
    "flag": {"zh": "分析建议", "en": "flag"},
    "supply": {"zh": "求职毕业生（人/年）", "en": "supply"},
    "intake": {"zh": "最近一年招生", "en": "intake"},
    "matched_share": {"zh": "对口就业占比", "en": "matched_share"},
    "matched_of": {"zh": "对口就业/求职毕业生", "en": "matched_of"},
    "registration_rate": {"zh": "报到率", "en": "registration_rate"},
    "registered_of": {"zh": "报到/计划", "en": "registered_of"},
    "teachers_per_100": {"zh": "每百名在校生专任教师", "en": "teachers_per_100"},
    "training_places": {"zh": "实训工位", "en": "training_places"},
    "agreed_seats": {"zh": "协议人数", "en": "agreed_seats"},
    "fulfilled_seats": {"zh": "已履约协议人数", "en": "fulfilled_seats"},
    "intake_cut": {"zh": "全组需减招生", "en": "intake_cut"},
}
TOTAL = {"zh": "全组合计", "en": "the block as a whole"}


class UnknownBlock(Unusable):
    """A block, or a program of a block, that the assessment does not have."""


def block_comparison(
    assessment: Assessment, block_id: str, target: float | str = 0.9, language: str = "zh"
) -> pd.DataFrame:
    """One row a program of the block and a last row for the block, whose `intake_cut` no single program is given.

    Grounds are sums over the latest years of `supply.years`, each with the figures behind it; one that is not reported
    stays empty. They are not ranked and not added up. Training places are shown where the programs table has them.

    Args:
        block_id: of a block, or of any program in one.
        target: the rate that the block shall reach.
        language: zh or en, of the last row's name.

    Raises:
        UnknownBlock: no such block.
    """
    block = _block(assessment, block_id)
    members = [row["program_id"] for row in block["programs"]]
    years = int(assessment.manifest["policy"]["parameters"]["supply.years"]["value"])
    day = int(str(assessment.manifest["as_of"])[:4])
    outcomes = assessment.inputs.get("outcomes", empty_frame("outcomes"))
    recent = outcomes[(outcomes["year"] <= day) & outcomes["program_id"].isin(members)]
    recent = recent.sort_values(["program_id", "year"], ascending=[True, False])
    recent = recent[recent.groupby("program_id").cumcount() < years]
    own = assessment.inputs["programs"].set_index("program_id")
    agreements = assessment.inputs.get("agreements", empty_frame("agreements"))
    records = []
    for row in rows(assessment.programs[assessment.programs["program_id"].isin(members)].sort_values("program_id")):
        history = recent[recent["program_id"] == row.program_id]
        matched, seekers = _pair(history, "matched_job", "seekers")
        came, planned = _pair(history, "registered", "planned")
        teachers, students = _latest(history, "teachers"), _latest(history, "students")
        seats = agreements[agreements["program_id"] == row.program_id]
        kept = seats.dropna(subset=["fulfilment"])
        records.append(
            {
                "program_id": row.program_id,
                "name": row.name,
                "institution": row.institution,
                "flag": row.flag,
                "supply": row.supply,
                "intake": _latest(history, "enrolled"),
                "matched_share": _share(matched, seekers),
                "matched_of": f"{matched}/{seekers}" if seekers else None,
                "registration_rate": _share(came, planned),
                "registered_of": f"{came}/{planned}" if planned else None,
                "teachers_per_100": round(100 * teachers / students, 1) if teachers is not None and students else None,
                "training_places": own.loc[row.program_id, "training_places"] if "training_places" in own else None,
                "agreed_seats": int(seats["seats"].sum()) if len(seats) else None,
                "fulfilled_seats": math.floor(
                    sum(Fraction(int(r.seats)) * Fraction(str(r.fulfilment)) for r in rows(kept))
                )
                if len(kept)
                else None,
            }
        )
    intake = sum(int(r["intake"]) for r in records if not empty(r["intake"]))
    records.append(
        {
            "program_id": "",
            "name": TOTAL[language],
            "supply": block["supply"],
            "intake": intake,
            "intake_cut": _cut(block, intake, target),
        }
    )
    return pd.DataFrame(records, columns=list(COLUMNS))


def block_sentence(assessment: Assessment, block_id: str, target: float | str, language: str) -> str:
    """What the block as a whole has to give up, in one sentence."""
    block = _block(assessment, block_id)
    intake = int(block_comparison(assessment, block_id, target)["intake"].iloc[-1])
    cut = _cut(block, intake, target)
    rate, goal = rate_text(float(block["rate"])), rate_text(float(target))
    if language == "zh":
        if not cut:
            return f"供需关联组{block['block']}岗位容纳率{rate}，已达到{goal}，无须减招"
        return (
            f"供需关联组{block['block']}：求职毕业生{block['supply']:.2f}人、岗位{block['posts']:.2f}个，岗位容纳率{rate}；"
            f"要达到{goal}，全组现招生{intake}人需减{cut}人。由哪些院校减，按下列各项分别比较，不计总分"
        )
    if not cut:
        return f"block {block['block']} places {rate} of its graduates, {goal} or more: no cut"
    return (
        f"block {block['block']}: {block['supply']:.2f} graduates look for {block['posts']:.2f} posts ({rate}); to reach "
        f"{goal} it has to give up {cut} of {intake} places. Who gives them up is compared on separate grounds, no total"
    )


def _block(assessment: Assessment, name: str) -> Mapping[str, Any]:
    for block in assessment.blocks:
        if block["block"] == name or any(row["program_id"] == name for row in block["programs"]):
            return block
    raise UnknownBlock(
        f"没有供需关联组“{name}”：请给出 blocks.json 中的编号，或组内任一专业点编号",
        f"no block {name!r}: name one of blocks.json, or any program in one",
    )


def _cut(block: Mapping[str, Any], intake: int, target: float | str) -> int:
    """Places to give up, all programs together, if every one keeps its ratio of graduates to places; rounded up."""
    supply, posts, goal = (Fraction(str(v)) for v in (block["supply"], block["posts"], target))
    if not supply or posts >= goal * supply:
        return 0
    return math.ceil(intake * (1 - posts / (goal * supply)))


def _pair(history: pd.DataFrame, part: str, whole: str) -> tuple[int, int]:
    """Sums of a part and its whole over the years that report both."""
    table = history.assign(seekers=history["graduates"] - history["further_study"].fillna(0))
    both = table.dropna(subset=[part, whole])
    return int(both[part].sum()), int(both[whole].sum())


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _latest(history: pd.DataFrame, column: str) -> int | None:
    known = history[column].dropna()
    return int(known.iloc[0]) if len(known) else None


def shown(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """The table with headers and flags in one language."""
    flags = table["flag"].map(lambda flag: "" if empty(flag) else FLAG_NAMES[flag][language])
    return table.assign(flag=flags).rename(columns={c: word(names[language]) for c, names in COLUMNS.items()})
