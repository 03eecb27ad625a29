"""What a plan says in Chinese and English."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from matcher.policy.reasons import rate_text

Text = Mapping[str, str]
COLUMNS: Mapping[str, Text] = {
    "program_id": {"zh": "专业编号", "en": "program_id"},
    "name": {"zh": "专业名称", "en": "name"},
    "institution": {"zh": "院校", "en": "institution"},
    "present": {"zh": "现招生数", "en": "present"},
    "intake": {"zh": "建议招生数", "en": "intake"},
    "change": {"zh": "增减人数", "en": "change"},
    "relative_change": {"zh": "增减比例", "en": "relative_change"},
    "intake_exact": {"zh": "精确值", "en": "intake_exact"},
    "rate_now": {"zh": "岗位容纳率（本次分析）", "en": "rate_now"},
    "rate_present": {"zh": "岗位容纳率（按现招生数）", "en": "rate_present"},
    "rate_after": {"zh": "岗位容纳率（调整后）", "en": "rate_after"},
    "ratio": {"zh": "每名新生对应求职毕业生", "en": "ratio"},
    "low": {"zh": "招生下限", "en": "low"},
    "high": {"zh": "招生上限", "en": "high"},
    "held": {"zh": "不作调整", "en": "held"},
    "closed": {"zh": "停招", "en": "closed"},
    "sentence": {"zh": "说明", "en": "sentence"},
    "sentence_en": {"zh": "说明（英文）", "en": "sentence_en"},
}
LEFT_OUT: Mapping[str, Text] = {
    "no_link": {"zh": "无对接岗位，未列入：{names}", "en": "without a link, left out: {names}"},
    "no_supply": {
        "zh": "无求职毕业生数，未列入：{names}",
        "en": "without graduates looking for work, left out: {names}",
    },
    "no_intake": {"zh": "现已无招生，未列入：{names}", "en": "without an intake now, left out: {names}"},
}


def program_sentence(row: Mapping[str, Any], language: str) -> str:
    """What the plan asks of one program."""
    zh = language == "zh"
    before, after = _rate(row["rate_present"]), _rate(row["rate_after"])
    if not row["change"]:
        return (
            f"招生{row['present']}人不变，岗位容纳率{after}"
            if zh
            else f"intake stays at {row['present']}, rate {after}"
        )
    share = f"{abs(row['relative_change']):.0%}"
    if not row["intake"]:
        return (
            f"招生{row['present']}人，建议停止招生：其毕业生的岗位不足以使相关专业点达到目标"
            if zh
            else f"intake of {row['present']} ends: the posts do not suffice for it and those who share them"
        )
    if zh:
        return f"招生由{row['present']}人减至{row['intake']}人（减{share}），岗位容纳率由{before}升至{after}"
    return f"intake from {row['present']} to {row['intake']} (-{share}), rate from {before} to {after}"


def _rate(rate: float | None) -> str:
    return "–" if rate is None else rate_text(rate)


def summary(record: Mapping[str, Any], language: str) -> list[str]:
    """The plan as a whole: what it comes to, what is proved, who is left out."""
    zh = language == "zh"
    target = rate_text(float(Fraction(record["target"])))
    total = sum(row["present"] for row in record["programs"])
    lines = _impossible(record, target, zh) if record["status"] == "impossible" else _reached(record, target, total, zh)
    unknown = [row["program_id"] for row in record["programs"] if not row["intake_known"]]
    if unknown:
        names = ("、" if zh else ", ").join(unknown)
        lines.append(f"未报招生数，按现有毕业生规模不变：{names}" if zh else f"no intake reported, held: {names}")
    for why, words in LEFT_OUT.items():
        found = [f"{row['program_id']} {row['name']}" for row in record["left_out"] if row["why"] == why]
        if found:
            lines.append(words[language].format(names=("、" if zh else ", ").join(found)))
    lines.append(
        "毕业生数按各专业点近年“求职毕业生÷招生数”推算；调整要到这批新生毕业时才见效。仅就此处所列的岗位、匹配与毕业生流向而言。"
        if zh
        else "Graduates follow from intake by each program's own ratio of the latest years, and a change shows only when "
        "that intake graduates. Only for the posts, matches and graduate flows listed here."
    )
    return lines


def _reached(record: Mapping[str, Any], target: str, total: int, zh: bool) -> list[str]:
    cut = [row for row in record["programs"] if row["change"]]
    closed = sum(not row["intake"] for row in cut)
    change, anyhow = Fraction(record["change"]), Fraction(record["change_any_closings"])
    unit = (
        ("个招生名额" if zh else "places") if record["measure"] == "places" else ("名求职毕业生" if zh else "graduates")
    )
    if not cut:
        return [
            f"各专业点岗位容纳率均已达到{target}，无须调整" if zh else f"every rate is at {target} or more: no change"
        ]
    whole = record["change_in_whole_places"]
    if zh:
        lines = [
            f"{len(record['programs'])}个专业点现招生{total}人：{len(cut)}个专业点共减{whole}人（其中{closed}个停招），"
            f"各专业点岗位容纳率即可达到{target}",
            f"任何达到同一目标的方案至少减少{_figure(anyhow)}{unit}；本方案（取整前）减少{_figure(change)}",
        ]
    else:
        lines = [
            f"{len(record['programs'])} programs take in {total}: {len(cut)} of them give up {whole} places "
            f"({closed} close), and every placeable rate reaches {target}",
            f"any plan that reaches it changes at least {_figure(anyhow)} {unit}; this one (before rounding to whole "
            f"places) changes {_figure(change)}",
        ]
    # A program closed for its class size is cut whole: what is proved of the largest cut is then empty.
    if not any(row["closed"] for row in record["programs"]):
        largest = f"{float(Fraction(record['largest'])):.1%}"
        lines[1] += (
            f"；单个专业点最大减幅{largest}，在减少总量相同的方案中已为最小"
            if zh
            else f"; its largest relative cut, {largest}, is the least that a plan as small can have"
        )
    elif zh:
        choice = "经求解器确认最优" if record["closings_proved"] else "为搜索所得，未证明最优"
        lines.append(f"停招的选择{choice}；就所选停招而言，减少总量不能再小")
    else:
        choice = (
            "is the best one, by the solver's word" if record["closings_proved"] else "was searched, not proved best"
        )
        lines.append(f"the choice of what to close {choice}; for that choice no plan changes less")
    return lines


def _impossible(record: Mapping[str, Any], target: str, zh: bool) -> list[str]:
    conflict = record["conflict"]
    needed, room = _figure(Fraction(conflict["needed"])), _figure(Fraction(conflict["available"]))
    names = ("、" if zh else ", ").join(conflict["programs"][:8]) + (
        "等" if zh and len(conflict["programs"]) > 8 else ""
    )
    highest = rate_text(record["highest_target"])
    years = record["years_needed"]
    if zh:
        lines = [
            f"在给定限度内无法使各专业点岗位容纳率都达到{target}：即使都减到下限，{len(conflict['programs'])}个专业点"
            f"（{names}）仍需{needed}个岗位，其全部对接岗位只有{room}个",
            f"在给定限度内，各专业点同时可达到的最高岗位容纳率为{highest}",
        ]
        if years:
            lines.append(f"按每年的调整限度，至少需要{years}年")
        return lines
    lines = [
        f"within these limits not every rate can reach {target}: even at their least intakes {_programs(conflict)} "
        f"({names}) need {needed} posts, and all their links lead to {room}",
        f"within these limits the highest rate that all can reach is {highest}",
    ]
    if years:
        lines.append(f"at this yearly limit it takes {years} years or more")
    return lines


def _figure(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _programs(conflict: Mapping[str, Any]) -> str:
    number = len(conflict["programs"])
    return f"{number} program{'s' if number > 1 else ''}"
