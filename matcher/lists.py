"""The provincial lists and the school list of an assessment (docs/method.md, section 7).

A point (one program at one institution) has a class by its own advice. A catalogue program in a region gets the class
that at least a given share of its points stands behind; which points count, by number or by graduates, and the share
are the aggregation rule, stated with every list. Small cells are not masked here: that belongs to public reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import empty, rows, whole, word
from corpora.schema import empty_frame
from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES, rate_text

Text = Mapping[str, str]
ListClass = Literal["shortage", "upgrade", "restrict", "withdraw", "none", "not_judged"]
# The order in which a tie is settled: a withdrawal comes last of the lists, since it costs a school its intake.
CLASSES: Mapping[str, Text] = {
    "shortage": {"zh": "重点紧缺", "en": "short of people"},
    "upgrade": {"zh": "改造升级", "en": "to be upgraded"},
    "restrict": {"zh": "限制增设", "en": "no additions"},
    "withdraw": {"zh": "建议撤销", "en": "withdrawal proposed"},
    "none": {"zh": "未列入", "en": "on no list"},
    "not_judged": {"zh": "数据不足", "en": "not judged"},
}
# Notices under which a program stays, and no further point of its kind should be opened.
_RESTRICTING = ("guard_blocks", "no_new_points", "strategic_yet_surplus")
PROVINCIAL: Mapping[str, Text] = {
    "code": {"zh": "专业代码", "en": "code"},
    "name": {"zh": "专业名称", "en": "name"},
    "level": {"zh": "层次", "en": "level"},
    "region": {"zh": "地区", "en": "region"},
    "points": {"zh": "布点数", "en": "points"},
    "share_of_schools": {"zh": "布点率", "en": "share_of_schools"},
    "students": {"zh": "在校生数", "en": "students"},
    "intake_by_year": {"zh": "三年招生数", "en": "intake_by_year"},
    "graduates_by_year": {"zh": "三年毕业生数", "en": "graduates_by_year"},
    "supply": {"zh": "求职毕业生（人/年）", "en": "supply"},
    "rate": {"zh": "岗位容纳率", "en": "rate"},
    "posts": {"zh": "对接岗位（个/年）", "en": "posts"},
    "class": {"zh": "清单类别编号", "en": "class"},
    "class_zh": {"zh": "清单类别", "en": "class_zh"},
    "share_of_points": {"zh": "同类布点占比", "en": "share_of_points"},
    "classes_of_points": {"zh": "各布点类别", "en": "classes_of_points"},
    "reason": {"zh": "理由", "en": "reason"},
    "reason_en": {"zh": "理由（英文）", "en": "reason_en"},
}
SCHOOL: Mapping[str, Text] = {
    "institution": {"zh": "院校", "en": "institution"},
    "program_id": {"zh": "专业编号", "en": "program_id"},
    **{k: PROVINCIAL[k] for k in ("code", "name", "level", "region")},
    "class": PROVINCIAL["class"],
    "class_zh": PROVINCIAL["class_zh"],
    "flag": {"zh": "分析建议", "en": "flag"},
    "measure": {"zh": "处置措施", "en": "measure"},
    **{k: PROVINCIAL[k] for k in ("students", "intake_by_year", "graduates_by_year", "supply", "rate", "posts")},
    "employment_by_year": {"zh": "各届就业（就业/毕业）", "en": "employment_by_year"},
    "notices": {"zh": "提示", "en": "notices"},
    "reason": PROVINCIAL["reason"],
    "reason_en": PROVINCIAL["reason_en"],
}


@dataclass(frozen=True)
class Aggregation:
    """How points make up a catalogue program's class.

    Attributes:
        by: whether points count one each, or by their graduates looking for work.
        least_share: part of all points (those not judged among them) that must stand behind the class.

    Raises:
        Unusable: a share that is not above 0 and at most 1.
    """

    by: Literal["points", "graduates"] = "points"
    least_share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.least_share <= 1:
            raise Unusable(
                f"least_share 是 {self.least_share}；应大于 0 且不超过 1",
                f"least_share is {self.least_share}; expected above 0 and at most 1",
            )

    def sentence(self, language: str) -> str:
        """The rule as a report states it."""
        share = f"{self.least_share:.0%}"
        if language == "zh":
            unit = "布点" if self.by == "points" else "求职毕业生"
            return (
                f"同一专业、层次、地区内，占{unit}不少于{share}的类别为该专业的清单类别；"
                "并列按重点紧缺、改造升级、限制增设、建议撤销取先，都不足则不列入"
            )
        unit = "points" if self.by == "points" else "graduates looking for work"
        return (
            f"a catalogue program of one level and region is listed in the class behind which at least {share} of its "
            f"{unit} stand; a tie takes the first of short of people, upgrade, no additions, withdrawal; below that share it is on no list"
        )


DEFAULT = Aggregation()


def provincial_list(assessment: Assessment, rule: Aggregation = DEFAULT) -> pd.DataFrame:
    """One row a catalogue program (by code, else by name), level and region.

    Columns: PROVINCIAL. `share_of_schools` is that of the institutions of the level and region in the programs table;
    `rate` weighs the points' placeable rates by their graduates; `posts` counts every post linked to any point once.
    """
    points = _points(assessment)
    schools = points.groupby(["level", "region"])["institution"].nunique()
    records = []
    for key, group in points.groupby(["code", "kind", "level", "region"], sort=True):
        code, _, level, region = (str(part) for part in key)
        found, share = _class(group, rule)
        supply = float(group["supply"].fillna(0).sum())
        judged = group.dropna(subset=["rate"])
        weight = float(judged["supply"].sum())
        behind = group[group["class"] == found].sort_values(["supply", "program_id"], ascending=[False, True])
        offering = group["institution"].nunique()
        record = {
            "code": code or None,
            "name": group["name"].iloc[0],
            "level": level or None,
            "region": region or None,
            "points": len(group),
            "share_of_schools": round(offering / schools[level, region], 4) if schools[level, region] else None,
            "students": _sum(group["students"]),
            "intake_by_year": _by_year(group["history"], "enrolled"),
            "graduates_by_year": _by_year(group["history"], "graduates"),
            "supply": round(supply, 2),
            "rate": round(float((judged["rate"] * judged["supply"]).sum()) / weight, 4) if weight else None,
            "posts": round(sum({d: n for linked in group["linked"] for d, n in linked.items()}.values()), 2),
            "class": found,
            "class_zh": CLASSES[found]["zh"],
            "share_of_points": round(share, 4),
            "classes_of_points": "; ".join(
                f"{c} {int((group['class'] == c).sum())}" for c in CLASSES if (group["class"] == c).any()
            ),
        }
        record["reason"], record["reason_en"] = (_reason(record, group, behind, lang) for lang in ("zh", "en"))
        records.append(record)
    return pd.DataFrame(records, columns=list(PROVINCIAL))


def school_list(assessment: Assessment) -> pd.DataFrame:
    """One row a point, by institution. Columns: SCHOOL."""
    points = _points(assessment)
    points["intake_by_year"] = [_by_year([h], "enrolled") for h in points["history"]]
    points["graduates_by_year"] = [_by_year([h], "graduates") for h in points["history"]]
    points["posts"] = [round(sum(linked.values()), 2) for linked in points["linked"]]
    points["class_zh"] = [CLASSES[c]["zh"] for c in points["class"]]
    table = points.sort_values(["institution", "program_id"])[list(SCHOOL)]
    blank = {column: table[column].replace("", None) for column in ("institution", "code", "level", "region")}
    return table.assign(**blank).reset_index(drop=True)


def in_words(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """A list with headers in one language; as files of an assessment they are English."""
    heads = SCHOOL if "program_id" in table else PROVINCIAL
    return table.rename(columns={column: names[language] for column, names in heads.items()})


def class_of(flag: str, notices: str, certified: bool) -> ListClass:
    """A point's class: by its flag; a program kept in a certified surplus, or by a guard, takes no further points."""
    if flag in ("prioritize", "expand"):
        return "shortage"
    if flag == "upgrade":
        return "upgrade"
    if flag == "phase_out":
        return "withdraw"
    if flag == "insufficient_evidence":
        return "not_judged"
    return "restrict" if certified or set(notices.split(";")) & set(_RESTRICTING) else "none"


def _points(assessment: Assessment) -> pd.DataFrame:
    """One row a point with everything that both lists read; empty texts are ""."""
    given = assessment.inputs["programs"].set_index("program_id")
    outcomes = assessment.inputs.get("outcomes", empty_frame("outcomes"))
    day = int(str(assessment.manifest["as_of"])[:4])
    past = outcomes[outcomes["year"] <= day].sort_values(["program_id", "year"], ascending=[True, False])
    histories = {str(p): t.head(3) for p, t in past.groupby("program_id")}
    certified = {r["program_id"] for b in assessment.blocks if b["certified"] for r in b["programs"]}
    posts = dict(zip(assessment.demands["demand_id"], assessment.demands["posts"], strict=True))
    linked: dict[str, dict[str, float]] = {}
    for row in rows(assessment.matches[assessment.matches["edge"]]):
        if row.demand_id in posts:
            linked.setdefault(str(row.program_id), {})[str(row.demand_id)] = float(posts[row.demand_id])
    records = []
    for row in rows(assessment.programs):
        program = str(row.program_id)
        history = histories.get(program, outcomes.iloc[:0])
        code = word(given.loc[program, "code"])
        records.append(
            {
                "program_id": program,
                "institution": word(row.institution),
                "code": code,
                "kind": "" if code else word(row.name),
                "name": word(row.name),
                "level": word(row.level),
                "region": word(row.region),
                "flag": word(row.flag),
                "measure": None if empty(row.measure) else str(row.measure),
                "notices": word(row.notices),
                "class": class_of(word(row.flag), word(row.notices), program in certified),
                "supply": None if empty(row.supply) else float(row.supply),
                "rate": None if empty(row.placeable_rate) else float(row.placeable_rate),
                "students": next((whole(n) for n in history["students"] if not empty(n)), None),
                "history": history,
                "linked": linked.get(program, {}),
                "employment_by_year": word(row.raw_rate_by_year),
                "reason": word(row.reason),
                "reason_en": word(row.reason_en),
            }
        )
    frame = pd.DataFrame(records)
    return frame.astype({"supply": "Float64", "rate": "Float64", "students": "Int64"})


def _class(group: pd.DataFrame, rule: Aggregation) -> tuple[ListClass, float]:
    """The class of a catalogue program and the share behind it."""
    weights = pd.Series(1.0, index=group.index) if rule.by == "points" else group["supply"].fillna(0).astype(float)
    total = float(weights.sum())
    if not total:
        weights, total = pd.Series(1.0, index=group.index), float(len(group))
    shares: dict[ListClass, float] = {
        "shortage": 0.0, "upgrade": 0.0, "restrict": 0.0, "withdraw": 0.0, "none": 0.0, "not_judged": 0.0
    }  # fmt: skip
    for name in shares:
        shares[name] = float(weights[group["class"] == name].sum()) / total
    found = max(shares, key=lambda name: shares[name])  # the first of equals
    return (found, shares[found]) if shares[found] >= rule.least_share else ("none", shares["none"])


def _reason(record: Mapping[str, Any], group: pd.DataFrame, behind: pd.DataFrame, language: str) -> str:
    """Why a catalogue program is in its class: how many points stand behind it, and the largest one's reason."""
    zh = language == "zh"
    number, of = len(behind), len(group)
    rate = "" if record["rate"] is None else rate_text(record["rate"])
    kinds: dict[str, int] = {}
    for flag in group["flag"]:
        kinds[flag] = kinds.get(flag, 0) + 1
    flags = ("、" if zh else ", ").join(
        f"{FLAG_NAMES[flag][language]}{'' if zh else ' '}{n}{'个' if zh else ''}" for flag, n in kinds.items()
    )
    lead = behind["reason" if zh else "reason_en"].iloc[0] if number else ""
    if of == 1:
        return str(lead or group["reason" if zh else "reason_en"].iloc[0])
    if zh:
        head = f"{of}个布点（{flags}）" + (f"，岗位容纳率{rate}" if rate else "")
        return f"{head}；如：{lead}" if lead else f"{head}，类别不一，未达列入比例"
    head = f"{of} points ({flags})" + (f", rate {rate}" if rate else "")
    return f"{head}; such as: {lead}" if lead else f"{head}: no class reaches the share asked for"


def _by_year(histories: Any, column: str) -> str:
    """ "2026: 120; 2025: 118": sums over the points that report the year."""
    sums: dict[int, int] = {}
    for history in histories:
        for year, number in zip(history["year"], history[column], strict=True):
            if not empty(number):
                sums[int(year)] = sums.get(int(year), 0) + int(number)
    return "; ".join(f"{year}: {sums[year]}" for year in sorted(sums, reverse=True)[:3])


def _sum(column: pd.Series) -> int | None:
    known = column.dropna()
    return int(known.sum()) if len(known) else None
