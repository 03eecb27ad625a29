"""Sentences: a verdict in Chinese and English, with its figures, and what each clause of the trace asks."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from matcher.policy.facts import Facts
from matcher.policy.pack import Values
from matcher.policy.rules import Clause
from matcher.policy.verdict import Verdict

Language = Literal["zh", "en"]
Text = Mapping[str, str]

FLAG_NAMES: Mapping[str, Text] = {
    "prioritize": {"zh": "优先发展", "en": "prioritize"},
    "expand": {"zh": "加快建设", "en": "expand"},
    "upgrade": {"zh": "改造升级", "en": "upgrade"},
    "maintain": {"zh": "稳定规模", "en": "maintain"},
    "phase_out": {"zh": "撤并淘汰", "en": "phase out"},
    "insufficient_evidence": {"zh": "数据不足", "en": "insufficient evidence"},
}
GROUND_NAMES: Mapping[str, Text] = {
    "no_enrolment": {"zh": "连续无招生", "en": "no enrolment"},
    "vanished": {"zh": "岗位消失", "en": "posts have vanished"},
    "surplus_low_employment": {"zh": "核定过剩且就业率低", "en": "certified surplus and low employment"},
    "insufficient": {"zh": "数据不足、暂缓评价", "en": "insufficient evidence"},
    "strategic": {"zh": "战略产业链需要", "en": "needed by strategic chains"},
    "shortage": {"zh": "人才紧缺", "en": "short of people"},
    "traditional": {"zh": "传统领域需求下降", "en": "traditional field in decline"},
    "skill_gap": {"zh": "课程未覆盖岗位技能", "en": "courses do not cover the skills asked for"},
}
CLAUSE_NAMES: Mapping[str, Text] = {
    "none_enrolled": {"zh": "连续{limit}年招生均为零", "en": "nobody enrolled for {limit} years in a row"},
    "no_students": {"zh": "在校生为零", "en": "no students are left"},
    "years_covered": {
        "zh": "近几个需求年度来源覆盖率均不低于{limit}",
        "en": "coverage of the sources is at least {limit} in each of the latest demand years",
    },
    "posts_gone": {
        "zh": "各需求年度可达岗位均少于{limit}个",
        "en": "fewer than {limit} posts within reach in each demand year",
    },
    "text_reaches": {
        "zh": "文本与某一所列职业的匹配概率不低于{limit}",
        "en": "its text matches some listed occupation at {limit} or more",
    },
    "judged_by_work": {"zh": "升学占比低于{limit}", "en": "further study is below {limit}"},
    "surplus_certified": {
        "zh": "供大于求经核定（岗位容纳率低于{limit}）",
        "en": "its surplus is certified (placeable rate below {limit})",
    },
    "employment_low": {
        "zh": "就业率低的把握不低于{limit}",
        "en": "employment is low with a certainty of {limit} or more",
    },
    "employment_not_low": {
        "zh": "就业率低的可能不超过{limit}",
        "en": "the chance that employment is low is {limit} or less",
    },
    "employment_not_judged": {"zh": "以升学为主，不以就业评价", "en": "mostly further study: employment is not judged"},
    "few_graduates": {"zh": "三年毕业生少于{limit}人", "en": "fewer than {limit} graduates over three years"},
    "no_recent_source": {
        "zh": "所属领域与地区{limit}个月内没有申报覆盖率的需求来源",
        "en": "no covered demand source for its field and region within {limit} months",
    },
    "thin_text": {"zh": "课程过少且文字少于{limit}字", "en": "few courses and fewer than {limit} characters of text"},
    "strategic_posts": {
        "zh": "战略产业链占可达岗位不低于{limit}",
        "en": "strategic chains carry at least {limit} of its posts",
    },
    "growing": {"zh": "需求增长低估值大于{limit}", "en": "the low estimate of growth is above {limit}"},
    "headroom": {"zh": "可增招空间不少于{limit}人", "en": "room for at least {limit} more graduates"},
    "short_of_people": {
        "zh": "领域被点名紧缺、岗位多于毕业生，或紧缺岗位占比不低于{limit}",
        "en": "named as short, more posts than graduates, or at least {limit} of its posts short of people",
    },
    "capacity": {
        "zh": "办学能力可容扩招（现招生{limit}人）",
        "en": "its capacity allows for more ({limit} enrolled now)",
    },
    "traditional_field": {"zh": "属文件点名的传统改造领域", "en": "a traditional field named by the opinion"},
    "shrinking": {"zh": "可达岗位年增长低于{limit}", "en": "growth of its posts is below {limit}"},
    "live_demand": {"zh": "有可达岗位", "en": "there are posts within reach"},
    "enough_courses": {"zh": "课程不少于{limit}门", "en": "at least {limit} courses"},
    "skills_uncovered": {
        "zh": "课程对岗位技能的覆盖率低于{limit}",
        "en": "courses cover less than {limit} of the skills asked for",
    },
    "not_exempt": {"zh": "不在豁免之列", "en": "it is not exempt"},
    "first_cohort_out": {"zh": "首届毕业不晚于{limit}年", "en": "its first cohort graduated by {limit}"},
    "replaceable": {
        "zh": "无人可替代的毕业生不超过{limit}人",
        "en": "no more than {limit} of its placed graduates are irreplaceable",
    },
}
NOTICES: Mapping[str, Text] = {
    "guard_blocks": {
        "zh": "退出依据成立，但有保护条件",
        "en": "grounds for a phase-out stand, and a guard stands against them",
    },
    "needs_approval": {"zh": "国控专业，须审批", "en": "state-controlled: needs approval"},
    "capacity_to_be_shown": {"zh": "办学能力待证明", "en": "capacity to be shown"},
    "demand_undercounted": {
        "zh": "需求数据偏少：实际落实多于所列岗位",
        "en": "demand undercounted: more were placed than posts are listed",
    },
    "surplus_against_listed_only": {
        "zh": "仅相对所列岗位过剩，未核定",
        "en": "surplus against the posts listed, not certified",
    },
    "supply_estimated": {"zh": "部分比例为估计值", "en": "some shares are estimated"},
    "strategic_yet_surplus": {"zh": "战略领域但核定过剩", "en": "strategic, and yet in a certified surplus"},
}
OBJECTIONS: Mapping[str, Text] = {
    "coverage": {"zh": "来源未申报覆盖", "en": "no coverage is declared"},
    "high_posts": {"zh": "按来源未覆盖部分补足后不再过剩", "en": "posts that the sources do not see could close it"},
    "estimated": {"zh": "部分比例为估计值", "en": "some shares are estimated"},
    "contradiction": {"zh": "实际落实多于所列岗位", "en": "more were placed than posts are listed"},
}
GUARD_REASONS: Mapping[str, Text] = {
    "not_exempt": {"zh": "属豁免专业（{value}）", "en": "it is exempt ({value})"},
    "first_cohort_out": {
        "zh": "首届毕业未满规定年限或开办年份未知",
        "en": "its first cohort is too recent, or its opening year is unknown",
    },
    "replaceable": {
        "zh": "其毕业生中有{value}人的岗位无其他专业可替代",
        "en": "{value} of its graduates hold posts that no other program could fill",
    },
}


def reason(verdict: Verdict, facts: Facts, values: Values, language: Language) -> str:
    """The verdict in one sentence with the figures that carry it."""
    text = _sentence(verdict, facts, values, language)
    return text[:1].upper() + text[1:]


def _sentence(verdict: Verdict, facts: Facts, values: Values, language: Language) -> str:
    if verdict.blocked_by:
        grounds = [g for g in verdict.grounds if g.flag == "phase_out" and g.holds]
        why = ("；" if language == "zh" else "; ").join(
            _ground(g.name, verdict, facts, values, language) for g in grounds
        )
        gates = {gate.name: gate for gate in verdict.guards}
        kept = [GUARD_REASONS[n][language].format(value=_number(gates[n].value)) for n in verdict.blocked_by]
        if language == "zh":
            return f"退出依据成立（{why}），但{'；'.join(kept)}，故暂稳定规模"
        return f"grounds for a phase-out stand ({why}), but {'; '.join(kept)}: maintained with a warning"
    if not verdict.carried_by:
        return _steady(facts, values, language)
    joint = "；" if language == "zh" else "; "
    return joint.join(_ground(name, verdict, facts, values, language) for name in verdict.carried_by)


def needed_data(verdict: Verdict, language: Language) -> list[str]:
    """What would settle an `insufficient_evidence`, one sentence each; empty for other flags."""
    if verdict.flag != "insufficient_evidence":
        return []
    remedies: Mapping[str, Text] = {
        "few_graduates": {
            "zh": "补报三年毕业去向，或与同院校同专业类的小规模专业点合并评价",
            "en": "outcomes of three years, or a joint look with the small programs of its class",
        },
        "no_recent_source": {
            "zh": "提供该领域、该地区{limit}个月内的岗位需求调查，并申报其覆盖率",
            "en": "a survey of openings of the last {limit} months for its field and region, with its coverage declared",
        },
        "thin_text": {
            "zh": "补充培养目标、职业能力与课程名称",
            "en": "its goal, abilities and course names",
        },
    }
    ground = next(g for g in verdict.grounds if g.name == "insufficient")
    return [remedies[c.name][language].format(limit=_number(c.limit)) for c in ground.clauses if c.holds]


def clause_sentence(clause: Clause, language: Language) -> str:
    """A clause of the trace: what was asked, what was found."""
    asked = CLAUSE_NAMES[clause.name][language].format(limit="–" if clause.limit is None else _number(clause.limit))
    if clause.value is None and clause.holds is None:
        return f"{asked}{'：无数据' if language == 'zh' else ': no data'}"
    if clause.value is None:
        return asked
    found = ">0.99" if clause.decided_on == "posterior" and _above(clause.value, 0.99) else _number(clause.value)
    return f"{asked}{'：实际为' if language == 'zh' else ': found '}{found}"


def _above(value: float | int | str | None, limit: float) -> bool:
    return isinstance(value, float) and value > limit


def trace_record(verdict: Verdict, facts: Facts, values: Values, as_of: date) -> dict[str, Any]:
    """A verdict as one line of traces.jsonl."""

    def clause(c: Clause) -> dict[str, Any]:
        dated = values.dated(c.parameter) if c.parameter else None
        return {
            "clause": c.name,
            "holds": c.holds,
            "value": c.value,
            "limit": c.limit,
            "decided_on": c.decided_on,
            "parameter": c.parameter,
            "reference": dated.reference if dated else "",
            "zh": clause_sentence(c, "zh"),
            "en": clause_sentence(c, "en"),
        }

    return {
        "program_id": verdict.program_id,
        "name": facts.name,
        "flag": verdict.flag,
        "as_of": as_of.isoformat(),
        "pack": values.pack.name,
        "carried_by": list(verdict.carried_by),
        "also_fires": list(verdict.also_fires),
        "notices": list(verdict.notices),
        "blocked_by": list(verdict.blocked_by),
        "reason": {"zh": reason(verdict, facts, values, "zh"), "en": reason(verdict, facts, values, "en")},
        "needed_data": {"zh": needed_data(verdict, "zh"), "en": needed_data(verdict, "en")},
        "documents": list(facts.documents),
        "missing_skills": list(facts.missing_skills),
        "grounds": [
            {"ground": g.name, "flag": g.flag, "holds": g.holds, "clauses": [clause(c) for c in g.clauses]}
            for g in verdict.grounds
        ],
        "guards": [clause(c) for c in verdict.guards],
    }


def _ground(name: str, verdict: Verdict, facts: Facts, values: Values, language: Language) -> str:
    ground = next(g for g in verdict.grounds if g.name == name)
    zh = language == "zh"
    if name == "no_enrolment":
        years = [year for year, _ in facts.enrolled][: int(values.number("phase_out.years_without_enrolment"))]
        span = f"{min(years)}–{max(years)}"
        return (
            f"{span}年连续{len(years)}年无招生，且无在校生"
            if zh
            else f"nobody enrolled in {span}, and no students are left"
        )
    if name == "vanished":
        asked = facts.demand_years[: int(values.number("vanished.years"))]
        most = _number(max(year.posts for year in asked) / 100)
        years_span = f"{asked[-1].year}–{asked[0].year}"
        supply = _number((facts.supply or 0) / 100)
        if zh:
            posts = "均无可达岗位" if most == "0" else f"可达岗位最多{most}个"
            return f"{years_span}各需求年度{posts}，年均毕业求职{supply}人，来源覆盖充分，岗位已基本消失"
        return f"in {years_span} at most {most} posts a year within reach of {supply} graduates, well covered"
    if name == "surplus_low_employment":
        low, limit = _certainty(facts.below), _percent(values.number("employment.low_rate"))
        if zh:
            return f"{_surplus(facts, language)}；就业率低于{limit}的把握为{low}"
        return f"{_surplus(facts, language)}; employment below {limit} with certainty {low}"
    if name == "insufficient":
        return ("；" if zh else "; ").join(_gap(c, language) for c in ground.clauses if c.holds)
    if name == "strategic":
        share = _percent(facts.strategic / facts.reachable if facts.reachable else None)
        chains = ("、" if zh else ", ").join(facts.strategic_chains[:2])
        low = _signed(facts.growth_low)
        if zh:
            return f"可达岗位的{share}在战略产业链（{chains}），增长低估值{low}，{_room(facts, language)}"
        return (
            f"{share} of its posts are in strategic chains ({chains}), growth at least {low}, {_room(facts, language)}"
        )
    if name == "shortage":
        return f"{_short(facts, language)}{'，' if zh else ', '}{_room(facts, language)}"
    if name == "traditional":
        growth = _signed(facts.growth)
        if zh:
            return f"传统领域（{facts.named_traditional}），可达岗位年均{growth}"
        return f"traditional field ({facts.named_traditional}), its posts change by {growth} a year"
    missing = ("、" if zh else ", ").join(facts.missing_skills[:3])
    if zh:
        return f"岗位所需{facts.skills}项技能中课程仅覆盖{facts.covered}项，缺{missing}等"
    return f"courses cover {facts.covered} of {facts.skills} skills asked for; missing: {missing}"


def _surplus(facts: Facts, language: Language) -> str:
    rate, supply = rate_text(float(facts.rate or 0)), _number((facts.block_supply or 0) / 100)
    posts, left = _number((facts.block_posts or 0) / 100), _number((facts.cannot_be_placed or 0) / 100)
    alone = facts.cannot_be_placed == (facts.block_supply or 0) - (facts.block_posts or 0)
    if language == "zh":
        who = "本专业点" if facts.block_programs == 1 else f"同争岗位的{facts.block_programs}个专业点"
        also = "" if alone else "连同与之相连的更紧张专业点，"
        return f"核定过剩：{who}年均求职{supply}人、岗位{posts}个，容纳率{rate}；{also}至少{left}人无岗可去"
    who = "of its graduates" if facts.block_programs == 1 else f"graduates of {facts.block_programs} programs"
    also = "" if alone else "with the worse-off programs they share posts with, "
    return f"certified surplus: {supply} {who} a year look for {posts} posts ({rate}); {also}at least {left} find none"


def _short(facts: Facts, language: Language) -> str:
    zh = language == "zh"
    if facts.named_short:
        return (
            f"“{facts.named_short}”为国家点名的紧缺领域" if zh else f"'{facts.named_short}' is named as short of people"
        )
    if facts.borders_scarce:
        supply, posts = _number((facts.block_supply or 0) / 100), _number((facts.block_posts or 0) / 100)
        return f"对接岗位{posts}个，求职毕业生仅{supply}人" if zh else f"{posts} posts for {supply} graduates a year"
    share = _percent(facts.short / facts.reachable if facts.reachable else None)
    return f"可达岗位的{share}紧缺" if zh else f"{share} of its posts are short of people"


def _room(facts: Facts, language: Language) -> str:
    room = _number((facts.headroom or 0) / 100)
    return f"可增招空间{room}人" if language == "zh" else f"room for {room} more"


def _steady(facts: Facts, values: Values, language: Language) -> str:
    zh = language == "zh"
    if facts.certified:
        share = values.number("further_study.share")
        if facts.further_share is not None and facts.further_share >= share:
            return f"{_surplus(facts, language)}{'；以升学为主，不以就业评价' if zh else '; mostly further study'}"
        return f"{_surplus(facts, language)}{'；就业未见偏低' if zh else '; employment is not shown to be low'}"
    if facts.rate is None:
        return "无调整依据" if zh else "no ground for a change"
    if facts.block is None:
        return (
            "所列岗位中没有可计为对接的（匹配、层次或地区不符），不能据此认定过剩"
            if zh
            else "none of the posts listed counts as a link (by match, level or region); that alone proves no surplus"
        )
    rate = rate_text(float(facts.rate))
    stated = f"岗位容纳率{rate}" if zh else f"placeable rate {rate}"
    if "rate" not in facts.why_not_certified and facts.why_not_certified:
        joint = "、" if zh else ", "
        against = joint.join(OBJECTIONS[name][language] for name in facts.why_not_certified)
        return f"{stated}，但{against}，不核定过剩" if zh else f"{stated}, but {against}: no certified surplus"
    return f"{stated}，无调整依据" if zh else f"{stated}, no ground for a change"


def _gap(clause: Clause, language: Language) -> str:
    texts: Mapping[str, Text] = {
        "few_graduates": {
            "zh": "三年毕业生仅{value}人（至少{limit}人方可评价）" if clause.value is not None else "未报毕业生数",
            "en": "{value} graduates over three years ({limit} are needed)"
            if clause.value is not None
            else "no graduates are reported",
        },
        "no_recent_source": {
            "zh": "所属领域与地区{limit}个月内无申报覆盖率的需求来源",
            "en": "no covered demand source within {limit} months for its field and region",
        },
        "thin_text": {"zh": "专业文本过少（仅{value}字）", "en": "too little text to match ({value} characters)"},
    }
    return texts[clause.name][language].format(value=_number(clause.value), limit=_number(clause.limit))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def rate_text(rate: float) -> str:
    """A placeable rate (0 to 1) in whole percent, rounded down: 69.96 % does not read 70 % beside a limit of 70 %."""
    return f"{math.floor(rate * 100 + 1e-9)}%"


def _certainty(share: float | None) -> str:
    """A probability in words: never 100 %, since no estimate is."""
    return ">99%" if share is not None and share > 0.99 else _percent(share)


def _signed(share: float | None) -> str:
    if share is None:
        return "–"
    # A small growth is shown as small, not as none.
    return f"{share:+.2%}" if 0 < abs(share) < 0.0005 else f"{share:+.1%}"


def _number(value: float | int | str | None) -> str:
    """Whole figures without decimals, others with up to two."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}".rstrip("0").rstrip(".")
