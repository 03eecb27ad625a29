"""The words of flags, grounds, clauses, notices and measures in Chinese and English (docs/glossary.md)."""

from collections.abc import Mapping
from typing import Literal

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
    "traditional_rate": {"zh": "传统领域岗位容纳率下降", "en": "traditional field whose placeable rate falls"},
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
    "retention_unproved": {
        "zh": "若留本地比例与同类相同则退出依据成立（容纳率低于{limit}或岗位消失），外流之多尚无佐证",
        "en": "if as many stayed as of its peers, a phase-out ground would stand (rate below {limit}, or posts vanished), "
        "and that so many leave is not shown",
    },
    "judged_by_work": {"zh": "升学占比低于{limit}", "en": "further study is below {limit}"},
    "surplus_certified": {
        "zh": "供大于求经核定（岗位容纳率低于{limit}）",
        "en": "its surplus is certified (placeable rate below {limit})",
    },
    "surplus_likely": {
        "zh": "供大于求的把握不低于{limit}",
        "en": "a surplus has a certainty of {limit} or more",
    },
    "rate_low": {"zh": "岗位容纳率低于{limit}", "en": "its placeable rate is below {limit}"},
    "employment_low": {
        "zh": "就业率低的把握不低于{limit}",
        "en": "employment is low with a certainty of {limit} or more",
    },
    "employment_not_low": {
        "zh": "就业率低的可能不超过{limit}",
        "en": "the chance that employment is low is {limit} or less",
    },
    "matriculates": {
        "zh": "以升学为主，以升学评价：最近一届升学占比不低于{limit}",
        "en": "mostly further study, judged by it: at least {limit} of the latest graduates study on",
    },
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
    "taught": {
        "zh": "课程对岗位技能的覆盖率不低于{limit}（未知不计）",
        "en": "courses cover at least {limit} of the skills asked for (unknown does not count)",
    },
    "headroom_likely": {
        "zh": "可增招空间足够的把握不低于{limit}",
        "en": "room enough for more graduates has a certainty of {limit} or more",
    },
    "headroom_likely_at_peers": {
        "zh": "按同类留本地比例计，可增招空间足够的把握不低于{limit}",
        "en": "room enough for more graduates, if as many stayed as of its peers, has a certainty of {limit} or more",
    },
    "headroom_at_peers": {
        "zh": "按同类留本地比例计，可增招空间不少于{limit}人",
        "en": "room for at least {limit} more graduates, if as many stayed as of its peers",
    },
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
    "rate_falling": {
        "zh": "岗位容纳率（岗位按来源未见部分补足）比此前各需求年度都低，不高于{limit}",
        "en": "its placeable rate, with posts grossed up, lies below that of each demand year before: at most {limit}",
    },
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
    "rates_low": {
        "zh": "连年就业率均低于{limit}（原始数据，未作平滑）",
        "en": "the rate was below {limit} in each of the years (raw figures, nothing smoothed)",
    },
    "rates_at_bottom": {
        "zh": "连年去向落实率居全部专业点末位{limit}",
        "en": "the rate was among the lowest {limit} of all points in each of the years",
    },
    "level_concerned": {"zh": "属该规则适用的层次", "en": "the rule is about its level"},
    "field_not_excepted": {"zh": "不属该规则的例外领域", "en": "its field is not excepted"},
    "few_in_a_row": {"zh": "连年招生均少于{limit}人", "en": "fewer than {limit} enrolled in each of the years"},
    "nobody_in_a_row": {"zh": "连续{limit}年无招生", "en": "nobody enrolled for {limit} years in a row"},
    "nobody_left": {"zh": "无在校生", "en": "no students are left"},
    "many_schools": {"zh": "开设院校占比高于{limit}", "en": "more than {limit} of the schools offer it"},
    "many_students_a_teacher": {"zh": "生师比高于{limit}", "en": "more than {limit} students a teacher"},
    "rate_low_latest": {"zh": "最近一届就业率低于{limit}", "en": "the latest rate is below {limit}"},
    "few_first_choices": {
        "zh": "第一志愿占招生计划低于{limit}",
        "en": "first choices are below {limit} of the planned intake",
    },
    "few_teachers": {"zh": "专任教师少于{limit}人", "en": "fewer than {limit} teachers"},
    "opened_lately": {"zh": "开设未满{limit}年", "en": "opened less than {limit} years ago"},
    "many_points": {"zh": "布点数超过{limit}个", "en": "more than {limit} points exist"},
    "opened_this_year": {
        "zh": "本校今年已新增{limit}个及以上专业",
        "en": "its school opened {limit} or more programs this year",
    },
    "net_opened_this_year": {
        "zh": "本校今年新增减撤销已达{limit}个专业",
        "en": "its school opened {limit} or more programs this year, less those withdrawn",
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
    "approval_to_be_checked": {
        "zh": "所属领域多为国控专业，须核对是否报批",
        "en": "its field is mostly state-controlled: check whether approval is needed",
    },
    "judged_pooled": {
        "zh": "与同院校同专业类的小规模专业点合并评价",
        "en": "judged together with the small programs of its class at its institution",
    },
    "token_class": {
        "zh": "象征性招生：多年招生合计过少",
        "en": "a token class: very few enrolled over several years",
    },
    "own_posts_left_out": {
        "zh": "本校或其合作单位提出的岗位未计入对其有利的判断",
        "en": "posts that its own college or a partner proposed do not count in its favour",
    },
    "borderline": {
        "zh": "临界：各类结论的把握均不足",
        "en": "borderline: no flag comes out often enough",
    },
    "no_new_points": {"zh": "按规定不再新增布点", "en": "by the rules no new points"},
    "no_new_points_at_school": {
        "zh": "按规定本校本年度不再新增专业",
        "en": "by the rules no further new program at its school this year",
    },
    "new_points_by_exchange": {
        "zh": "按规定本校本年度再新增专业须同时撤销一个",
        "en": "by the rules a further new program at its school this year only in exchange for one withdrawn",
    },
    "no_own_withdrawal": {
        "zh": "新设未满年限，学校不得自行撤销",
        "en": "too new for its school to withdraw it of its own accord",
    },
}
MEASURE_NAMES: Mapping[str, Text] = {
    "warning": {"zh": "预警", "en": "warning"},
    "rectification": {"zh": "限期整改", "en": "rectification by a date"},
    "smaller_intake": {"zh": "调减招生计划", "en": "smaller intake"},
    "intake_every_other_year": {"zh": "隔年招生", "en": "intake every other year"},
    "enrolment_stopped": {"zh": "暂停招生", "en": "enrolment stopped"},
    "closure_proposed": {"zh": "建议撤销", "en": "closure proposed"},
}
SCOPE_NAMES: Mapping[str, Text] = {
    "city": {"zh": "全市全部专业点", "en": "all points of a city"},
    "province": {"zh": "全省全部专业点", "en": "all points of a province"},
}
REGULATION_NAMES: Mapping[str, Text] = {
    "low_rate": {"zh": "连年就业率低", "en": "low rate several years running"},
    "bottom_rate": {"zh": "连年去向落实率居末位", "en": "among the lowest rates several years running"},
    "few_enrolled": {"zh": "连年招生过少", "en": "few enrolled several years running"},
    "none_enrolled": {"zh": "连年无招生", "en": "no enrolment several years running"},
    "empty_program": {"zh": "连年无招生且无在校生", "en": "no enrolment several years running and no students left"},
    "several_signs": {"zh": "多项指标预警", "en": "several of five signs"},
    "keep_new": {"zh": "新设专业不得自行撤销", "en": "new programs are kept"},
    "many_points": {"zh": "布点数上限", "en": "limit on points"},
    "share_of_schools": {"zh": "开设院校占比上限", "en": "limit on the share of schools"},
    "school_additions": {"zh": "每校新增上限", "en": "limit on additions a school"},
    "school_net_additions": {"zh": "每校净增上限", "en": "limit on net additions a school"},
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
