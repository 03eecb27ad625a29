"""A survey with one row per enterprise and post -> demands with basis `survey_new`.

Rows are grouped by occupation, region, levels, chain, segment and year. Of a group of n enterprises that plan to hire
x_1 ... x_n persons:

    openings    = x_1 + ... + x_n
    employers   = n, different enterprises, told by their names without spaces, brackets and marks
    openings_cv = max( s / (m * sqrt(n)), 1 / sqrt(openings) ), at most 3; empty where n < 3

s is the standard deviation (divisor n - 1) and m the mean of the x. The first term is the coefficient of variation of
a sum of n independent figures with that spread; a sum of hardly more than n is no better known than a count (second
term), and two figures tell no spread. Plans of one region often fail together, so the true value is larger.

Skills are those that at least one enterprise names, most named first, with their number of enterprises, so that a rule
that asks for 'named by at least 3 employers' can be applied to each of them (`corpora.skill_counts`).

Names of enterprises are read to count them, and are not written.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from corpora.cells import as_text, clean_text, plain
from corpora.frames import empty, word
from corpora.frames import rows as each
from corpora.importers.common import (
    Imported,
    as_table,
    column,
    counted,
    full_number,
    identifiers,
    read_form,
    usable,
    without_lone_cells,
)
from corpora.issues import Words
from corpora.read import Paths
from corpora.skill_counts import with_counts
from corpora.tables import Table

SOURCE: Final = "企业用工需求调查"
MOST_CV: Final = 3.0
_BREAKS: Final = re.compile(r"[；;、，,|\n]+|(?<![\d.])[（(]?\d{1,2}[)）.．、](?=\s*[^\d\s])")

# Forms word this column freely: next year, planned, new, in any order.
_HEADS: Final = "|".join(
    f"{when}{what}人数"
    for when in ("", "明年", "下年", "下一年", "次年", "来年", "本年", "今年", "未来一年", "年度")
    for what in (
        "拟招", "拟招聘", "计划招聘", "计划招", "招聘", "招工", "需求", "用工需求", "用工", "新增", "新增用工", "新增需求",
        "新增招聘", "岗位需求", "缺口", "缺工",
    )
) + "|人数|numbertohire|tohire|openings|posts"  # fmt: skip
FORM: Final = Table(
    "enterprise-survey",
    "企业用工需求调查表",
    "enterprise survey, one row per enterprise and post",
    (
        column(
            "enterprise", "text", "企业名称", "企业|单位名称|用人单位|公司名称|公司|填报企业|填报单位|enterprise|company|employer",
            required=True,
        ),
        column(
            "occupation", "text", "岗位名称", "岗位|职业|职业名称|工种|需求岗位|招聘岗位|岗位（工种）|occupation|position|job",
            required=True,
        ),
        column("occupation_code", "code", "职业代码", "职业编码|职业分类代码|岗位代码|soc"),
        column(
            "hires", "count", "需求人数", _HEADS,
            required=True, own=full_number,
        ),
        column("levels", "levels", "学历层次", "学历要求|学历|层次|培养层次|level|education"),
        column("skills", "text", "技能要求", "技能|所需技能|岗位技能|能力要求|任职要求|skill"),
        column("description", "text", "岗位描述", "岗位职责|工作内容|职责|duties"),
        column("region", "text", "地区", "用工地区|所在地区|地市|城市|区域|所在地|市|area|city"),
        column("field", "text", "专业大类", "对应专业大类|大类"),
        column("industry_code", "code", "行业代码", "国民经济行业代码|naics|isic"),
        column("chain", "text", "产业链", "所属产业链|产业链名称|重点产业链|industrychain"),
        column("segment", "text", "环节", "产业链环节|所属环节|链条环节"),
        column("year", "year", "年份", "年度|需求年份|需求年度|招聘年份|计划年度|年"),
    ),
    (),  # an enterprise stands in several rows
)  # fmt: skip


def import_enterprise_survey(
    paths: Paths,
    region: str | None = None,
    year: int | None = None,
    source: str = SOURCE,
    accept_good_rows: bool = False,
) -> Imported:
    """Demands from a survey; see the module for the formulas.

    Args:
        paths: files, read as one survey.
        region, year: of rows that do not say it themselves; `year` is the one the enterprises hire for.
        source: name of the source, to be the same as in the coverage table and the same every year.

    Raises:
        BadTable: with every fault; with `accept_good_rows` only where no row could be used.
    """
    corpus = read_form(paths, FORM, lambda sheet: without_lone_cells(sheet, FORM))
    usable([corpus], accept_good_rows)
    rows = corpus.rows.drop_duplicates()
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in each(rows):
        groups.setdefault(_group(row, region, year), []).append(row)
    found = [_demand(members, region, year, source) for members in groups.values()]
    parts = [
        [row["occupation_code"] or row["occupation"], row["region"], row["levels"], row["chain"], row["segment"], row["year"]]
        for row in found
    ]  # fmt: skip
    for row, name in zip(found, identifiers(parts), strict=True):
        row["demand_id"] = name
    enterprises = len({plain(name) for name in rows["enterprise"]})
    few = sum(row["employers"] < 3 for row in found)
    said = [
        Words(
            f"{enterprises} 家企业、{len(rows)} 条需求合并为 {len(found)} 条岗位；企业名称只用于计数，不写出",
            f"{enterprises} enterprises, {len(rows)} rows, {len(found)} demands; names of enterprises are not written",
        ),
        *counted(
            len(corpus.rows) - len(rows),
            "{n} 行与前面的行完全相同，只计一次",
            "{n} rows repeat an earlier one in every cell and count once",
        ),
        *counted(
            few,
            "{n} 条岗位不足 3 家企业：变异系数留空",
            "{n} demands are named by fewer than 3 enterprises: openings_cv is left empty",
        ),
    ]
    if any(row["year"] is None for row in found):
        said.append(Words("没有年份：可用 --year 指明", "no year: it can be given by --year"))
    return Imported({"demands": as_table("demands", found)}, (corpus,), tuple(said))


def sum_cv(figures: Sequence[int]) -> float | None:
    """Coefficient of variation of a sum of independent figures, from their own spread; None below three figures."""
    n, total = len(figures), sum(figures)
    if n < 3 or total == 0:
        return None
    mean = total / n
    spread = math.sqrt(sum((x - mean) ** 2 for x in figures) / (n - 1))
    return round(min(max(spread / (mean * math.sqrt(n)), 1 / math.sqrt(total)), MOST_CV), 3)


def split_skills(text: str) -> list[str]:
    """The skills named in a cell, each once, without numbering."""
    parts = (clean_text(part).strip("。. -•·*") for part in _BREAKS.split(text))
    return list(dict.fromkeys(part for part in parts if len(part) > 1))


def _group(row: Any, region: str | None, year: int | None) -> tuple[str, ...]:
    own = (row.region, row.levels, row.chain, row.segment, row.year)
    words = [plain(word(value)) for value in own]
    words[0] = words[0] or plain(region or "")
    words[4] = words[4] or str(year or "")
    return (word(row.occupation_code) or plain(str(row.occupation)), *words)


def _demand(members: Sequence[Any], region: str | None, year: int | None, source: str) -> dict[str, Any]:
    """One demand of a group of rows; texts are those of its first row that has one."""
    plans: Counter[str] = Counter()
    skills: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for row in members:
        enterprise = plain(str(row.enterprise))
        plans[enterprise] += int(row.hires)
        for skill in split_skills(word(row.skills)):
            if enterprise in plain(skill):
                continue
            spelled.setdefault(plain(skill), skill)
            skills.setdefault(plain(skill), set()).add(enterprise)
    found: Mapping[str, Any] = {
        name: next((value for row in members if not empty(value := getattr(row, name))), None)
        for name in ("occupation", "occupation_code", "field", "industry_code", "chain", "segment", "levels", "region", "year")
    }  # fmt: skip
    named = {spelled[key]: len(who) for key, who in skills.items()}
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in "".join(named))
    return {
        **found,
        "region": found["region"] or region,
        "year": found["year"] or year,
        "description": _longest(members),
        "skills": with_counts(named, "zh" if chinese else "en") or None,
        "openings": sum(plans.values()),
        "openings_cv": sum_cv(list(plans.values())),
        "basis": "survey_new",
        "employers": len(plans),
        "source": source,
    }


def _longest(members: Sequence[Any]) -> str | None:
    """The fullest description that an enterprise gave; one text, not many joined, reads as a person wrote it.

    A description that names its enterprise is passed over.
    """
    names = [plain(str(row.enterprise)) for row in members]
    texts = [as_text(row.description) for row in members if not empty(row.description)]
    anonymous = [text for text in texts if not any(name and name in plain(text) for name in names)]
    return max(anonymous, key=len, default=None)
