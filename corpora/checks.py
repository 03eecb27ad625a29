"""From the raw rows of one table to typed values, with every fault of every row."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from corpora.cells import MULTIPLE, BadCell, Column, as_text, parse_cell, plain
from corpora.headers import Header, nearest
from corpora.issues import NOTHING, Issue, Notice, Words
from corpora.personal import holds_personal_value, is_personal_header, personal_rows
from corpora.schema import TABLES, Table
from corpora.sheets import Sheet

SHOWN: Final = 60
# Figures in tens, hundreds or ten thousands, as a header or a line above it says.
_MULTIPLE: Final = re.compile(
    rf"(?:单位|[(\[【])\s*(?:单位)?\s*:?\s*(?:十|{MULTIPLE})|[(\[【]\s*(?:in )?(?:hundreds|thousands|millions)\b",
    re.I,
)
_MULTIPLE_ABOVE: Final = re.compile(
    rf"单位\s*:?\s*(?:十|{MULTIPLE})[人个名元]?|\bin (?:hundreds|thousands|millions)\b", re.I
)
# 95% says how certain a figure is, not what it is in.
_PERCENT: Final = re.compile(r"(?<![\d.])\s*%|百分")
_TOTALS: Final = re.compile(r"(.{0,12}(合计|总计|小计|共计)|总数|(grand)?total|subtotal|sum)", re.I)
_REMARKS: Final = re.compile(
    r"(注|备注|说明|(填表|填报|制表|审核)\w{0,3}|数据来源|资料来源|note|source)s?\d*[：:\s]", re.I
)


class Origin(NamedTuple):
    """Where a row comes from; `row` counts the first row of the file as 1."""

    source: str
    sheet: str | None
    row: int


@dataclass(frozen=True)
class Part:
    """The rows of one sheet below its header.

    Attributes:
        header: its columns.
        origins: one entry a kept row.
        rows: cells of the kept rows, as stored.
        notices: rows left out on purpose: totals, examples, remarks, repeated headers.
        above: what stands above the header.
    """

    source: str
    sheet: str | None
    header: Header
    origins: tuple[Origin, ...]
    rows: list[list[Any]]
    notices: tuple[Notice, ...]
    above: str = ""

    def issue(self, code: str, remedy: Words, column: str | None = None, label: str = "") -> Issue:
        """A fault of the whole sheet."""
        return Issue(self.source, self.sheet, None, column, code, None, NOTHING, remedy, label)


def part_of(sheet: Sheet, header: Header) -> Part:
    """The rows of a sheet: empty ones skipped, those that are no data dropped with a notice."""
    origins, rows, notices = [], [], []
    labels = [plain(label) for label in header.labels if label]
    for index in range(header.last_row + 1, len(sheet.cells)):
        cells = sheet.cells[index]
        filled = [text for cell in cells if cell is not None and (text := as_text(cell).strip())]
        if not filled:
            continue
        no_data = _no_data(filled, labels)
        if no_data:
            notices.append(Notice(sheet.source, sheet.name, index + 1, *no_data))
        else:
            origins.append(Origin(sheet.source, sheet.name, index + 1))
            rows.append(cells)
    above = " ".join(as_text(cell) for row in sheet.cells[: header.last_row] for cell in row if cell is not None)
    return Part(sheet.source, sheet.name, header, tuple(origins), rows, tuple(notices), above)


def is_total(text: str) -> bool:
    """Whether a cell says that its row holds totals."""
    return len(text) < 20 and bool(_TOTALS.fullmatch(re.sub(r"[\s:：]", "", text)))


def _no_data(filled: list[str], labels: list[str]) -> tuple[str, Words] | None:
    first = filled[0]
    if re.match(r"(示例|example)([\s:：]|$)", first, re.IGNORECASE):
        return "example_row", Words("示例行，未读入。", "This is the example row; it was left out.")
    if any(is_total(text) for text in filled[:2]):
        return "total_row", Words("合计行，未读入。", "This row holds totals; it was left out.")
    if len(filled) == 1 and _REMARKS.match(first):
        return "remark_row", Words("备注行，未读入。", "This row is a remark; it was left out.")
    if len(filled) == len(labels) and plain(first) == labels[0] and [plain(text) for text in filled] == labels:
        return "repeated_header", Words("重复的表头，未读入。", "The header is repeated here; the row was left out.")
    return None


def personal_issues(table: Table, part: Part) -> list[Issue]:
    """Columns with personal data. No issue repeats a value, nor a header that holds one."""
    issues = []
    for position, label in enumerate(part.header.labels):
        column = part.header.names.get(position)
        telephone = column is None or table[column].kind not in ("id", "code")
        secret = holds_personal_value(label)
        found: list[int] = []
        if not (secret or is_personal_header(label)):
            found = personal_rows([row[position] if position < len(row) else None for row in part.rows], telephone)
            if not found:
                continue
        first = part.origins[found[0]].row if found else None
        seen = (
            Words(f"（{len(found)} 行，首见第 {first} 行）", f" ({len(found)} rows, first row {first})")
            if found
            else NOTHING
        )
        shown = f"#{position + 1}" if secret or not label else label
        remedy = Words(
            f"此列含个人信息（姓名、证件号或电话）{seen.zh}，整表未读入也未保存；请删除此列后重新提交，只需汇总人数。",
            f"This column holds personal data (names, identity or telephone numbers){seen.en}. The table was neither "
            "read nor kept; delete the column and submit again: counts are enough.",
        )
        issues.append(part.issue("personal_data", remedy, column, shown))
    for row, origin in zip(part.rows, part.origins, strict=True):
        beyond = row[len(part.header.labels) :]
        if beyond and personal_rows(beyond):
            remedy = Words(
                f"第 {origin.row} 行表头以外的单元格含个人信息，整表未读入也未保存；请删除后重新提交。",
                f"A cell beyond the header in row {origin.row} holds personal data. The table was not read or kept.",
            )
            issues.append(part.issue("personal_data", remedy))
            break
    return issues


def header_issues(table: Table, part: Part) -> list[Issue]:
    """Faults of the header, each of which makes the whole sheet unusable."""
    issues = []
    for column in table.columns:
        if column.required and part.header.position(column.name) is None:
            known = "、".join(list(dict.fromkeys((column.zh, column.name, *column.aliases)))[:16])
            remedy = Words(
                f"缺少必填列；表头可写作：{known}。", f"The required column is missing; accepted headers: {known}."
            )
            issues.append(part.issue("missing_column", remedy, column.name, column.zh))
    for name, labels in part.header.twice():
        both = "、".join(labels)
        remedy = Words(
            f"几列同指“{table[name].zh}”：{both}；只保留一列。",
            f"Several columns mean {name}: {both}; keep one of them.",
        )
        issues.append(part.issue("column_twice", remedy, name, both))
    for position, name in part.header.names.items():
        label = part.header.labels[position]
        read, number = unicodedata.normalize("NFKC", label), table[name].kind in ("count", "amount")
        if number and _MULTIPLE.search(read):
            remedy = Words(
                "单位不是个；请换算成完整数字并改表头。",
                "The unit is a multiple; enter full numbers and mend the header.",
            )
            issues.append(part.issue("scaled", remedy, name, label))
        elif number and _PERCENT.search(read):
            remedy = Words(
                "此列填数量，表头却写明百分数；请换算成数量并改表头。",
                "This column takes numbers and the header says percent; enter numbers and mend the header.",
            )
            issues.append(part.issue("percent", remedy, name, label))
    # An importer's form has units of its own.
    numbers = any(table[name].kind in ("count", "amount") for name in part.header.names.values())
    if (
        table.kind in TABLES
        and numbers
        and (found := _MULTIPLE_ABOVE.search(unicodedata.normalize("NFKC", part.above)))
    ):
        remedy = Words(
            f"表头上方写着“{found.group()}”；请把各数换算成完整数字，并删去这个说明。",
            f"Above the header stands '{found.group()}'; enter full numbers and delete that remark.",
        )
        issues.append(part.issue("scaled", remedy))
    return issues


def unknown_columns(table: Table, part: Part) -> Iterator[Notice]:
    """A notice for every column that is not read."""
    for position, label in enumerate(part.header.labels):
        if position in part.header.names:
            continue
        if not label:
            if any(position < len(row) and as_text(row[position]).strip() for row in part.rows):
                words = Words(
                    f"第 {position + 1} 列没有表头，未读入。", f"Column {position + 1} has no header; it was left out."
                )
                yield Notice(part.source, part.sheet, None, "unknown_column", words)
            continue
        like = nearest(table, label, set(part.header.names.values()))
        hint = Words(f"；是否指“{like}”？", f"; is '{like}' meant?") if like else Words("。", ".")
        words = Words(f"列“{label}”不认识，未读入{hint.zh}", f"Column '{label}' is not known and was left out{hint.en}")
        yield Notice(part.source, part.sheet, None, "unknown_column", words)


def check(table: Table, parts: Sequence[Part]) -> tuple[pd.DataFrame, list[list[Issue]]]:
    """Reads every cell and checks every row.

    Returns:
        A frame of all rows, bad cells empty, with the columns and dtypes of the table; and the issues of each row.
    """
    origins = [origin for part in parts for origin in part.origins]
    issues: list[list[Issue]] = [[] for _ in origins]
    for at, issue in _longer_than_header(parts):
        issues[at].append(issue)
    columns, bad_keys = {}, set()
    for column in table.columns:
        values: list[Any] = []
        for part in parts:
            position = part.header.position(column.name)
            if position is None:
                values += [None] * len(part.rows)
                continue
            label = part.header.labels[position]
            for raw, value in _values(column, part.rows, position, label):
                if isinstance(value, BadCell):
                    at, shown = len(values), as_text(raw).strip()
                    shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
                    where = origins[at]
                    issues[at].append(
                        Issue(*where, column.name, value.code, shown or None, column.expected, value.remedy, label)
                    )
                    if column.name in table.key:
                        bad_keys.add(at)
                    value = None
                values.append(value)
        columns[column.name] = pd.Series(values, dtype=column.dtype)
    frame = pd.DataFrame(columns)
    for at, issue in (*_contradictions(table, frame, origins), *_duplicates(table, frame, origins, bad_keys)):
        issues[at].append(issue)
    return frame, issues


def _values(column: Column, rows: list[list[Any]], position: int, label: str) -> Iterator[tuple[Any, Any]]:
    """Raw cell and value, or the fault in its place. Equal cells are read once: most columns repeat themselves."""
    shares = column.kind in ("share", "rate")
    percent = shares and bool(_PERCENT.search(unicodedata.normalize("NFKC", label)))
    known: dict[Any, Any] = {}
    for row in rows:
        raw = row[position] if position < len(row) else None
        try:
            value = known[type(raw), raw]
        except (KeyError, TypeError) as reason:
            try:
                value = parse_cell(column, raw, percent)
            except BadCell as fault:
                value = fault
            if isinstance(reason, KeyError):
                known[type(raw), raw] = value
        yield raw, value


def _longer_than_header(parts: Sequence[Part]) -> Iterator[tuple[int, Issue]]:
    at = 0
    for part in parts:
        width = len(part.header.labels)
        for origin, row in zip(part.origins, part.rows, strict=True):
            if len(row) > width and any(as_text(cell).strip() for cell in row[width:]):
                expected = Words(f"{width} 列", f"{width} columns")
                remedy = Words(
                    "多出的内容可能因逗号未加引号而错位；请改正，或另存为 XLSX。",
                    "Cells beyond the header suggest a delimiter without quotation marks; mend it or save as XLSX.",
                )
                yield at, Issue(*origin, None, "too_many_cells", str(len(row)), expected, remedy)
            at += 1


def _contradictions(table: Table, frame: pd.DataFrame, origins: Sequence[Origin]) -> Iterator[tuple[int, Issue]]:
    for low, high in table.ordered:
        a, b = table[low], table[high]
        for at in frame.index[(frame[low] > frame[high]).fillna(False)]:
            where: Origin = origins[at]
            found = f"{as_text(frame.at[at, low])} > {as_text(frame.at[at, high])}"
            expected = Words(f"{a.zh} ≤ {b.zh}", f"{low} <= {high}")
            remedy = Words("两数矛盾，请核对。", "The two figures contradict each other; check them.")
            yield at, Issue(*where, f"{low}, {high}", "contradiction", found, expected, remedy, f"{a.zh}、{b.zh}")


def _duplicates(
    table: Table, frame: pd.DataFrame, origins: Sequence[Origin], bad_keys: set[int]
) -> Iterator[tuple[int, Issue]]:
    if not table.key:
        return
    key = list(table.key)
    needed = [name for name in key if table[name].required]
    keyed = frame.loc[~frame.index.isin(bad_keys), key].dropna(subset=needed)
    again = keyed[keyed.duplicated(keep=False)]
    first: dict[tuple[str, ...], Origin] = {}
    for at, *values in again.itertuples():
        named = tuple(as_text(value) for value in values)
        here: Origin = origins[at]
        where = first.setdefault(named, here)
        if where is here:
            continue
        elsewhere = "" if (where.source, where.sheet) == (here.source, here.sheet) else f"{where.source} "
        if elsewhere and where.sheet:
            elsewhere += f"{where.sheet} "
        expected = Words("每行的编号（组合）唯一", "a key that no earlier row has")
        remedy = Words(
            f"与 {elsewhere}第 {where.row} 行重复；合并或删除一行。"
            if elsewhere
            else f"与第 {where.row} 行重复；合并或删除一行。",
            f"It repeats {elsewhere}row {where.row}; merge the rows or delete one.",
        )
        labels = "、".join(table[name].zh for name in key)
        yield at, Issue(*here, ", ".join(key), "duplicate", " / ".join(named), expected, remedy, labels)
