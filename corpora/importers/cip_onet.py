"""United States: CIP 2020 -> programs; O*NET and BLS projections -> demands; CIP-SOC crosswalk -> matches.

Openings without double counting. BLS counts openings by SOC (or a group of SOCs, `soc.py`), O*NET describes finer
occupations: 15-1299.01, 15-1299.02 ... are parts of 15-1299. One demand per O*NET occupation would repeat the openings of
its SOC, so there is one demand per BLS row, with the texts of all its O*NET occupations merged:

    description   the definitions, the base occupation (.00) first, the others with their titles
    skills        core tasks before others, the base occupation first, at most 30; then technology in demand, at most 10
    openings      annual average openings of the projection x 1,000 (growth, leavers and changers: basis `replacement`)
    growth        (1 + percent change / 100) ** (1 / years) - 1, a year
    levels        bachelor where that is typical for entry, associate and bachelor where an associate's degree is;
                  empty, that is all, below these. Master's and doctoral entry have no level here: empty, and said
    year          first year of the projection

SOCs without a BLS row (the military) become demands without openings: to match, not to assess. The crosswalk names SOCs;
a match leads to the demand that counts the SOC, each once.

Sources: CIP 2020 and the crosswalk, NCES; O*NET Database, USDOL/ETA (CC BY 4.0); Employment Projections, BLS.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from corpora.cells import BadCell, as_text, plain
from corpora.frames import empty, word
from corpora.frames import rows as each
from corpora.headers import SEARCHED_ROWS
from corpora.importers.common import Imported, as_table, column, counted, read_form, usable, without_lone_cells
from corpora.importers.soc import covered
from corpora.issues import Notice, Words
from corpora.read import Corpus
from corpora.sheets import Sheet
from corpora.tables import Table

MOST_TASKS: Final = 30
MOST_TOOLS: Final = 10
REGION: Final = "United States"
SOURCE: Final = "BLS Employment Projections"
TEXTS_ONLY: Final = "O*NET"
NO_MATCH: Final = "99-9999"
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


def import_cip_onet(
    cip: Path | None = None,
    occupations: Path | None = None,
    tasks: Path | None = None,
    technology: Path | None = None,
    openings: Path | None = None,
    crosswalk: Path | None = None,
    accept_good_rows: bool = False,
) -> Imported:
    """Programs, demands and matches, each where its files are given; see the module for how they are made.

    Args:
        cip: gives programs. occupations: gives demands, with tasks, technology and openings where given.
        crosswalk: gives matches, if programs and demands are there.

    Raises:
        BadTable: with every fault; with `accept_good_rows` only where no row of a file could be used.
    """
    years: list[int] = []
    read: dict[str, Corpus] = {}
    for form, path in zip(FORMS, (cip, occupations, tasks, technology, openings, crosswalk), strict=True):
        if path is not None:
            prepare = (lambda sheet: _projection(sheet, years)) if form is BLS else None
            read[form.kind] = read_form(path, form, prepare)
    usable(list(read.values()), accept_good_rows)
    rows = {kind: corpus.rows for kind, corpus in read.items()}
    tables: dict[str, pd.DataFrame] = {}
    said: list[Words] = []
    if CIP.kind in rows:
        found, told = _programs(rows[CIP.kind])
        tables["programs"], said = as_table("programs", found), [*said, *told]
    place: dict[str, str] = {}
    if OCCUPATIONS.kind in rows:
        found, place, told = _demands(rows, years)
        tables["demands"], said = as_table("demands", found), [*said, *told]
    if CROSSWALK.kind in rows and len(tables) == 2:
        programs = {str(code) for code in tables["programs"]["program_id"]}
        found, told = _matches(rows[CROSSWALK.kind], programs, place)
        tables["matches"], said = as_table("matches", found), [*said, *told]
    elif CROSSWALK.kind in rows:
        said.append(
            Words(
                "对照表未用：还需 --cip 与 --occupations",
                "the crosswalk was not used: it needs --cip and --occupations",
            )
        )
    return Imported(tables, tuple(read.values()), tuple(said))


def _programs(rows: pd.DataFrame) -> tuple[list[dict[str, Any]], list[Words]]:
    six = rows[rows["code"].str.len() == 7]
    gone = six["action"].isin(["Deleted", "Moved from"]) | six["title"].str.startswith("Reserved")
    families = {code: title for code, title in zip(rows["code"], rows["title"], strict=True) if len(code) == 2}
    found = [
        {
            "program_id": row.code,
            "name": row.title.rstrip(". "),
            "code": row.code,
            "major_group": _family(families.get(row.code[:2], "")),
            "description": row.definition,
        }
        for row in each(six[~gone])
    ]
    said = [
        *counted(
            len(rows) - len(six),
            "CIP：{n} 行是门类或系列，不是专业",
            "CIP: {n} rows are families or series, not programs",
        ),
        *counted(
            int(gone.sum()),
            "CIP：{n} 个代码已删除、移走或保留不用，未读入",
            "CIP: {n} codes are deleted, moved elsewhere or reserved, and were left out",
        ),
    ]
    return found, said


def _family(title: str) -> str | None:
    """The name of a family: NCES prints it in capitals, with a full stop."""
    title = title.rstrip(". ")
    return (title.capitalize() if title.isupper() else title) or None


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


def _projection(sheet: Sheet, years: list[int]) -> tuple[Sheet, Sequence[Notice]]:
    """A sheet of the projections without the years of its header, summaries and footnotes."""
    sheet, notices = without_lone_cells(without_years(sheet, years), BLS)
    cells = list(sheet.cells)
    for index, row in enumerate(cells):
        texts = [as_text(cell) for cell in row]
        if "Summary" in texts or "00-0000" in texts:
            cells[index] = []
            words = Words("汇总行，未读入。", "This row sums up others; it was left out.")
            notices.append(Notice(sheet.source, sheet.name, index + 1, "total_row", words))
    return replace(sheet, cells=cells), notices


def _dateless(label: str) -> str:
    bare = re.sub(r"[_\s]+", " ", label)
    return re.sub(r"\s+", " ", _YEARS.sub("", bare)).strip(" ,")


def _demands(
    rows: Mapping[str, pd.DataFrame], years: Sequence[int]
) -> tuple[list[dict[str, Any]], dict[str, str], list[Words]]:
    """Demands, the demand that counts each SOC, and what is said of them."""
    occupations = rows[OCCUPATIONS.kind]
    projected = {str(row.soc): row for row in each(rows[BLS.kind])} if BLS.kind in rows else {}
    # From O*NET-SOC 15-1299.08 to SOC 15-1299 to the row of the projections that counts it.
    soc = [str(code)[:7] for code in occupations["onet"]]
    counts = covered(projected, set(soc))
    place = {code: counts.get(code, code) for code in sorted(set(soc))}
    members: dict[str, list[Any]] = {}
    order = sorted(zip(soc, each(occupations), strict=True), key=lambda pair: (pair[1].onet[8:], pair[0]))
    for code, row in order:
        members.setdefault(place[code], []).append(row)
    tasks, cut = _listed(rows.get(TASKS.kind), "task", _core_first, MOST_TASKS, members)
    tools, _ = _listed(rows.get(TECHNOLOGY.kind), "example", _in_demand, MOST_TOOLS, members)
    start, end = (min(years), max(years)) if years else (None, None)
    found = [
        _demand(code, members[code], projected.get(code), [*tasks.get(code, ()), *tools.get(code, ())], start, end)
        for code in sorted(members)
    ]
    text_less = [code for code in projected if code not in members]
    beyond = [
        code for code in members if code in projected and re.match("Master|Doctoral", word(projected[code].education))
    ]
    merged = sum(len(group) > 1 for group in members.values())
    said = [
        Words(
            f"O*NET {len(occupations)} 个职业合并为 {len(found)} 条岗位（其中 {merged} 条含几个 O*NET 职业），空缺数按 SOC 只计一次",
            f"{len(occupations)} O*NET occupations in {len(found)} demands ({merged} of them hold several), so that the "
            "openings of a SOC count once",
        ),
        *counted(cut, "{n} 条任务超出每岗 30 条，未写入", "{n} tasks beyond 30 a demand were left out"),
        *counted(
            len(text_less),
            "BLS 有 {n} 行没有 O*NET 文本，未写入：" + "、".join(text_less[:5]),
            "{n} BLS rows have no O*NET text and were left out: " + ", ".join(text_less[:5]),
        ),
        *counted(
            len(members) - sum(code in projected for code in members) if projected else 0,
            "{n} 条岗位没有 BLS 空缺数（如军事职业）：可匹配，不能用于分析",
            "{n} demands have no BLS openings, such as the military: to match, not to assess",
        ),
        *counted(
            len(beyond),
            "{n} 条岗位入职通常要求硕士或博士：本表没有这一层次，学历列留空；只分析职业教育时请删去",
            "{n} demands typically ask for a master's or doctoral degree, which the table has no level for: levels are "
            "empty; delete these rows where vocational programs alone are assessed",
        ),
    ]
    if projected and not years:
        said.append(
            Words("预测表的表头没有年份：年份列留空", "the header of the projections names no years: year is empty")
        )
    if projected:
        said.append(Words("空缺数是全国的（地区 United States）", "openings are those of the whole United States"))
    return found, place, said


def _demand(
    code: str, members: Sequence[Any], projected: Any, skills: Sequence[str], start: int | None, end: int | None
) -> dict[str, Any]:
    alone = len(members) == 1
    title = members[0].title if alone or projected is None or code == members[0].onet[:7] else projected.title
    texts = [row.description if row.title == title else f"{row.title}: {row.description}" for row in members]
    row: dict[str, Any] = {
        "demand_id": code,
        "occupation": title,
        "occupation_code": code,
        "description": "\n".join(texts),
        "skills": "; ".join(skills) or None,
        "source": TEXTS_ONLY,
    }
    if projected is not None:
        row |= {
            # Thousands with one decimal: exact in whole posts.
            "openings": None if empty(projected.openings) else round(float(projected.openings) * 1000),
            "region": REGION,
            "basis": "replacement",
            "levels": _levels(word(projected.education)),
            "year": start,
            "growth": _yearly(word(projected.percent), (end or 0) - (start or 0)),
            "source": SOURCE,
        }
    return row


def _levels(education: str) -> str | None:
    if education.startswith("Bachelor"):
        return "bachelor"
    return "associate;bachelor" if education.startswith("Associate") else None


def _yearly(percent: str, years: int) -> float | None:
    """A change over several years, in percent, as a rate a year."""
    try:
        whole = float(percent.replace("−", "-").rstrip("%")) / 100
    except ValueError:
        return None
    return round((1 + whole) ** (1 / years) - 1, 5) if years > 0 and whole > -1 else None


def _core_first(row: Any) -> int | None:
    return 0 if word(row.task_type) == "Core" else 1


def _in_demand(row: Any) -> int | None:
    """Technology that few advertisements name says little of an occupation."""
    return 0 if word(row.in_demand) == "Y" else None


def _listed(
    rows: pd.DataFrame | None,
    name: str,
    rank: Callable[[Any], int | None],
    most: int,
    members: Mapping[str, Sequence[Any]],
) -> tuple[dict[str, list[str]], int]:
    """The items of every demand, those of low rank first and in the order of its O*NET occupations; and how many
    were too many. None as a rank leaves an item out."""
    own: dict[str, list[tuple[int, str]]] = {}
    for row in each(rows) if rows is not None else ():
        if (place := rank(row)) is not None:
            # A list of the contract is separated by semicolons.
            own.setdefault(row.onet, []).append((place, re.sub(r"\s*;\s*", ", ", getattr(row, name)).rstrip(". ")))
    found, cut = {}, 0
    for code, group in members.items():
        items = [(place, at, text) for at, row in enumerate(group) for place, text in own.get(row.onet, ())]
        texts = list(dict.fromkeys(text for _, _, text in sorted(items, key=lambda item: item[:2])))
        cut += max(0, len(texts) - most)
        if texts:
            found[code] = texts[:most]
    return found, cut


def _matches(
    rows: pd.DataFrame, programs: set[str], place: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[Words]]:
    pairs: dict[tuple[str, str], None] = {}
    unmatched, no_program, no_demand = 0, set(), set()
    for cip, soc in zip(rows["cip"], rows["soc"], strict=True):
        if soc == NO_MATCH:
            unmatched += 1
        elif cip not in programs:
            no_program.add(cip)
        elif soc not in place:
            no_demand.add(soc)
        else:
            pairs.setdefault((cip, place[soc]))
    said = [
        *counted(unmatched, "对照表：{n} 个专业没有对应职业", "crosswalk: {n} programs have no occupation"),
        *counted(
            len(no_program),
            "对照表：{n} 个 CIP 代码不在专业表中：" + "、".join(sorted(no_program)[:5]),
            "crosswalk: {n} CIP codes are not among the programs: " + ", ".join(sorted(no_program)[:5]),
        ),
        *counted(
            len(no_demand),
            "对照表：{n} 个 SOC 代码不在岗位表中：" + "、".join(sorted(no_demand)[:5]),
            "crosswalk: {n} SOC codes are not among the demands: " + ", ".join(sorted(no_demand)[:5]),
        ),
        Words(
            f"对照表 {len(rows)} 行给出 {len(pairs)} 对（同一 SOC 组只计一次）",
            f"crosswalk: {len(rows)} rows give {len(pairs)} pairs of programs and demands, each once",
        ),
    ]
    return [{"program_id": cip, "demand_id": demand} for cip, demand in pairs], said
