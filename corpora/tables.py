"""Every table of the contract (docs/contract.md), declared once: frames, templates, checks and messages follow.

Spellings of headers are separated by "|"; upper and lower case, spaces, brackets and joining marks do not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

from corpora.cells import LEVELS, LIMITS, Column, Kind, plain
from corpora.issues import NOTHING, Words

PERSONS: Final = Words("人", "persons")
POSTS: Final = Words("个/年", "posts a year")
YUAN: Final = Words("元/月", "yuan a month")
YEAR: Final = "年份|年度|年|year"


@dataclass(frozen=True)
class Table:
    """A table of the contract.

    Attributes:
        kind: its name.
        zh, en: its title.
        columns: in the order of frames and templates.
        key: columns that together name a row; a second row with the same key is a fault.
        ordered: pairs (a, b) in which a may not exceed b.
        any_of: at least one of these columns must hold something in some row of the table.
    """

    kind: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    any_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """Bare spelling of a header (`cells.plain`) -> column name."""
        return {
            plain(word): column.name
            for column in self.columns
            for word in (column.name, column.zh, column.en, *column.aliases)
        }

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _c(
    name: str,
    kind: Kind,
    zh: str,
    en: str,
    aliases: str = "",
    *,
    required: bool = False,
    unit: Words = NOTHING,
    limits: tuple[float, float] | None = None,
    choices: Mapping[str, tuple[str, ...]] | None = None,
    note: tuple[str, str] = ("", ""),
) -> Column:
    if kind in ("level", "levels"):
        choices = LEVELS
    words = tuple(word for word in aliases.split("|") if word)
    limits = limits or LIMITS.get(kind)
    frozen = MappingProxyType(dict(choices or {}))
    return Column(name, kind, zh, en, words, required, unit, limits, frozen, Words(*note))


# Two lines a column read better than nine.
# fmt: off
_PROGRAM = _c("program_id", "id", "专业编号", "Program id", "专业点编号|专业点代码|专业点ID|专业ID|programid",
    required=True, note=("各表用同一编号", "the same in all tables"))
_DEMAND = _c("demand_id", "id", "岗位编号", "Demand id", "需求编号|岗位需求编号|岗位ID|需求ID|demandid|jobid",
    required=True, note=("各表用同一编号", "the same in all tables"))
_OCCUPATION_CODE = _c("occupation_code", "code", "职业代码", "Occupation code",
    "职业编码|职业分类代码|国家职业代码|职业小类代码|occ_code|soc_code|soc")
_REGION = _c("region", "text", "地区", "Region", "地市|城市|所在地区|区域|设区市|所在地|市|area|city")
_BASIS: Final = {
    "survey_new": ("新增用工调查", "用工调查", "新增需求调查", "新增", "企业调查", "调查", "new"),
    "replacement": ("更替", "更替需求", "退休更替", "替补", "自然减员"),
    "registered": ("登记招聘", "招聘登记", "公共招聘登记", "登记"),
    "advertised": ("招聘广告", "网络招聘", "招聘网站", "广告", "advertisement", "ads"),
}
_STAGES: Final = {"upstream": ("上游", "上"), "midstream": ("中游", "中"), "downstream": ("下游", "下")}
_RANKS: Final = {
    "national": ("国家级", "国家", "全国"),
    "provincial": ("省级", "省", "自治区级", "直辖市级", "province"),
    "city": ("市级", "市", "地市级", "municipal"),
}

_PROGRAMS = Table(
    "programs",
    "专业",
    "Programs",
    (
        _PROGRAM,
        _c("name", "text", "专业名称", "Program name",
            "专业|专业点名称|专业点|programname|major|title|名称", required=True),
        _c("code", "code", "专业代码", "Program code",
            "CIP|CIP代码|cipcode|专业目录代码|目录代码|majorcode|programcode|代码"),
        _c("institution", "text", "院校", "Institution", "学校|院校名称|学校名称|办学单位|school|college"),
        replace(_REGION, note=Words("院校所在地区", "where the institution is")),
        _c("campus_region", "text", "校区所在地区", "Campus region", "校区地区|办学地点|校区所在地|校区|campus"),
        _c("level", "level", "层次", "Level", "办学层次|培养层次|学历层次|教育层次"),
        _c("major_group", "text", "专业大类", "Major group", "大类|专业大类名称|所属专业大类|field"),
        _c("cluster", "text", "专业群", "Cluster", "所属专业群|专业群名称|programcluster"),
        _c("track", "text", "专业方向", "Track", "方向|培养方向|specialization"),
        _c("duration", "text", "学制", "Duration", "修业年限|学制年限"),
        _c("goal", "text", "培养目标", "Goal", "人才培养目标|目标|objective|objectives|goals"),
        _c("abilities", "text", "培养规格", "Abilities",
            "能力要求|职业能力|能力|核心能力|主要专业能力要求|competences|competencies"),
        _c("courses", "text", "课程", "Courses",
            "主要课程|核心课程|专业核心课程|课程设置|主干课程|开设课程|主要专业课程与实习实训"),
        _c("occupations", "text", "职业面向", "Occupations",
            "就业面向|面向职业|就业方向|面向岗位|职业岗位|targetoccupations"),
        _c("certificates", "text", "职业证书", "Certificates",
            "职业资格证书|职业技能等级证书|证书|职业类证书举例|技能证书|certificate"),
        _c("description", "text", "专业介绍", "Description", "专业简介|简介|介绍|专业描述|描述|说明"),
        _c("year_opened", "year", "开设年份", "Year opened",
            "开办年份|首次招生年份|设置年份|开设时间|批准年份|yearestablished", limits=(1900, 2100)),
        _c("exempt", "reason", "豁免理由", "Exempt",
            "豁免|豁免原因|保留理由|特殊保护|exemption",
            note=("写明不参与调减的理由，没有则留空", "the reason, or empty")),
        _c("state_controlled", "flag", "国控专业", "State controlled",
            "国家控制布点|国控|是否国控专业|国家控制布点专业|statecontrol"),
        _c("capacity", "count", "办学容量", "Capacity",
            "最大招生容量|招生容量|最大招生规模|容量|年招生容量",
            unit=PERSONS, note=("每年最多可招", "intake a year at most")),
    ),
    ("program_id",),
    any_of=("goal", "abilities", "courses", "occupations", "certificates", "description", "track"),
)

_OUTCOMES = Table(
    "outcomes",
    "招生就业数据",
    "Outcomes",
    (
        _PROGRAM,
        _c("year", "year", "毕业年份", "Year", f"{YEAR}|届|毕业届|毕业年度|届别|毕业年|graduationyear",
            required=True),
        _c("planned", "count", "招生计划数", "Planned intake",
            "招生计划|计划数|计划招生数|计划人数|计划招生人数|plan", unit=PERSONS),
        _c("registered", "count", "报到人数", "Registered",
            "报到数|实际报到人数|实际报到数|新生报到人数|reported", unit=PERSONS),
        _c("enrolled", "count", "实际招生数", "Enrolled",
            "招生数|招生人数|实际招生人数|入学人数|学籍注册人数|新生注册人数|新生数|enrolment|enrollment|"
            "intake", unit=PERSONS),
        _c("students", "count", "在校生数", "Students", "在校生|在校生人数|在校人数|在校学生数|studentcount",
            unit=PERSONS),
        _c("graduates", "count", "毕业生数", "Graduates",
            "毕业生|毕业生人数|毕业人数|毕业生总数|completers|completions", required=True, unit=PERSONS),
        _c("employed", "count", "就业人数", "Employed",
            "已就业人数|就业数|落实去向人数|毕业去向落实人数|去向落实人数|employment", unit=PERSONS),
        _c("rate_basis", "choice", "就业统计口径", "Rate basis",
            "就业率口径|就业统计时点|统计时点|口径|就业口径",
            choices={"initial": ("初次", "初次就业", "初次毕业去向落实率", "初次就业率"),
            "year_end": ("年终", "年底", "年末", "年终毕业去向落实率", "年终就业率", "12月31日")}),
        _c("further_study", "count", "升学人数", "Further study",
            "升学数|升学|升学深造人数|深造人数|继续深造人数", unit=PERSONS),
        _c("stayed_local", "count", "本地就业人数", "Stayed local",
            "留本地就业人数|本市就业人数|省内就业人数|留省就业人数|本省就业人数|当地就业人数|localemployment",
            unit=PERSONS),
        _c("matched_job", "count", "对口就业人数", "Matched job",
            "专业对口人数|对口人数|专业对口就业人数|对口就业数|matched", unit=PERSONS),
        _c("contract", "count", "签约就业人数", "Contract",
            "签订劳动合同人数|合同就业人数|协议就业人数|协议和合同就业人数|签就业协议人数|contracts",
            unit=PERSONS),
        _c("flexible", "count", "灵活就业人数", "Flexible", "灵活就业数|灵活就业|flexibleemployment", unit=PERSONS),
        _c("self_employed", "count", "自主创业人数", "Self employed",
            "创业人数|自主创业数|自主创业|selfemployment", unit=PERSONS),
        _c("enlisted", "count", "应征入伍人数", "Enlisted", "入伍人数|应征入伍|参军人数|military", unit=PERSONS),
        _c("first_choice", "count", "第一志愿人数", "First choice",
            "第一志愿录取人数|一志愿人数|一志愿录取人数|第一志愿报考人数", unit=PERSONS),
        _c("teachers", "count", "专任教师数", "Teachers",
            "教师数|专业教师数|专任教师|专任教师人数|教师人数|专业教师人数", unit=PERSONS),
        _c("median_wage", "amount", "月薪中位数", "Median wage",
            "起薪中位数|薪资中位数|月收入中位数|毕业生月薪中位数|工资中位数|wage", unit=YUAN),
    ),
    ("program_id", "year"),
    ordered=(
        ("employed", "graduates"),
        ("further_study", "graduates"),
        ("enrolled", "registered"),
        ("stayed_local", "employed"),
        ("matched_job", "employed"),
        ("contract", "employed"),
        ("flexible", "employed"),
        ("self_employed", "employed"),
        ("enlisted", "employed"),
    ),
)

_STUDENTS = Table(
    "students",
    "在校生",
    "Students",
    (
        _PROGRAM,
        _c("graduation_year", "year", "预计毕业年份", "Graduation year",
            f"毕业年份|{YEAR}|届|毕业届|预计毕业届|毕业年度", required=True),
        _c("students", "count", "在校生数", "Students",
            "在校生|在校生人数|在校人数|学生数|学生人数|人数|预计毕业生数", required=True, unit=PERSONS),
    ),
    ("program_id", "graduation_year"),
)

_DEMANDS = Table(
    "demands",
    "岗位需求",
    "Demands",
    (
        _DEMAND,
        _c("occupation", "text", "岗位名称", "Occupation",
            "岗位|职业|职业名称|职位|职位名称|工种|需求岗位|岗位需求|招聘岗位|招聘职位|job|jobtitle|position",
            required=True),
        _OCCUPATION_CODE,
        _c("field", "text", "专业大类", "Field", "对应专业大类|大类|领域|所属大类|majorgroup"),
        _c("industry_code", "code", "行业代码", "Industry code", "行业编码|国民经济行业代码|行业分类代码|naics|isic"),
        _c("chain", "text", "产业链", "Chain", "产业链名称|所属产业链|重点产业链|industrychain"),
        _c("segment", "text", "环节", "Segment", "产业链环节|链条环节|所属环节|细分环节"),
        _c("stage", "choice", "上中下游", "Stage", "所处环节|上下游|产业链位置|位置|游段", choices=_STAGES),
        replace(_REGION, note=Words("用工地区", "where the posts are")),
        _c("levels", "levels", "学历层次", "Levels", "层次|学历要求|学历|培养层次|要求层次|适合层次|education|level"),
        _c("description", "text", "岗位描述", "Description",
            "岗位职责|职责|职位描述|工作内容|描述|岗位说明|说明|duties|tasks"),
        _c("skills", "text", "技能要求", "Skills", "技能|能力要求|岗位技能|任职要求|任职能力|技能需求|requirements"),
        _c("openings", "amount", "招聘人数", "Openings",
            "需求人数|岗位数|岗位数量|需求数|招聘数|用工需求|用工需求人数|需求量|招工人数|拟招人数|"
            "年需求人数|posts|vacancies", unit=POSTS),
        _c("openings_low", "amount", "招聘人数下限", "Openings low",
            "最低招聘人数|需求人数下限|岗位数下限|最少需求人数|最低需求人数|招聘人数最低|需求人数最低|"
            "openingsmin", unit=POSTS),
        _c("openings_high", "amount", "招聘人数上限", "Openings high",
            "最高招聘人数|需求人数上限|岗位数上限|最多需求人数|最高需求人数|招聘人数最高|需求人数最高|"
            "openingsmax", unit=POSTS),
        _c("openings_cv", "rate", "招聘人数变异系数", "Openings cv",
            "变异系数|需求变异系数|coefficientofvariation|cv", limits=(0, 3),
            note=("标准差除以平均数", "standard deviation over mean")),
        _c("basis", "choice", "统计口径", "Basis", "口径|数据口径|需求口径|数据类型", choices=_BASIS),
        _c("entry_share", "share", "应届可任占比", "Entry share",
            "应届生占比|初级岗位占比|入门岗位占比|应届毕业生可任职占比|应届占比|entrylevelshare"),
        _c("year", "year", "年份", "Year", f"{YEAR}|需求年份|需求年度|招聘年份|统计年份"),
        _c("growth", "rate", "年增长率", "Growth", "增长率|年均增长率|需求增长率|年均增速|增速|growthrate"),
        _c("growth_low", "rate", "年增长率下限", "Growth low", "增长率下限|增速下限|最低增长率|growthmin"),
        _c("seekers", "count", "求职人数", "Seekers",
            "求职者人数|求职数|求职登记人数|应聘人数|jobseekers|applicants", unit=PERSONS),
        _c("employers", "count", "用人单位数", "Employers",
            "企业数|提及企业数|招聘单位数|用工企业数|雇主数|employercount"),
        _c("shortage", "flag", "紧缺", "Shortage", "是否紧缺|紧缺岗位|急需紧缺|紧缺职业|是否急需紧缺"),
        _c("proposed_by", "text", "提出单位", "Proposed by", "申报单位|填报单位|上报单位|提供单位|提出方|proposer"),
        _c("source", "text", "数据来源", "Source", "来源|资料来源|数据出处|出处|datasource"),
        _c("source_date", "date", "数据日期", "Source date",
            "来源日期|发布日期|采集日期|数据时间|统计日期|发布时间|date"),
    ),
    ("demand_id",),
    ordered=(("growth_low", "growth"), ("openings_low", "openings_high"), ("openings_low", "openings"),
        ("openings", "openings_high")),
)

_CHAINS = Table(
    "chains",
    "产业链",
    "Chains",
    (
        _c("chain", "text", "产业链", "Chain", "产业链名称|重点产业链|链条名称|industrychain", required=True),
        _c("strategic", "flag", "战略性", "Strategic", "是否战略性|战略性产业|是否战略性产业链|重点"),
        _c("rank", "choice", "级别", "Rank", "产业链级别|文件级别|层级|等级", choices=_RANKS),
        _c("document", "text", "依据文件", "Document", "文件|文件名称|文号|政策文件|依据"),
        _c("date", "date", "文件日期", "Date", "日期|发布日期|发文日期|印发日期"),
        _c("lead_enterprises", "text", "链主企业", "Lead enterprises", "链主|龙头企业|重点企业|leadenterprise"),
    ),
    ("chain",),
)

_COVERAGE = Table(
    "coverage",
    "数据覆盖声明",
    "Coverage",
    (
        _c("source", "text", "数据来源", "Source", "来源|资料来源|datasource", required=True,
            note=("与岗位需求表一致", "as in demands")),
        replace(_REGION, required=True),
        _c("field", "text", "专业大类", "Field", "大类|领域|majorgroup", required=True,
            note=("* 表示全部", "* means all")),
        _c("year", "year", "年份", "Year", f"{YEAR}|统计年份", required=True),
        _c("share_low", "share", "覆盖率下限", "Share low", "最低覆盖率|覆盖比例下限|覆盖下限|coveragelow",
            required=True, note=("来源所见占全部同类招聘的比例", "part of all such openings the source sees")),
        _c("share_high", "share", "覆盖率上限", "Share high", "最高覆盖率|覆盖比例上限|覆盖上限|coveragehigh",
            required=True),
        _c("method", "text", "估计方法", "Method", "方法|测算方法|估算方法"),
        _c("declared_by", "text", "声明单位", "Declared by", "声明人|填报单位|声明方|declarant"),
        _c("date", "date", "声明日期", "Date", "日期|填报日期"),
    ),
    ("source", "region", "field", "year"),
    ordered=(("share_low", "share_high"),),
)

_FLOWS = Table(
    "flows",
    "毕业生流向",
    "Flows",
    (
        _c("from_region", "text", "流出地区", "From region",
            "来源地区|生源地区|毕业地区|流出地|出发地区|培养地区|from|origin", required=True),
        _c("to_region", "text", "流入地区", "To region", "就业地区|流入地|去向地区|目的地区|to|destination",
            required=True),
        _c("share", "share", "占比", "Share", "比例|流向占比|流动比例|比重|流动占比",
            note=("流出地区毕业生中去往流入地区的比例", "part of the graduates of the first who go to the second")),
    ),
    ("from_region", "to_region"),
)

_OTHER_SUPPLY = Table(
    "other_supply",
    "其他供给",
    "Other supply",
    (
        replace(_OCCUPATION_CODE, required=True),
        replace(_REGION, required=True),
        _c("year", "year", "年份", "Year", f"{YEAR}|统计年份", required=True),
        _c("persons", "amount", "人数", "Persons", "供给人数|人员数|人员数量|劳动力人数|数量|supply",
            required=True, unit=Words("人/年", "persons a year")),
        _c("level", "level", "层次", "Level", "学历层次|学历|培养层次"),
        _c("source", "text", "供给来源", "Source", "来源|数据来源|人员来源|资料来源"),
    ),
    ("occupation_code", "region", "year", "level", "source"),
)

_AGREEMENTS = Table(
    "agreements",
    "订单培养协议",
    "Agreements",
    (
        _PROGRAM,
        _c("seats", "count", "协议人数", "Seats", "订单人数|培养人数|协议名额|名额|订单班人数|places",
            required=True, unit=PERSONS),
        _c("year", "year", "年份", "Year", f"{YEAR}|协议年份|协议年度|毕业年份|届"),
        _c("kind", "text", "协议类型", "Kind", "类型|培养类型|合作类型|agreementtype|type",
            note=("如 订单班、现代学徒制、现场工程师", "such as order class or apprenticeship")),
        _c("enterprise", "text", "企业", "Enterprise", "企业名称|合作企业|用人单位|单位名称|company|employer"),
        _c("fulfilment", "share", "履约率", "Fulfilment", "兑现率|履约比例|到岗率|落实率|fulfillment",
            note=("往届实际到岗占协议人数的比例", "part of earlier seats actually taken up")),
    ),
    ("program_id", "year", "enterprise", "kind"),
)

_PREDECESSORS = Table(
    "predecessors",
    "专业沿革",
    "Predecessors",
    (
        _PROGRAM,
        _c("from_program_id", "id", "原专业编号", "From program id",
            "前身专业编号|原专业点编号|原专业代码|来源专业编号|predecessor|predecessorid|fromprogram",
            required=True),
        _c("year", "year", "变更年份", "Year", f"{YEAR}|更名年份|调整年份|变更年度", limits=(1900, 2100)),
    ),
    ("program_id", "from_program_id"),
)

_MATCHES = Table(
    "matches",
    "已知匹配",
    "Matches",
    (
        _PROGRAM,
        _DEMAND,
        _c("p", "share", "匹配概率", "p", "概率|匹配度|probability", note=("空 = 1", "empty = 1")),
    ),
    ("program_id", "demand_id"),
)

_REVIEWS = Table(
    "reviews",
    "复核",
    "Reviews",
    (
        _PROGRAM,
        _DEMAND,
        _c("decision", "choice", "复核结论", "Decision", "结论|复核意见|复核结果|决定|意见", required=True,
            choices={"confirm": ("确认", "认可", "通过", "同意", "是", "confirmed"),
            "reject": ("驳回", "否决", "不认可", "不通过", "不同意", "否", "拒绝", "rejected")}),
        _c("reason", "text", "理由", "Reason", "原因|复核理由|说明"),
        _c("reviewer", "text", "复核人", "Reviewer", "审核人|复核单位|复核者"),
        _c("date", "date", "复核日期", "Date", "日期|审核日期"),
    ),
    ("program_id", "demand_id"),
)

_TRUTH = Table(
    "truth",
    "标准答案",
    "Truth",
    (
        _PROGRAM,
        _DEMAND,
        _c("grade", "count", "等级", "Grade", "评分|分级|匹配等级|相关度|relevance", limits=(0, 3),
            note=("0 无关，1 需再培训，2 常规入职培训后可上岗，3 主要面向",
                "0 unrelated, 1 needs further training, 2 can start after normal onboarding, 3 main target")),
    ),
    ("program_id", "demand_id"),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        table.kind: table
        for table in (
            _PROGRAMS,
            _OUTCOMES,
            _STUDENTS,
            _DEMANDS,
            _CHAINS,
            _COVERAGE,
            _FLOWS,
            _OTHER_SUPPLY,
            _AGREEMENTS,
            _PREDECESSORS,
            _MATCHES,
            _REVIEWS,
            _TRUTH,
        )
    }
)
