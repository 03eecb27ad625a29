"""A verdict in one sentence, in Chinese and English, with the figures that carry it."""

import math
from collections.abc import Mapping

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules import Clause, is_surplus
from matcher.policy.verdict import Verdict
from matcher.policy.words import (
    FLAG_NAMES,
    GROUND_NAMES,
    GUARD_REASONS,
    NOTICES,
    OBJECTIONS,
    Language,
    Text,
)

__all__ = [
    "FLAG_NAMES", "GROUND_NAMES", "GUARD_REASONS", "NOTICES", "OBJECTIONS", "Language", "number_text", "rate_text", "reason",
]  # fmt: skip


def reason(verdict: Verdict, facts: Facts, values: Values, language: Language) -> str:
    """The verdict in one sentence with the figures that carry it."""
    text = _sentence(verdict, facts, values, language)
    return text[:1].upper() + text[1:]


def _sentence(verdict: Verdict, facts: Facts, values: Values, language: Language) -> str:
    if verdict.pooled is not None and facts.pool is not None:
        together = "、".join(facts.pooled_with) if language == "zh" else ", ".join(facts.pooled_with)
        joint = _sentence(verdict.pooled, facts.pool, values, language)
        return f"与{together}合并评价：{joint}" if language == "zh" else f"judged together with {together}: {joint}"
    if verdict.blocked_by:
        grounds = [g for g in verdict.grounds if g.flag == "phase_out" and g.holds]
        why = ("；" if language == "zh" else "; ").join(
            _ground(g.name, verdict, facts, values, language) for g in grounds
        )
        gates = {gate.name: gate for gate in verdict.guards}
        kept = [GUARD_REASONS[n][language].format(value=number_text(gates[n].value)) for n in verdict.blocked_by]
        if language == "zh":
            return f"退出依据成立（{why}），但{'；'.join(kept)}，故暂稳定规模"
        return f"grounds for a phase-out stand ({why}), but {'; '.join(kept)}: maintained with a warning"
    if not verdict.carried_by:
        return _steady(facts, values, language)
    joint = "；" if language == "zh" else "; "
    return joint.join(_ground(name, verdict, facts, values, language) for name in verdict.carried_by)


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
        most = number_text(max(year.posts for year in asked) / 100)
        years_span = f"{asked[-1].year}–{asked[0].year}"
        supply = number_text((facts.supply or 0) / 100)
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
    if name == "traditional_rate":
        year, least = min(facts.rates_before[: values.whole("upgrade.rate_years")], key=lambda pair: pair[1])
        was, now = rate_text(float(least)), rate_text(float(facts.rate_high or 0))
        if zh:
            return f"传统领域（{facts.named_traditional}），岗位容纳率此前至少{was}（{year}年），现至多{now}"
        return (
            f"traditional field ({facts.named_traditional}), its placeable rate was {was} or more ({year}) and is "
            f"{now} at most"
        )
    missing = ("、" if zh else ", ").join(facts.missing_skills[:3])
    if zh:
        return f"岗位所需{facts.skills}项技能中课程仅覆盖{facts.covered}项，缺{missing}等"
    return f"courses cover {facts.covered} of {facts.skills} skills asked for; missing: {missing}"


def _surplus(facts: Facts, language: Language) -> str:
    rate, supply = rate_text(float(facts.rate or 0)), number_text((facts.block_supply or 0) / 100)
    posts, left = number_text((facts.block_posts or 0) / 100), number_text((facts.cannot_be_placed or 0) / 100)
    alone = facts.cannot_be_placed == (facts.block_supply or 0) - (facts.block_posts or 0)
    if facts.own_rate is not None:
        own, without = number_text(facts.own_posts / 100), rate_text(float(facts.own_rate))
        if language == "zh":
            return f"核定过剩：不计本校及其合作单位提出的{own}个岗位，容纳率{without}"
        return f"certified surplus: without the {own} posts that its own college or a partner proposed, the rate is {without}"
    if language == "zh":
        who = "本专业点" if facts.block_programs == 1 else f"同争岗位的{facts.block_programs}个专业点"
        also = "" if alone else "连同与之相连的更紧张专业点，"
        if facts.rate_below is not None:
            rate = f"{rate}（供大于求的把握为{_certainty(facts.rate_below)}）"
        return f"核定过剩：{who}年均求职{supply}人、岗位{posts}个，容纳率{rate}；{also}至少{left}人无岗可去"
    who = "of its graduates" if facts.block_programs == 1 else f"graduates of {facts.block_programs} programs"
    also = "" if alone else "with the worse-off programs they share posts with, "
    if facts.rate_below is not None:
        rate = f"{rate}, certain to {_certainty(facts.rate_below)}"
    return f"certified surplus: {supply} {who} a year look for {posts} posts ({rate}); {also}at least {left} find none"


def _short(facts: Facts, language: Language) -> str:
    zh = language == "zh"
    if facts.named_short:
        return (
            f"“{facts.named_short}”为国家点名的紧缺领域" if zh else f"'{facts.named_short}' is named as short of people"
        )
    if facts.borders_scarce:
        supply, posts = number_text((facts.block_supply or 0) / 100), number_text((facts.block_posts or 0) / 100)
        return f"对接岗位{posts}个，求职毕业生仅{supply}人" if zh else f"{posts} posts for {supply} graduates a year"
    share = _percent(facts.short / facts.reachable if facts.reachable else None)
    return f"可达岗位的{share}紧缺" if zh else f"{share} of its posts are short of people"


def _room(facts: Facts, language: Language) -> str:
    room = number_text((facts.headroom or 0) / 100)
    return f"可增招空间{room}人" if language == "zh" else f"room for {room} more"


def _steady(facts: Facts, values: Values, language: Language) -> str:
    zh = language == "zh"
    if is_surplus(facts, values):
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
    if facts.certified:
        sure = _certainty(facts.rate_below)
        return (
            f"{stated}，但供大于求的把握仅{sure}，不核定过剩"
            if zh
            else f"{stated}, but the certainty of a surplus is only {sure}: no certified surplus"
        )
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
        "retention_unproved": {
            "zh": "留本地比例低于同层次同大类，若与同类相同则退出依据成立：外流之多需有佐证",
            "en": "fewer stay than of its level and major group; with their share a phase-out ground would stand: that so "
            "many leave is to be shown",
        },
        "thin_text": {"zh": "专业文本过少（仅{value}字）", "en": "too little text to match ({value} characters)"},
    }
    return texts[clause.name][language].format(value=number_text(clause.value), limit=number_text(clause.limit))


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


def number_text(value: float | int | str | None) -> str:
    """Whole figures without decimals, others with up to two."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}".rstrip("0").rstrip(".")
