"""The forms of CIP 2020, O*NET, the BLS projections and the CIP-SOC crosswalk, as their publishers ship them."""

import re
from dataclasses import replace
from typing import Final

from corpora.cells import BadCell, as_text, plain
from corpora.headers import SEARCHED_ROWS
from corpora.importers.common import column
from corpora.sheets import Sheet
from corpora.tables import Table

_YEARS: Final = re.compile(r",?\s*\(?\b((?:19|20)\d{2})(?:\s*[-–—]\s*((?:19|20)?\d{2}))?\)?")


def _unquoted(text: str) -> str:
    """NCES writes codes as ="01.0101", so that a spreadsheet keeps their zeros."""
    return re.sub(r'^="?|"$', "", text)


def _cip(text: str) -> str:
    """A CIP code with its zeros: family 01, series 01.01 or program 01.0101."""
    code = _unquoted(text)
    if re.fullmatch(r"\d\.\d{4}|\d\.\d{2}|\d", code):
        code = f"0{code}"
    if not re.fullmatch(r"\d{2}(?:\.\d{2}(?:\d{2})?)?", code):
        raise BadCell(
            "not_cip",
            "应为 01.0101 这样的代码；若被 Excel 去掉了末尾的零，请重新下载原文件。",
            "Expected a code such as 01.0101. If a spreadsheet has cut its zeros, download the file again.",
        )
    return code


def _cip6(text: str) -> str:
    code = _cip(text)
    if len(code) != 7:
        raise BadCell("not_cip", "应为六位代码，如 01.0101。", "Expected a six-digit code such as 01.0101.")
    return code


def _soc(text: str) -> str:
    code = _unquoted(text)
    if re.fullmatch(r"\d{6}", code):
        code = f"{code[:2]}-{code[2:]}"
    if not re.fullmatch(r"\d{2}-\d{4}", code):
        raise BadCell("not_soc", "应为 15-1252 这样的代码。", "Expected a code such as 15-1252.")
    return code


def _onet(text: str) -> str:
    if not re.fullmatch(r"\d{2}-\d{4}\.\d{2}", text):
        raise BadCell("not_onet", "应为 15-1252.00 这样的代码。", "Expected a code such as 15-1252.00.")
    return text


CIP: Final = Table(
    "cip",
    "CIP 2020 专业目录（--cip）",
    "CIP 2020 (--cip)",
    (
        column("code", "text", "CIPCode", "CIP code|CIP2020Code", required=True, own=_cip),
        column("title", "text", "CIPTitle", "CIP title|CIP2020Title", required=True),
        column("definition", "text", "CIPDefinition", "CIP definition", required=True),
        column("action", "text", "Action"),
    ),
    ("code",),
)
_ONET_CODE: Final = column(
    "onet", "text", "O*NET-SOC Code", "O*NET-SOC 2019 Code|onetsoc_code", required=True, own=_onet
)
OCCUPATIONS: Final = Table(
    "onet-occupations",
    "O*NET 职业表（--occupations）",
    "O*NET occupation data (--occupations)",
    (
        _ONET_CODE,
        column("title", "text", "Title", "O*NET-SOC Title|O*NET-SOC 2019 Title", required=True),
        column("description", "text", "Description", "O*NET-SOC 2019 Description", required=True),
    ),
    ("onet",),
)
TASKS: Final = Table(
    "onet-tasks",
    "O*NET 任务表（--tasks）",
    "O*NET task statements (--tasks)",
    (
        _ONET_CODE,
        column("task_id", "text", "Task ID", required=True),
        column("task", "text", "Task", required=True),
        column("task_type", "text", "Task Type"),
    ),
    ("onet", "task_id"),
)
TECHNOLOGY: Final = Table(
    "onet-technology",
    "O*NET 技术工具表（--technology）",
    "O*NET technology skills (--technology)",
    (
        _ONET_CODE,
        column("example", "text", "Example", "Workplace Example", required=True),
        column("commodity", "text", "Commodity Title", required=True),
        column("in_demand", "text", "In Demand"),
        column("hot", "text", "Hot Technology"),
    ),
    ("onet", "example", "commodity"),
)
BLS: Final = Table(
    "bls-projections",
    "BLS 就业预测表（--openings）",
    "BLS employment projections (--openings)",
    (
        column("soc", "text", "soc_code", "Occupation Code|National Employment Matrix code|code|soc", required=True, own=_soc),
        column(
            "title", "text", "title", "Occupation Title|National Employment Matrix title|occupation|occupation_name",
            required=True,
        ),
        column(
            "openings", "amount", "annual_openings_thousand",
            "Occupational openings annual average|Occupational openings|annual openings|annual_openings",
            required=True,
        ),
        column(
            "percent", "text", "percent_change", "Employment change, percent|Employment percent change|Percent change"
        ),
        column("education", "text", "entry_education", "Typical education needed for entry|Typical Entry-Level Education"),
        column("type", "text", "Occupation type"),
    ),
    ("soc",),
)  # fmt: skip
CROSSWALK: Final = Table(
    "cip-soc",
    "CIP-SOC 对照表（--crosswalk）",
    "CIP-SOC crosswalk (--crosswalk)",
    (
        column("cip", "text", "CIP2020Code", "CIP code", required=True, own=_cip6),
        column("soc", "text", "SOC2018Code", "SOC code", required=True, own=_soc),
        column("cip_title", "text", "CIP2020Title"),
        column("soc_title", "text", "SOC2018Title"),
    ),
    (),  # the workbook gives every pair twice, by CIP and by SOC
)
FORMS: Final = (CIP, OCCUPATIONS, TASKS, TECHNOLOGY, BLS, CROSSWALK)


def without_years(sheet: Sheet, years: list[int]) -> Sheet:
    """A sheet of the projections with the years taken out of its header; they are added to `years`."""
    cells = list(sheet.cells)
    for index, row in enumerate(cells[:SEARCHED_ROWS]):
        labels = [_dateless(as_text(cell)) for cell in row]
        if sum(plain(label) in BLS.spellings for label in labels) < 3:
            continue
        for cell in row:
            for start, end in _YEARS.findall(as_text(cell).replace("_", " ")):
                years += [int(start), *([int(start[: 4 - len(end)] + end)] if end else [])]
        # Labels of other columns stay as they are: they are named to the user.
        pairs = zip(row, labels, strict=True)
        cells[index] = [label if plain(label) in BLS.spellings else cell for cell, label in pairs]
        break
    return replace(sheet, cells=cells)


def _dateless(label: str) -> str:
    bare = re.sub(r"[_\s]+", " ", label)
    return re.sub(r"\s+", " ", _YEARS.sub("", bare)).strip(" ,")
