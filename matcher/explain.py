"""One program in words: its flag, why, the trace, the certificate as a table that adds up, and its best matches."""

from collections.abc import Mapping
from typing import Any

from corpora.frames import empty, rows, word
from matcher.assessment import Assessment
from matcher.offer import overlaps
from matcher.policy.parameters import reference_text
from matcher.policy.reasons import FLAG_NAMES, GROUND_NAMES, NOTICES, Language
from matcher.policy.words import REGULATION_NAMES

_WORDS: Mapping[str, Mapping[str, str]] = {
    "reason": {"zh": "理由", "en": "Reason"},
    "rule": {"zh": "依规结论", "en": "What the rule says"},
    "measure": {"zh": "处置措施", "en": "Next measure"},
    "needed": {"zh": "需要补充的数据", "en": "What would settle it"},
    "notices": {"zh": "提示", "en": "Notices"},
    "overlap": {"zh": "布点集中", "en": "Overlap"},
    "trace": {"zh": "判定过程", "en": "Rules, one by one"},
    "guards": {
        "zh": "保护条件（岗位消失或核定过剩时方才适用）",
        "en": "Guards (asked only where posts have vanished or a surplus is certified)",
    },
    "certificate": {"zh": "供需核算表", "en": "Certificate"},
    "counterfactual": {"zh": "怎样会改变结论", "en": "What would change this"},
    "matches": {"zh": "对接最好的岗位", "en": "Best matches"},
    "skills": {"zh": "岗位技能与课程", "en": "Skills asked for and courses"},
    "counted": {
        "zh": "只计课程与实习实训；“仅见于培养规格”指有能力表述而无课程支撑，不计为已覆盖。",
        "en": "Only courses and practice count; an ability without a course behind it is a claim.",
    },
    "parts": {
        "zh": "概率的来历：以随机一对为起点，含义、用词、职业与层次各加减多少（对数几率）。百分数是该句在全部相近之处所占份额。",
        "en": "Where p comes from: what meaning, words, occupation and level add to a random pair (log odds). Percentages: "
        "the sentence's share in all that is alike.",
    },
    "uncalibrated": {
        "zh": "未校准：该编码模型没有评分配对，p 可用于排序，不是概率。",
        "en": "Uncalibrated: this encoder has no graded pairs; p ranks, but is no probability.",
    },
    "only": {
        "zh": "仅就此处所列的岗位、匹配与毕业生流向而言。",
        "en": "Only for the posts, matches and graduate flows listed here.",
    },
}
_WHY_NOT: Mapping[str, Mapping[str, str]] = {
    "below_threshold": {"zh": "概率不足", "en": "p too low"},
    "level": {"zh": "层次不符", "en": "level"},
    "region": {"zh": "地区不可达", "en": "region"},
    "rejected": {"zh": "复核否决", "en": "rejected in review"},
}
_REVIEW: Mapping[str, Mapping[str, str]] = {
    "confirm": {"zh": "复核确认", "en": "confirmed in review"},
    "reject": {"zh": "复核否决", "en": "rejected in review"},
}
_MARK = {True: "✓", False: "✗", None: "?"}


class UnknownProgram(KeyError):
    """A program that the assessment does not have."""


class Explanation(str):
    """Markdown; in a notebook it shows itself laid out."""

    def _repr_html_(self) -> str:
        from matcher.showing import markdown_html

        return markdown_html(self)


def explain(assessment: Assessment, program_id: str, language: str = "zh") -> Explanation:
    """One program in words.

    Raises:
        UnknownProgram: no such program.
    """
    lang: Language = "en" if language == "en" else "zh"
    trace = next((t for t in assessment.traces if t["program_id"] == program_id), None)
    if trace is None:
        raise UnknownProgram(f"no program {program_id!r} in this assessment")
    lines = [f"# {program_id} {trace['name']}: {FLAG_NAMES[trace['flag']][lang]}", ""]
    lines += [f"**{_WORDS['reason'][lang]}** {trace['reason'][lang]}", ""]
    if trace["needed_data"][lang]:
        lines += [f"**{_WORDS['needed'][lang]}**", *(f"- {item}" for item in trace["needed_data"][lang]), ""]
    if trace["notices"]:
        lines += [f"**{_WORDS['notices'][lang]}**", *(f"- {NOTICES[n][lang]}" for n in trace["notices"]), ""]
    lines += _overlap(assessment, program_id, lang)
    lines += _rules(trace, lang)
    lines += [f"## {_WORDS['trace'][lang]}", ""]
    for ground in trace["grounds"]:
        title = f"{GROUND_NAMES[ground['ground']][lang]} → {FLAG_NAMES[ground['flag']][lang]}"
        lines += [
            f"- {_MARK[ground['holds']]} {title}",
            *(f"  - {_MARK[c['holds']]} {c[lang]}" for c in ground["clauses"]),
        ]
    lines += [f"- {_WORDS['guards'][lang]}", *(f"  - {_MARK[c['holds']]} {c[lang]}" for c in trace["guards"])]
    if trace["counterfactuals"]:
        lines += [
            "",
            f"## {_WORDS['counterfactual'][lang]}",
            "",
            *(f"- {one[lang]}" for one in trace["counterfactuals"]),
        ]
    block = next((b for b in assessment.blocks if any(r["program_id"] == program_id for r in b["programs"])), None)
    if block:
        lines += ["", f"## {_WORDS['certificate'][lang]}", "", *_certificate(assessment, block, lang)]
    lines += ["", f"## {_WORDS['matches'][lang]}", "", *_matches(assessment, program_id, lang)]
    if (assessment.skills["program_id"] == program_id).any():
        lines += ["", f"## {_WORDS['skills'][lang]}", "", *_skills(assessment, program_id, lang)]
    return Explanation("\n".join(lines) + "\n")


def _overlap(assessment: Assessment, program_id: str, lang: Language) -> list[str]:
    """Who else offers the same catalogue program for the same posts."""
    for row in rows(overlaps(assessment)):
        if program_id in row.programs.split(";"):
            schools = row.institutions.split(";")
            figures = f"{row.supply:.2f}", f"{row.block_supply:.2f}", f"{row.block_posts:.2f}"
            if lang == "zh":
                text = "{}所院校（{}）以同一专业同争岗位：求职毕业生{}人/年，组内共{}人/年，岗位{}个/年".format(
                    len(schools), "、".join(schools), *figures
                )
            else:
                text = "{} institutions ({}) offer it for the same posts: {} graduates a year, {} in the block, {} posts".format(
                    len(schools), ", ".join(schools), *figures
                )
            return [f"**{_WORDS['overlap'][lang]}** {text}", ""]
    return []


def _rules(trace: Mapping[str, Any], lang: Language) -> list[str]:
    """What the pack's regulations say, kept apart from the advice, and the next measure."""
    lines = []
    if said := trace["rule_verdict"]:
        lines.append(f"**{_WORDS['rule'][lang]}** {said[lang]}: {said[f'clause_{lang}']}")
    if step := trace["measure"]:
        due = f" ({step['due']})" if step["due"] else ""
        lines.append(f"**{_WORDS['measure'][lang]}** {step[lang]}{due}")
    if lines:
        lines.append("")
    for finding in trace["regulations"]:
        title = f"{REGULATION_NAMES[finding['regulation']][lang]} → {finding['verdict'][lang]}"
        lines += [
            f"- {_MARK[finding['holds']]} {title} ({reference_text(finding['reference'], lang)})",
            *(f"  - {_MARK[c['holds']]} {c[lang]}" for c in finding["clauses"]),
        ]
    return [*lines, ""] if trace["regulations"] else lines


def _certificate(assessment: Assessment, block: Mapping[str, Any], lang: Language) -> list[str]:
    by_id = {b["block"]: b for b in assessment.blocks}
    closed = [block, *(by_id[b] for b in block["worse_blocks"])]
    names = dict(zip(assessment.programs["program_id"], assessment.programs["name"], strict=True))
    schools = dict(zip(assessment.programs["program_id"], assessment.programs["institution"].fillna(""), strict=True))
    posts = dict(zip(assessment.demands["demand_id"], assessment.demands["occupation"], strict=True))
    zh = lang == "zh"
    lines = [
        "| 专业点 | 求职毕业生（人/年） |" if zh else "| Program | Graduates looking for work a year |",
        "| --- | ---: |",
    ]
    lines += [
        f"| {r['program_id']} {schools[r['program_id']]} {names[r['program_id']]} | {r['supply']:.2f} |"
        for b in closed
        for r in b["programs"]
    ]
    supply = sum(b["supply"] for b in closed)
    lines += [f"| {'合计' if zh else 'Sum'} | {supply:.2f} |", ""]
    lines += ["| 岗位 | 岗位数（个/年） |" if zh else "| Posts | A year |", "| --- | ---: |"]
    lines += [f"| {r['demand_id']} {posts[r['demand_id']]} | {r['posts']:.2f} |" for b in closed for r in b["demands"]]
    room = sum(b["posts"] for b in closed)
    lines += [f"| {'合计' if zh else 'Sum'} | {room:.2f} |", ""]
    left = block["cannot_be_placed"]
    if zh:
        lines.append(f"以上专业点的全部对接岗位都在上表内：{supply:.2f} − {room:.2f}，至少 {left:.2f} 人无岗可去。")
    else:
        lines.append(
            f"All posts these programs lead to are listed: {supply:.2f} - {room:.2f}, at least {left:.2f} find none."
        )
    return [*lines, _WORDS["only"][lang]]


def _matches(assessment: Assessment, program_id: str, lang: Language) -> list[str]:
    demands = assessment.inputs["demands"].set_index("demand_id")
    found = assessment.matches[assessment.matches["program_id"] == program_id]
    found = found[found["demand_id"].isin(assessment.demands["demand_id"])].head(8)
    head = (
        "| p | 岗位 | 计为对接 | 含义 | 用词 | 职业层次 | 专业原文 | 岗位原文 |"
        if lang == "zh"
        else "| p | Post | Edge | Meaning | Words | Occupation | Program says | Post says |"
    )
    lines = [head, "| ---: | --- | --- | ---: | ---: | ---: | --- | --- |"]
    for row in rows(found):
        occupation = demands.loc[row.demand_id, "occupation"]
        edge = "✓" if row.edge else _WHY_NOT[row.why_not][lang]
        edge += f"（{_REVIEW[row.review][lang]}）" if row.review else ""
        parts = " | ".join("" if empty(n) else f"{n:+.1f}" for n in (row.by_meaning, row.by_words, row.by_occupation))
        evidence = " | ".join(
            word(text).replace("|", "/") + ("" if empty(share) or not text else f"（{share:.0%}）")
            for text, share in ((row.program_evidence, row.program_share), (row.demand_evidence, row.demand_share))
        )
        lines.append(f"| {row.p:.3f} | {row.demand_id} {occupation} | {edge} | {parts} | {evidence} |")
    if not assessment.manifest["encoder"]["calibrated"]:
        lines += ["", f"**{_WORDS['uncalibrated'][lang]}**"]
    return [*lines, "", _WORDS["parts"][lang]]


def _skills(assessment: Assessment, program_id: str, lang: Language) -> list[str]:
    zh = lang == "zh"
    lines = [
        "| 技能 | 岗位数 | 用人单位 | 覆盖它的课程 |"
        if zh
        else "| Skill | Posts | Employers | Course that covers it |",
        "| --- | ---: | ---: | --- |",
    ]
    for row in rows(assessment.skills[assessment.skills["program_id"] == program_id]):
        if row.covered_by:
            by = row.covered_by
        elif row.claimed_by:
            by = f"缺（仅见于培养规格：{row.claimed_by}）" if zh else f"missing (only claimed: {row.claimed_by})"
        else:
            by = "缺" if zh else "missing"
        least = f"≥{row.employers}"
        lines.append(f"| {row.skill} | {row.posts:g} | {least} | {by.replace('|', '/')} |")
    return [*lines, "", _WORDS["counted"][lang]]
