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
    "heatmap": {"zh": "产业链×环节：毕业生与岗位对照", "en": "Chains by stage: graduates and posts"},
    "heatmap_note": {
        "zh": "格内为“求职毕业生 / 岗位”（人、个/年）。▼ 毕业生多于岗位，▲ 岗位多于毕业生；颜色越深差距越大。★为战略产业链。"
        "毕业生按岗位比例分摊到各环节，没有对接岗位的专业点不在其中。",
        "en": "In each cell graduates looking for work / posts a year. ▼ more graduates than posts, ▲ more posts than graduates; "
        "the stronger the colour, the wider the gap. ★ marks strategic chains. Graduates are shared out by posts; programs "
        "without a link are in no cell.",
    },
    "blocks": {
        "zh": "供给与岗位差距最大的 # 个供需关联组",
        "en": "The # blocks whose supply and posts are furthest apart",
    },
    "blocks_note": {
        "zh": "横条为年均求职毕业生，竖线为岗位，百分数为岗位容纳率（按整数向下取）。竖线在横条之内即供大于求；仅“已核定过剩”可作退出依据之一。",
        "en": "Bars are graduates looking for work a year, upright lines are posts, the figure is the placeable rate (rounded "
        "down). A line inside its bar means more graduates than posts; only a certified surplus can be a ground.",
    },
    "certified_surplus": {"zh": "已核定过剩", "en": "certified surplus"},
    "other_block": {"zh": "其他", "en": "other"},
    "persons_axis": {"zh": "人（个）/年", "en": "persons (posts) a year"},
    "waterfall": {"zh": "各专业点的结论由哪一条依据得出", "en": "Which ground decides how many programs"},
    "waterfall_note": {
        "zh": "由全部专业点开始，按规则次序逐条扣除；多条依据同时成立的，计在次序最前的一条。",
        "en": "From all programs down, ground by ground in the order of the rules; where several hold, the first counts.",
    },
    "all_points": {"zh": "全部专业点", "en": "all programs"},
    "points_axis": {"zh": "专业点（个）", "en": "programs"},
    "guarded": {"zh": "退出依据成立、受保护", "en": "ground for a phase-out, guarded"},
    "none": {"zh": "无调整依据", "en": "no ground for a change"},
    "match_parts": {"zh": "匹配概率的来历：", "en": "Where the probability comes from:"},
    "match_parts_note": {
        "zh": "以随机一对为起点，含义、用词、职业与层次各加减多少（对数几率），合计即匹配概率 p。",
        "en": "From a random pair, what meaning, words, occupation and level add (log odds); the sum is p.",
    },
    "part_random_pair": {"zh": "随机一对", "en": "a random pair"},
    "part_by_meaning": {"zh": "含义", "en": "meaning"},
    "part_by_words": {"zh": "用词", "en": "words"},
    "part_by_occupation": {"zh": "职业与层次", "en": "occupation and level"},
    "part_review": {"zh": "人工复核", "en": "review"},
    "part_p": {"zh": "匹配概率", "en": "probability of a match"},
    "log_odds": {"zh": "对数几率", "en": "log odds"},
    "employment_chart": {
        "zh": "就业率偏低可能最大的 # 个专业点：估计值与90%区间",
        "en": "The # programs likeliest to have low employment: estimates with 90 % intervals",
    },
    "employment_note": {
        "zh": "点为估计值，横线为90%区间，虚线为规则所定下限。毕业生少则区间宽：区间跨过虚线的，现有人数不足以下结论。",
        "en": "Points are estimates, lines their 90 % intervals, the dashed line the limit of the rules. Few graduates make wide "
        "intervals: one that crosses the dashed line is too wide to conclude from.",
    },
    "employment_axis": {"zh": "就业率", "en": "employment"},
    "surely_low": {"zh": "低于下限的把握≥90%", "en": "below the limit with 90 % certainty"},
    "open": {"zh": "人数不足以下结论", "en": "open"},
    "not_low": {"zh": "低于下限的可能≤10%", "en": "at most 10 % chance of being below"},
    "map": {"zh": "专业与岗位对接地图（按含义远近）", "en": "Programs and posts by meaning"},
    "map_note": {
        "zh": "灰点为岗位，其余为专业点，形状与颜色表示分析建议。位置由全部匹配概率算出：相邻即匹配的岗位相近；"
        "坐标轴无含义，相距很远的两片之间的距离也无含义。",
        "en": "Grey dots are posts, the others programs, with shape and colour by flag. Places follow from all match "
        "probabilities: neighbours match similar posts. The axes mean nothing, nor how far apart two fields lie.",
    },
    "change": {"zh": "两次分析之间的变化：", "en": "Changes between two assessments:"},
    "change_note": {
        "zh": "行为前一次的建议，列为后一次的建议，格内为专业点数；橙色格为有变化的。",
        "en": "Rows are the earlier flags, columns the later ones, cells count programs; those that changed are orange and bold.",
    },
    "earlier": {"zh": "前一次", "en": "earlier"},
    "later": {"zh": "后一次", "en": "later"},
    "absent": {"zh": "未列入", "en": "not listed"},
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
