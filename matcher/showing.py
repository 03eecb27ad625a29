"""How results show themselves in a notebook: small pieces of HTML without colours of their own, so that they can be read on
light and dark pages, with every text escaped and nothing fetched.

The language is that of the command line: the environment variable DUIKOU_LANG, zh unless it is en.
"""

import os
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.comparison_words import input_name
from matcher.plan_words import COLUMNS as PLAN_HEADS
from matcher.policy.reasons import FLAG_NAMES, rate_text
from matcher.policy.words import Language

if TYPE_CHECKING:
    from matcher.assessment import Assessment
    from matcher.comparison import Comparison
    from matcher.plan import Plan
    from matcher.what_if import WhatIf

SHOWN = 20
BAR = 160
_FRAME = "border-left:3px solid rgba(128,128,128,.5);padding:.2em 0 .2em .9em;margin:.4em 0"
_TEXTS: dict[str, dict[str, str]] = {
    "assessment": {"zh": "匹配分析", "en": "Assessment"},
    "sizes": {
        "zh": "{programs}个专业点，{demands}组岗位，{links}条对接；{blocks}个供需关联组，其中{certified}个核定过剩",
        "en": "{programs} programs, {demands} groups of posts, {links} links; {blocks} blocks, {certified} with a certified surplus",
    },
    "flag": {"zh": "分析建议", "en": "Flag"},
    "programs": {"zh": "专业点", "en": "Programs"},
    "warnings": {"zh": "提示（{number}）", "en": "Warnings ({number})"},
    "what_if": {"zh": "情景测算：{number}个专业点的分析建议会改变", "en": "What if: {number} programs would get another flag"},
    "no_change": {"zh": "分析建议、依规结论与岗位容纳率均不变。", "en": "No flag, rule verdict or placeable rate changes."},
    "before": {"zh": "现在", "en": "Now"},
    "after": {"zh": "改动后", "en": "Then"},
    "program": {"zh": "专业", "en": "Program"},
    "rule": {"zh": "依规结论", "en": "Rule"},
    "rate": {"zh": "岗位容纳率", "en": "Placeable rate"},
    "reason": {"zh": "理由", "en": "Reason"},
    "compare": {"zh": "两次分析对照：{number}个专业点有变化", "en": "Comparison: {number} programs changed"},
    "input": {"zh": "不同的输入", "en": "Input that differs"},
    "rows": {"zh": "行数", "en": "Rows"},
    "details": {"zh": "内容", "en": "Details"},
    "what": {"zh": "变化与原因", "en": "What changed, and why"},
    "same": {"zh": "没有专业点发生变化。", "en": "No program changed."},
    "not_reproduced": {
        "zh": "本版本重算不能得到原结果，原因不作判断。",
        "en": "This version does not reproduce one of them: causes stay open.",
    },
    "plan": {"zh": "招生计划", "en": "Intake plan"},
    "more": {"zh": "另有{number}行，见 .programs", "en": "{number} more rows: see .programs"},
}  # fmt: skip


def shown_language() -> Language:
    """The language in which results show themselves."""
    return "en" if os.environ.get("DUIKOU_LANG") == "en" else "zh"


def assessment_html(assessment: "Assessment") -> str:
    """What was assessed, how many programs have which flag, and what to beware of."""
    lang, manifest = shown_language(), assessment.manifest
    counts = {flag: assessment.flag_counts()[flag] for flag in FLAG_NAMES}
    most = max(1, *counts.values())
    bars = [[FLAG_NAMES[flag][lang], number, _Bar(number / most)] for flag, number in counts.items()]
    sizes = _text(
        "sizes",
        lang,
        programs=len(assessment.programs),
        demands=len(assessment.demands),
        links=int(assessment.matches["edge"].sum()),
        blocks=len(assessment.blocks),
        certified=sum(bool(block["certified"]) for block in assessment.blocks),
    )
    warnings = [warning[lang] for warning in manifest["warnings"]]
    parts = [_line(sizes), _table([_text("flag", lang), _text("programs", lang), ""], bars)]
    if label := (manifest.get("label") or {}).get(lang):
        parts.insert(0, _line(label, "em"))
    if warnings:
        head = escape(_text("warnings", lang, number=len(warnings)))
        parts.append(f"<details><summary>{head}</summary>{_list(warnings)}</details>")
    title = f"{_text('assessment', lang)} {manifest['as_of']} · {manifest['policy']['title'][lang]}"
    return _card(title, parts)


def what_if_html(found: "WhatIf") -> str:
    """Counts before and after, and the programs that change with the reason of their new flag."""
    lang = shown_language()
    flags = [[FLAG_NAMES[flag][lang], found.counts_from[flag], found.counts_to[flag]] for flag in FLAG_NAMES]
    parts = [_table([_text("flag", lang), _text("before", lang), _text("after", lang)], flags)]
    if found.programs.empty:
        parts.append(_line(_text("no_change", lang)))
    else:
        # A rule's verdict is shown where one changes: most changes are of figures alone.
        ruled = bool(found.programs[["rule_verdict_from", "rule_verdict_to"]].notna().any(axis=None))
        heads = [_text(key, lang) for key in ("program", "flag", *(("rule",) if ruled else ()), "rate", "reason")]
        body = []
        for row in rows(found.programs.head(SHOWN)):
            cells: list[Any] = [_named(row), _moved(*(FLAG_NAMES[f][lang] for f in (row.flag_from, row.flag_to)))]
            if ruled:
                cells.append(_moved(word(row.rule_verdict_from) or "–", word(row.rule_verdict_to) or "–"))
            cells.append(_moved(_rate(row.placeable_rate_from), _rate(row.placeable_rate_to)))
            body.append([*cells, row.reason if lang == "zh" else row.reason_en])
        parts += [_table(heads, body), _more(found.programs, lang)]
    return _card(_text("what_if", lang, number=found.flags_changed), parts)


def comparison_html(found: "Comparison") -> str:
    """The inputs that differ, and what changed for which program because of which."""
    lang = shown_language()
    inputs = [[input_name(row.input, lang), row.rows, row.details] for row in rows(found.inputs)]
    parts = [_table([_text(key, lang) for key in ("input", "rows", "details")], inputs)] if inputs else []
    if found.programs.empty:
        parts.append(_line(_text("same", lang)))
    else:
        body = [
            [_named(row), row.sentence if lang == "zh" else row.sentence_en] for row in rows(found.programs.head(SHOWN))
        ]
        parts += [_table([_text("program", lang), _text("what", lang)], body), _more(found.programs, lang)]
    if found.not_reproduced:
        parts.append(_line(_text("not_reproduced", lang), "strong"))
    return _card(_text("compare", lang, number=len(found.programs)), parts)


def plan_html(plan: "Plan") -> str:
    """The plan in sentences, and the programs that it changes."""
    lang = shown_language()
    parts = [_list(plan.summary(lang))]
    if plan.reached:
        changed = plan.programs[plan.programs["change"] != 0]
        keys = ("present", "intake", "change", "rate_present", "rate_after")
        heads = [_text("program", lang), *(PLAN_HEADS[key][lang].replace("_", " ") for key in keys)]
        body = [
            [_named(row), row.present, row.intake, f"{row.change:+d}".replace("-", "−"), _rate(row.rate_present), _rate(row.rate_after)]
            for row in rows(changed.head(SHOWN))
        ]  # fmt: skip
        if body:
            parts += [_table(heads, body), _more(changed, lang)]
    return _card(_text("plan", lang), parts)


def markdown_html(text: str) -> str:
    """Markdown laid out; markup, pictures and links in it are shown as they are written."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.disable(["image", "link", "autolink", "reference", "entity"])
    return f'<div style="{_FRAME}">{made.render(text)}</div>'


class _Bar(float):
    """A share of the longest bar, drawn in the colour of the text."""


def _text(key: str, lang: Language, **figures: Any) -> str:
    return _TEXTS[key][lang].format(**figures)


def _card(title: str, parts: Sequence[str]) -> str:
    return f'<div style="{_FRAME}"><p><strong>{escape(title)}</strong></p>{"".join(parts)}</div>'


def _line(text: str, mark: str = "span") -> str:
    return f"<p><{mark}>{escape(text)}</{mark}></p>"


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _table(heads: Sequence[str], body: Sequence[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col" style="text-align:left">{escape(text)}</th>' for text in heads)
    lines = "".join(f"<tr>{''.join(_cell(value) for value in line)}</tr>" for line in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, _Bar):
        style = "background:currentColor;opacity:.45;height:.7em"
        return f'<td><div style="{style};width:{value * BAR:.0f}px"></div></td>'
    side = "left" if isinstance(value, str) else "right"
    return f'<td style="text-align:{side}">{escape("–" if empty(value) else str(value))}</td>'


def _more(frame: pd.DataFrame, lang: Language) -> str:
    left = len(frame) - SHOWN
    return _line(_text("more", lang, number=left), "em") if left > 0 else ""


def _named(row: Any) -> str:
    """A program by id, name and institution."""
    return " ".join(filter(None, (str(row.program_id), word(row.name), word(row.institution))))


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _rate(rate: Any) -> str:
    return "–" if empty(rate) else rate_text(float(rate))
