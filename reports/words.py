"""The words of pages and charts in both languages (docs/glossary.md)."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "title": {"zh": "专业设置与产业需求匹配分析", "en": "Match of programs and industry"},
    "as_of": {"zh": "分析日期", "en": "As of"},
    "policy": {"zh": "政策规则集", "en": "Policy"},
    "programs": {"zh": "专业点", "en": "Programs"},
    "posts": {"zh": "岗位（个/年）", "en": "posts a year"},
    "supply": {"zh": "求职毕业生（人/年）", "en": "graduates looking for work a year"},
    "chart": {"zh": "产业链各环节：毕业生供给与岗位", "en": "Industry chains by stage: graduates against posts"},
    "chart_note": {
        "zh": "浅色宽条为岗位，深色窄条为可对接这些岗位的毕业生（按岗位比例分摊到各环节）；数字为岗位减毕业生。★为战略产业链。",
        "en": "Wide pale bars are posts, narrow dark bars the graduates who can fill them (shared out by posts); "
        "the figure is posts less graduates. ★ marks strategic chains.",
    },
    "short": {"zh": "缺人", "en": "short of people"},
    "surplus": {"zh": "供大于求", "en": "more graduates than posts"},
    "upstream": {"zh": "上游", "en": "upstream"},
    "midstream": {"zh": "中游", "en": "midstream"},
    "downstream": {"zh": "下游", "en": "downstream"},
    "no_chain": {"zh": "（未标产业链）", "en": "(no chain)"},
    "strongest": {"zh": "各类最突出的专业点", "en": "The strongest cases"},
    "all": {"zh": "全部专业点", "en": "All programs"},
    "filter": {"zh": "按名称、院校、建议或理由筛选…", "en": "Filter by name, institution, flag or reason ..."},
    "name": {"zh": "专业", "en": "Program"},
    "institution": {"zh": "院校", "en": "Institution"},
    "region": {"zh": "地区", "en": "Region"},
    "flag": {"zh": "分析建议", "en": "Flag"},
    "rate": {"zh": "岗位容纳率", "en": "Placeable rate"},
    "rate_short": {"zh": "容纳率", "en": "rate"},
    "employment": {"zh": "就业率（90%区间）", "en": "Employment (90 % interval)"},
    "reason": {"zh": "理由", "en": "Reason"},
    "certificates": {"zh": "供需核算表（供大于求）", "en": "Certificates of surplus: add them up"},
    "certificate_note": {
        "zh": "每个供需关联组：所列专业点的全部对接岗位都列在表中，合计相减即为无岗可去的人数。仅就此处所列的岗位、匹配与毕业生流向而言。",
        "en": "In each block every post that its programs lead to is listed; supply less posts is the number who find none. "
        "Only for the posts, matches and graduate flows listed here.",
    },
    "certified": {"zh": "已核定", "en": "certified"},
    "not_certified": {"zh": "未核定", "en": "not certified"},
    "sum": {"zh": "合计", "en": "Sum"},
    "left": {"zh": "至少 # 人无岗可去", "en": "at least # find no post"},
    "warnings": {"zh": "说明", "en": "Notes"},
    "method": {
        "zh": "结论仅为建议；每条结论的逐条规则、依据与证据见同一文件夹的 traces.jsonl、matches.parquet 与 blocks.json，可用 duikou verify 复核。",
        "en": "Flags are advice. The rules, references and evidence behind each are in traces.jsonl, matches.parquet and "
        "blocks.json of this folder; `duikou verify` adds them up again.",
    },
    "person": {"zh": "人", "en": ""},
    "evidence": {"zh": "原文对照", "en": "Text side by side"},
    "shown": {"zh": "显示", "en": "shown"},
}


def word(key: str, language: str) -> str:
    """One term; an unknown key is a programming error."""
    return WORDS[key][language]
