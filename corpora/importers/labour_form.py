"""The quarterly table of a labour office as it is printed: its columns, units, totals, and what its title says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from corpora.cells import MULTIPLE, as_text, clean_text
from corpora.checks import is_total
from corpora.headers import Header, locate
from corpora.importers.common import MULTIPLES, column, full_number, plain_number, without_lone_cells
from corpora.importers.periods import Period, own_period, period_in, year_in
from corpora.issues import Notice, Words
from corpora.sheets import Sheet
from corpora.tables import Table

FIGURES: Final = ("posts", "seekers")
FORM: Final = Table(
    "labour-office",
    "职业供求（市场供求状况）表",
    "posts and seekers by occupation of a labour office",
    (
        column(
            "occupation", "text", "职业", "职业名称|工种|职业（工种）|岗位|岗位名称|职业类别|招聘岗位|occupation",
            required=True,
        ),
        column("occupation_code", "code", "职业代码", "职业编码|代码|职业分类代码|职业细类代码|code"),
        column(
            "posts", "count", "需求人数",
            "招聘人数|岗位需求人数|需求数|岗位数|岗位需求|用人单位需求人数|单位需求人数|需求人次|招聘需求人数|劳动力需求"
            "|本期需求人数|登记招聘人数|vacancies|openings",
            required=True, own=full_number,
        ),
        column(
            "seekers", "count", "求职人数",
            "求职者人数|求职数|求职人次|登记求职人数|供给人数|劳动力供给|本期求职人数|求职登记人数|seekers|jobseekers",
            own=full_number,
        ),
        column("ratio", "amount", "求人倍率", "岗位空缺与求职人数的比率|供求比|需求倍率|求人倍数|倍率|ratio"),
        column("quarter", "text", "季度", "时间|统计时间|报告期|期间|统计期|所属期|period", own=own_period),
        column("year", "year", "年份", "年度|年|统计年份"),
        column("region", "text", "地区", "地市|城市|区域|所在地区|市|县区|统筹区|area|city"),
    ),
    ("occupation", "occupation_code", "region", "year", "quarter"),
)  # fmt: skip
_UNIT: Final = re.compile(rf"(?:单位|unit)\s*[:：]?\s*({MULTIPLE})\s*[人个]", re.I)
_LABEL_UNIT: Final = re.compile(rf"([(（\[【]\s*)({MULTIPLE})(?=\s*(?:[人个]|[)）\]】]))")


@dataclass(frozen=True)
class Given:
    """What the user says of files that do not say it themselves."""

    region: str | None = None
    period: Period | None = None


def prepare(
    sheet: Sheet, given: Given, steps: dict[tuple[str, str | None, str], Decimal]
) -> tuple[Sheet, Sequence[Notice]]:
    """The sheet in full numbers, with the period and region that its title or the user gives, and data rows only."""
    header = locate(FORM, sheet.cells)
    if header is None:
        return sheet, ()
    title = " ".join(
        clean_text(as_text(cell)) for row in sheet.cells[: header.last_row] for cell in row if as_text(cell).strip()
    )
    sheet, notices = without_lone_cells(sheet, FORM)
    cells = [list(row) for row in sheet.cells]
    notices += _in_full(sheet, cells, header, title, steps)
    at = header.position("occupation")
    for index in range(header.last_row + 1, len(cells)):
        name = clean_text(as_text(cells[index][at])) if at is not None and at < len(cells[index]) else ""
        filled = [text for cell in cells[index] if (text := clean_text(as_text(cell)))]
        if re.match(r"其中|#?of which", name, re.I):
            words = Words("“其中”行已含在上一行，未计入。", "The row above contains this one; it was left out.")
        elif is_total(name) and not any(is_total(text) for text in filled[:2]):
            words = Words("合计行，未读入。", "This row holds totals; it was left out.")
        else:
            continue
        cells[index] = []
        notices.append(Notice(sheet.source, sheet.name, index + 1, "total_row", words))
    _add_columns(sheet, cells, header, _constants(sheet, cells, header, title, given))
    return replace(sheet, cells=cells), notices


def _in_full(
    sheet: Sheet,
    cells: list[list[Any]],
    header: Header,
    title: str,
    steps: dict[tuple[str, str | None, str], Decimal],
) -> list[Notice]:
    """Multiplies columns that are given in thousands or ten thousands; `steps` keeps to what unit they were rounded."""
    notices = []
    of_title = _UNIT.search(title)
    for name in FIGURES:
        at = header.position(name)
        if at is None:
            continue
        of_label = _LABEL_UNIT.search(header.labels[at])
        unit = of_label[2] if of_label else of_title[1] if of_title else ""
        if not unit:
            continue
        for index in (header.last_row - 1, header.last_row):
            if index >= 0 and at < len(cells[index]):
                cells[index][at] = _LABEL_UNIT.sub(r"\1", as_text(cells[index][at]))
        places = 0
        for row in cells[header.last_row + 1 :]:
            figure = _decimal(row[at]) if at < len(row) else None
            if figure is not None:
                places = max(places, -int(figure.as_tuple().exponent))
                row[at] = plain_number(figure * MULTIPLES[unit])
        steps[sheet.source, sheet.name, name] = Decimal(MULTIPLES[unit]).scaleb(-places)
        words = Words(f"“{FORM[name].zh}”以{unit}为单位，已换算成人。", f"{name} was in units of {MULTIPLES[unit]:,}.")
        notices.append(Notice(sheet.source, sheet.name, None, "scaled", words))
    return notices


def _decimal(cell: Any) -> Decimal | None:
    try:
        found = Decimal(clean_text(as_text(cell)).replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _constants(sheet: Sheet, cells: list[list[Any]], header: Header, title: str, given: Given) -> dict[str, str]:
    """Columns that the sheet lacks, with what holds for all of its rows: the user's word first, then title and names."""
    found: dict[str, str] = {}
    if given.region and header.position("region") is None:
        found["region"] = given.region
    names = (title, sheet.name or "", sheet.source.rsplit(".", 1)[0])
    at = header.position("quarter")
    if at is None:
        # In a sheet with several periods in its title (本季度与上季度) the first one is of the figures.
        period = (
            given.period if given.period and given.period.first else next(filter(None, map(period_in, names)), None)
        )
        if period:
            found["quarter"] = period.text()
    named = [as_text(row[at]) for row in cells[header.last_row + 1 :] if at is not None and at < len(row)]
    if header.position("year") is None and not any(map(year_in, named)):
        year = given.period.year if given.period else None
        year = year or next(filter(None, map(year_in, names)), None)
        if year and not year_in(found.get("quarter", "")):
            found["year"] = str(year)
    return found


def _add_columns(sheet: Sheet, cells: list[list[Any]], header: Header, constants: dict[str, str]) -> None:
    width = max((len(row) for row in cells), default=0)
    for index in range(header.last_row, len(cells)):
        if index > header.last_row and not any(clean_text(as_text(cell)) for cell in cells[index]):
            continue
        values = [FORM[name].zh for name in constants] if index == header.last_row else list(constants.values())
        if constants and len(cells[index]) <= width:
            cells[index] = [*cells[index], *[""] * (width - len(cells[index])), *values]
