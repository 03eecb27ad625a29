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

from corpora.cells import as_text
from corpora.frames import empty, word
from corpora.frames import rows as each
from corpora.importers.common import Imported, as_table, counted, read_form, usable, without_lone_cells
from corpora.importers.soc import covered
from corpora.importers.us_forms import BLS, CIP, CROSSWALK, FORMS, OCCUPATIONS, TASKS, TECHNOLOGY, without_years
from corpora.issues import Notice, Words
from corpora.read import Corpus
from corpora.sheets import Sheet

MOST_TASKS: Final = 30
MOST_TOOLS: Final = 10
REGION: Final = "United States"
SOURCE: Final = "BLS Employment Projections"
TEXTS_ONLY: Final = "O*NET"
NO_MATCH: Final = "99-9999"


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
