"""The columns of a table of job advertisements, their spellings, and contacts out of them before they are read."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from corpora.cells import BadCell, clean_text
from corpora.headers import locate
from corpora.importers.common import column, full_number
from corpora.importers.contacts import is_contact_header, strip_cell
from corpora.issues import Notice, Words
from corpora.sheets import Sheet
from corpora.tables import Table

_INTERVAL: Final = re.compile(r"(\d+)\s*[-–—~～至到]\s*(\d+)\s*[人名个]?")
_DATE: Final = re.compile(r"((?:19|20)\d{2})\D{1,2}(\d{1,2})(?!\d)|((?:19|20)\d{2})(0[1-9]|1[0-2])\d{2}(?!\d)")
_OPEN: Final = re.compile(r"若干|不限|多名|数名|n人?|面议", re.IGNORECASE)
BEYOND: Final = "beyond"
UNKNOWN: Final = "unknown"


def _heads(text: str) -> str:
    """A head count as "low-high"; "" where the ad leaves it open."""
    text = text.strip()
    if _OPEN.fullmatch(re.sub(r"招聘|招|人$|名$", "", text)) or _OPEN.fullmatch(text):
        return ""
    if found := _INTERVAL.fullmatch(text):
        low, high = sorted((int(found[1]), int(found[2])))
        return f"{low}-{high}"
    found = re.fullmatch(
        r"(?:招聘?|hiring)?\s*(\d+)(?:\.0+)?\s*(?:[人名个位]|posts?|people|persons?)?\+?", full_number(text), re.I
    )
    if found is None:
        raise BadCell("not_heads", "写整数，如 3；不定则留空。", "Enter a whole number such as 3, or leave it empty.")
    return f"{int(found[1])}-{int(found[1])}"


def _month(text: str) -> str:
    """A date as 2023-05; a bare year as 2023."""
    found = _DATE.search(clean_text(text))
    if found:
        year, month = found[1] or found[3], int(found[2] or found[4])
        if 1 <= month <= 12:
            return f"{year}-{month:02d}"
    if found := re.fullmatch(r"((?:19|20)\d{2})年?", clean_text(text)):
        return found[1]
    raise BadCell("not_date", "写成 年-月-日，如 2025-06-30。", "Write year-month-day, such as 2025-06-30.")


def _degree(text: str) -> str:
    """The levels that an ad's lowest degree opens, "" for all; BEYOND for a master's degree or more, or UNKNOWN."""
    text = clean_text(text).lower()
    if re.search(r"本科|学士|bachelor", text):
        return "bachelor"
    if re.search(r"大专|专科|高职|associate|college", text):
        return "associate;bachelor"
    if re.search(r"硕士|博士|研究生|master|phd|doctor", text):
        return BEYOND
    return "" if re.search(r"不限|无|中专|中技|中职|职高|技校|高中|初中|小学|any|none|high school", text) else UNKNOWN


FORM: Final = Table(
    "job-ads",
    "招聘广告",
    "job advertisements",
    (
        column(
            "title", "text", "职位名称",
            "岗位名称|职位|岗位|招聘岗位|招聘职位|岗位标题|职务名称|position_name|position|job_title|title|job_name|job",
            required=True,
        ),
        column(
            "text", "text", "职位描述",
            "岗位描述|岗位职责|工作内容|工作职责|职位信息|岗位要求|任职要求|职责描述|描述|job_require|job_description|description"
            "|text|job_desc|content|requirements",
            required=True,
        ),
        column("employer", "text", "公司名称", "企业名称|公司|单位名称|用人单位|招聘单位|company|company_name|employer"),
        column(
            "region", "text", "工作城市", "城市|工作地点|工作地区|地区|地点|所在城市|工作地|city|location|area|region|job_area"
        ),
        column(
            "heads", "text", "招聘人数", "人数|需求人数|招聘数量|num_people|head_count|headcount|number|vacancies|openings",
            own=_heads,
        ),
        column(
            "posted", "text", "发布日期", "发布时间|更新日期|更新时间|采集日期|日期|post_date|posted|publish_date|date|pub_date",
            own=_month,
        ),
        column("deadline", "text", "截止日期", "截止时间|有效期|有效期至|报名截止|deadline|expiry_date", own=_month),
        column("degree", "text", "学历要求", "学历|最低学历|education|degree|require_edu|edu", own=_degree),
        column("skills", "text", "技能", "技能标签|技能要求|技能关键词|skill_keys|skills|skill|tags"),
    ),
    (),
)  # fmt: skip


def without_contacts(sheet: Sheet, taken: Counter[str]) -> tuple[Sheet, Sequence[Notice]]:
    """The sheet without contacts, before anything else looks at it: a telephone number in a text refuses no table."""
    header = locate(FORM, sheet.cells)
    last = header.last_row if header else 0
    contacts = {at for at, label in enumerate(header.labels if header else ()) if label and is_contact_header(label)}
    contacts -= set(header.names) if header else set()
    notices = []
    cells = [list(row) for row in sheet.cells]
    for at in sorted(contacts):
        words = Words(f"第 {at + 1} 列是联系方式，未读入。", f"Column {at + 1} holds contacts; it was not read.")
        notices.append(Notice(sheet.source, sheet.name, None, "contacts", words))
    for index, row in enumerate(cells):
        for at, cell in enumerate(row):
            if at in contacts:
                row[at] = ""
            elif index > last or not header:
                row[at], times = strip_cell(cell)
                taken["contacts"] += times
    taken["columns"] += len(contacts)
    return replace(sheet, cells=cells), notices
