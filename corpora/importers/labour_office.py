"""A labour office's quarterly table of posts and seekers by occupation (职业供求) -> demands with basis `registered`.

How quarters become a year. Posts registered in different quarters are flows: a post registered in the first quarter
and filled is not in the second. So the quarters given are added, and nothing else is made up:

    openings      = sum of the posts of the quarters seen (n of 4)
    openings_low  = openings                    where n < 4
    openings_high = openings x 4 / n, rounded up, where n < 4: the year, if the other quarters were like those seen
    seekers       = sum over the same quarters; empty where a quarter has posts but no seekers

The sum is never stretched to a year: stretched posts would be added up as if somebody had registered them, and seasons
differ. A reader of the table sees how many quarters it rests on by openings_high / openings = 4 / n, and by
`source_date`, the last day of the last quarter. A post registered again in the next quarter because nobody took it is
counted again; an office that can tell such posts apart should leave them out of its table.

The ratio of posts to seekers (求人倍率), where given, is checked against the two counts: it must agree with them to the
digits in which all three are printed.
"""

import math
import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from corpora.cells import as_text, plain
from corpora.frames import empty, word
from corpora.frames import rows as each
from corpora.importers.common import (
    Imported,
    as_table,
    counted,
    fault,
    identifiers,
    read_form,
    reject,
    usable,
)
from corpora.importers.labour_form import FIGURES, FORM, Given, prepare
from corpora.importers.periods import Period, own_period, period_in
from corpora.issues import BadTable, Issue, Words
from corpora.read import Corpus, Paths

SOURCE: Final = "公共就业服务机构登记"


def import_labour_office(
    paths: Paths,
    region: str | None = None,
    year: int | None = None,
    quarter: str | None = None,
    source: str = SOURCE,
    accept_good_rows: bool = False,
) -> Imported:
    """Demands from quarterly tables; see the module for the formulas.

    Args:
        paths: files, as many quarters as there are. A quarter without a column is read from the title above the
            header, the name of the sheet or of the file.
        region, year, quarter: of tables that have no such column; `quarter` such as "2025Q3" or "第三季度".
        source: name of the source, to be the same as in the coverage table and the same every year.

    Raises:
        BadTable: with every fault; with `accept_good_rows` only where no row could be used.
        BadCell: `quarter` names no whole quarters.
    """
    period = None
    if quarter:
        period = period_in(own_period(quarter))
    if year:
        period = Period(year, period.first, period.last) if period else Period(year, 0, 0)
    steps: dict[tuple[str, str | None, str], Decimal] = {}
    given = Given(region, period)
    corpus = read_form(paths, FORM, lambda sheet: prepare(sheet, given, steps))
    corpus, periods = _with_periods(corpus)
    corpus = reject(corpus, _ratio_faults(corpus, steps))
    usable([corpus], accept_good_rows)
    periods = {at: p for at, origin in enumerate(corpus.origin) for p in [periods[origin]]}
    kept, groups = _without_groups(corpus.rows, periods)
    rows, said = _years(kept, periods, source)
    said = [
        *counted(
            groups, "{n} 行是大类或小类的汇总，其细类另有行，未计入", "{n} rows sum up other rows; they were left out"
        ),
        *said,
    ]
    return Imported({"demands": as_table("demands", rows)}, (corpus,), tuple(said))


def _with_periods(corpus: Corpus) -> tuple[Corpus, dict[Any, Period]]:
    """The rows whose year and quarters are known, with them by origin; the others are faults.

    Raises:
        BadTable: a sheet whose rows all lack them: one word of the user (--quarter, --year) mends all of it.
    """
    periods: dict[Any, Period] = {}
    faults: dict[int, list[Issue]] = {}
    for at, row in enumerate(each(corpus.rows)):
        period = period_in(word(row.quarter)) if word(row.quarter) else None
        year = None if empty(row.year) else int(row.year)
        if period is None:
            faults[at] = [fault(corpus, FORM, at, "quarter", "no_quarter", None, _A_QUARTER, _NO_QUARTER)]
        elif period.year and year and period.year != year:
            remedy = Words("两列的年份矛盾，请核对。", "The two columns name different years; check them.")
            said = f"{period.text()} / {year}"
            faults[at] = [fault(corpus, FORM, at, "year", "contradiction", said, Words("同一年", "one year"), remedy)]
        elif not (period.year or year):
            faults[at] = [fault(corpus, FORM, at, "year", "no_year", None, Words("年份", "a year"), _NO_YEAR)]
        else:
            periods[corpus.origin[at]] = Period(period.year or year, period.first, period.last)
    sheets: dict[tuple[str, str | None], list[str]] = {}
    for at, origin in enumerate(corpus.origin):
        sheets.setdefault((origin.source, origin.sheet), []).append(faults[at][0].code if at in faults else "")
    whole = [
        Issue(source, sheet, None, name, code, None, expected, remedy, FORM[name].zh)
        for (source, sheet), found in sheets.items()
        for name, code, expected, remedy in (
            ("quarter", "no_quarter", _A_QUARTER, _NO_QUARTER),
            ("year", "no_year", Words("年份", "a year"), _NO_YEAR),
        )
        if set(found) == {code}
    ]
    if whole:
        raise BadTable(FORM.kind, whole)
    corpus = reject(corpus, faults)
    corpus = reject(corpus, _overlaps(corpus, periods))
    return corpus, periods


_A_QUARTER: Final = Words("季度", "a quarter")
_NO_QUARTER: Final = Words(
    "表、标题、工作表名和文件名都没有写季度；请用 --quarter 指明（如 2025Q3；全年的写 2025全年）。",
    "Neither the table nor its title, sheet or file names a quarter; give it by --quarter (2025Q3; of a year 2025Q1-4).",
)
_NO_YEAR: Final = Words("没有写年份；请用 --year 指明。", "No year is named; give it by --year.")


def _overlaps(corpus: Corpus, periods: dict[Any, Period]) -> dict[int, list[Issue]]:
    """Rows whose quarters an earlier row of the same occupation and region has counted already."""
    seen: dict[tuple[str, str, int], dict[int, Any]] = {}
    faults = {}
    keys = _keys(corpus.rows)
    for at, row in enumerate(each(corpus.rows)):
        period = periods[corpus.origin[at]]
        taken = seen.setdefault((keys[at], word(row.region), period.year or 0), {})
        again = sorted(period.quarters & taken.keys())
        if again:
            first = taken[again[0]]
            remedy = Words(
                f"与 {first.source} 第 {first.row} 行计了同一季度（累计数与季度数只留一种，重复的只留一行）。",
                f"{first.source} row {first.row} counts the same quarter: keep cumulative figures or quarters, one row of each.",
            )
            expected = Words("每个季度只计一次", "every quarter once")
            faults[at] = [fault(corpus, FORM, at, "quarter", "period_twice", period.text(), expected, remedy)]
        else:
            taken |= dict.fromkeys(period.quarters, corpus.origin[at])
    return faults


def _keys(rows: pd.DataFrame) -> list[str]:
    """What names an occupation: its code, else its title. A title whose code another row gives is that code."""
    codes: dict[str, set[str]] = {}
    for row in each(rows):
        if not empty(row.occupation_code):
            codes.setdefault(plain(str(row.occupation)), set()).add(str(row.occupation_code))
    found = []
    for row in each(rows):
        name = plain(str(row.occupation))
        known = codes.get(name, set())
        found.append(word(row.occupation_code) or (next(iter(known)) if len(known) == 1 else name))
    return found


def _ratio_faults(corpus: Corpus, steps: dict[tuple[str, str | None, str], Decimal]) -> dict[int, list[Issue]]:
    """Rows whose ratio cannot come from their counts, however these were rounded."""
    faults = {}
    for at, row in enumerate(each(corpus.rows)):
        if empty(row.ratio) or empty(row.seekers) or row.ratio == 0:
            continue
        where = corpus.origin[at]
        low, high = [], []
        for name in FIGURES:
            half = float(steps.get((where.source, where.sheet, name), Decimal(0))) / 2
            low.append(max(0.0, float(getattr(row, name)) - half))
            high.append(float(getattr(row, name)) + half)
        # Printed ratios have one decimal or two; the looser reading is taken, and one in a thousand for the division.
        digits = len(as_text(row.ratio).partition(".")[2])
        slack = (0.06 if digits <= 1 else 0.006) + 0.001 * row.ratio
        least = low[0] / high[1] if high[1] else math.inf
        most = high[0] / low[1] if low[1] else math.inf
        if least - slack <= row.ratio <= most + slack:
            continue
        posts, seekers = int(row.posts), int(row.seekers)
        turned = posts and abs(seekers / posts - row.ratio) <= slack
        hint = Words("它像是求职比需求，", "It looks like seekers over posts. ") if turned else Words("", "")
        ratio = f"{posts / seekers:.2f}" if seekers else "∞"
        expected = Words(f"{posts}/{seekers} = {ratio}", f"{posts}/{seekers} = {ratio}")
        remedy = Words(
            f"{hint.zh}倍率与两个人数矛盾，请核对这三个数；倍率可留空。",
            f"{hint.en}The ratio contradicts the two counts; check all three. The ratio may be left empty.",
        )
        faults[at] = [fault(corpus, FORM, at, "ratio", "contradiction", as_text(row.ratio), expected, remedy)]
    return faults


def _without_groups(rows: pd.DataFrame, periods: dict[int, Period]) -> tuple[pd.DataFrame, int]:
    """Rows without those of a group whose occupations are there too, told by their codes: 6-18-00-00 above 6-18-01-02."""
    segments = [_segments(word(code)) for code in rows["occupation_code"]]
    where = [(word(region), periods[at].text()) for at, region in enumerate(rows["region"])]
    # Every proper beginning of a code that is there: the groups that have members of their own.
    parents = {
        (place, own[:length]) for own, place in zip(segments, where, strict=True) for length in range(1, len(own))
    }
    keep = [not (own and (place, own) in parents) for own, place in zip(segments, where, strict=True)]
    return rows[keep], keep.count(False)


def _segments(code: str) -> tuple[str, ...]:
    """The parts of a code that say something: 6-18-00-00 -> ("6", "18")."""
    parts = re.split(r"[-.]", code) if code else []
    while parts and not parts[-1].strip("0"):
        parts.pop()
    return tuple(parts)


def _years(rows: pd.DataFrame, periods: dict[int, Period], source: str) -> tuple[list[dict[str, Any]], list[Words]]:
    """One demand an occupation, region and year; and what is said of their quarters."""
    groups: dict[tuple[str, str, int], list[tuple[int, Any]]] = {}
    for key, at, row in zip(_keys(rows), rows.index, each(rows), strict=True):
        groups.setdefault((key, word(row.region), periods[at].year or 0), []).append((at, row))
    found: list[dict[str, Any]] = []
    partial = lost = 0
    for (_, region, year), placed in groups.items():
        members = [row for _, row in placed]
        quarters = sorted(quarter for at, _ in placed for quarter in periods[at].quarters)
        openings = sum(int(row.posts) for row in members)
        with_seekers = [int(row.seekers) for row in members if not empty(row.seekers)]
        lost += 0 < len(with_seekers) < len(members)
        partial += len(quarters) < 4
        code = next((word(row.occupation_code) for row in members if not empty(row.occupation_code)), None)
        title = str(members[0].occupation)
        end = date(year, 3 * quarters[-1], 31 if quarters[-1] in (1, 4) else 30)
        found.append(
            {
                "parts": (code or title, region, year),
                "occupation": title,
                "occupation_code": code,
                "region": region or None,
                "openings": openings,
                "openings_low": openings if len(quarters) < 4 else None,
                "openings_high": -(-openings * 4 // len(quarters)) if len(quarters) < 4 else None,
                "basis": "registered",
                "year": year,
                "seekers": sum(with_seekers) if len(with_seekers) == len(members) else None,
                "source": source,
                "source_date": end.isoformat(),
            }
        )
    found.sort(key=lambda row: (row["year"], row["region"] or ""))
    for row, name in zip(found, identifiers([row.pop("parts") for row in found]), strict=True):
        row["demand_id"] = name
    spans = sorted({(p.year or 0, q) for p in periods.values() for q in p.quarters})
    by_year = {year: [q for y, q in spans if y == year] for year, _ in spans}
    seen_zh = "；".join(f"{y} 年第 {'、'.join(map(str, q))} 季度" for y, q in by_year.items())
    seen_en = "; ".join(f"{y} Q{', Q'.join(map(str, q))}" for y, q in by_year.items())
    said = [
        Words(f"季度：{seen_zh}。各季度登记数为流量，年度数为所给季度之和", f"quarters: {seen_en}; added up by year")
    ]
    said += counted(
        partial,
        "{n} 条不足四个季度：openings 是所见季度之和（不外推），openings_high 按季度数外推，供参考；覆盖率应按季度数折减",
        "{n} rows rest on fewer than four quarters: openings is the sum seen, not stretched to a year; openings_high is "
        "stretched. Declare coverage for the year accordingly",
    )
    said += counted(
        lost, "{n} 条有的季度缺求职人数，求职人数留空", "{n} rows lack seekers in some quarter; seekers are left empty"
    )
    if any(row["region"] is None for row in found):
        said.append(Words("没有地区：可用 --region 指明", "no region: it can be given by --region"))
    return found, said
