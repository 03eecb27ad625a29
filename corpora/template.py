"""Workbooks to fill in: the columns of a table with drop-downs, checks and one example row.

What Excel refuses at the desk need not be asked back weeks later. Identifiers and codes are formatted as text, so that
Excel neither turns 4-04-05 into a date nor strips leading zeros.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
import xlsxwriter

from corpora.cells import Column, clean_text
from corpora.headers import recognise
from corpora.issues import Lang
from corpora.read import Corpus
from corpora.schema import Table, table
from corpora.sheets import GUIDE_SHEETS

EXAMPLE: Final = "示例"
CHECKED_ROWS: Final = 5000
_TEXTS: Final = {
    "name": "机电一体化技术",
    "code": "460301",
    "institution": "某职业技术学院",
    "occupation": "工业机器人系统操作员",
    "occupation_code": "6-30-99-00",
    "industry_code": "C3491",
    "field": "装备制造大类",
    "major_group": "装备制造大类",
    "chain": "工业机器人",
    "region": "甲市",
    "from_region": "甲市",
    "to_region": "乙市",
    "duration": "三年",
    "courses": "电工技术；液压与气动；可编程控制器",
    "skills": "设备安装；程序调试；故障诊断",
    "goal": "培养从事自动化设备安装、调试和维护的技术技能人才",
    "exempt": "",
}


def example(column: Column, lang: Lang = "zh") -> Any:
    """A value that a cell of the column may hold, as one would enter it."""
    match column.kind:
        case "year":
            return 2025
        case "count" | "amount":
            return min(30, int(column.limits[1])) if column.limits else 30
        case "share":
            return 0.85
        case "rate":
            return 0.05
        case "date":
            return date(2026, 6, 30)
        case "flag":
            return "否" if lang == "zh" else "no"
        case "choice" | "level" | "levels":
            return choices(column, lang)[0]
        case "id":
            return {"program_id": "P001", "demand_id": "D001"}.get(column.name, "P000")
    return _TEXTS.get(column.name, column.zh)


def choices(column: Column, lang: Lang) -> list[str]:
    """What the drop-down of a column offers; empty where anything may be entered."""
    if column.kind == "flag":
        return ["是", "否"] if lang == "zh" else ["yes", "no"]
    return [words[0] if lang == "zh" else value for value, words in column.choices.items()]


def write_template(kind: str, path: str | Path, lang: Lang = "zh") -> Path:
    """Writes the workbook to fill in for a kind of table, and returns its path.

    Args:
        kind: of the contract.
        path: an .xlsx file; an existing one is replaced.
        lang: headers, choices and instructions in Chinese or English; both are read back.

    Raises:
        ValueError: no such kind, or a path without .xlsx.
    """
    declared, path = table(kind), Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ValueError(f"expected a path that ends in .xlsx, got {path.name!r}")
    book = xlsxwriter.Workbook(path)
    _form(book, declared, lang)
    _guide(book, declared, lang)
    book.close()
    return path


def _form(book: xlsxwriter.Workbook, declared: Table, lang: Lang) -> None:
    sheet = book.add_worksheet(declared.zh if lang == "zh" else declared.en)
    head = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#DDEBF7"}
    plain_head = book.add_format(head)
    required_head = book.add_format(head | {"bg_color": "#FCE4D6", "font_color": "#C00000"})
    formats = {"text": book.add_format({"num_format": "@"}), "date": book.add_format({"num_format": "yyyy-mm-dd"})}
    shown = {"font_color": "#7F7F7F", "italic": True}
    grey = {
        "text": book.add_format(shown | {"num_format": "@"}),
        "date": book.add_format(shown | {"num_format": "yyyy-mm-dd"}),
        "": book.add_format(shown),
    }
    for index, column in enumerate(declared.columns):
        label = (column.zh if lang == "zh" else column.en) + ("*" if column.required else "")
        look = "date" if column.kind == "date" else "text" if column.kind in ("id", "code") else ""
        sheet.set_column(index, index, max(12, 2 * len(column.zh) + 4), formats.get(look))
        sheet.write_string(0, index, label, required_head if column.required else plain_head)
        sheet.write_comment(0, index, "\n".join(filter(None, (column.name, column.expected.say(lang)))))
        value = example(column, lang)
        if index == 0:
            value = f"{EXAMPLE} {value}"
        if isinstance(value, date):
            sheet.write_datetime(1, index, value, grey[look])
        elif isinstance(value, str):
            sheet.write_string(1, index, value, grey[look])
        else:
            sheet.write_number(1, index, value, grey[look])
        rule = _rule(column, lang)
        if rule:
            sheet.data_validation(2, index, CHECKED_ROWS, index, rule)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 1)


def _rule(column: Column, lang: Lang) -> dict[str, Any] | None:
    expected = column.expected.say(lang)
    said = {"error_title": "请核对" if lang == "zh" else "Please check", "error_message": expected[:255]}
    low, high = column.limits or (0.0, 0.0)
    match column.kind:
        case "levels":  # several may be entered, which no drop-down of Excel allows; it only proposes
            return {"validate": "list", "source": choices(column, lang), "show_error": False}
        case "choice" | "level" | "flag":
            return {"validate": "list", "source": choices(column, lang), **said}
        case "year" | "count":
            return {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high, **said}
        case "amount" | "share" | "rate":
            return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, **said}
        case "date":
            return {"validate": "date", "criteria": ">=", "value": date(1949, 10, 1), **said}
    return None


def _guide(book: xlsxwriter.Workbook, declared: Table, lang: Lang) -> None:
    sheet = book.add_worksheet(GUIDE_SHEETS[lang])
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    zh = lang == "zh"
    texts = (
        (
            f"{declared.zh}：带 * 的列必填；示例行不会读入；表头请勿改动；只填汇总人数，不填任何个人信息。",
            ("栏目", "列名", "要求", "含义", "单位", "填写内容", "可选值"),
        )
        if zh
        else (
            f"{declared.en}: columns with * are required; the example row is not read; keep the header; "
            "enter counts only, never personal data.",
            ("Label", "Column in files", "Need", "Meaning", "Measured in", "What to enter", "Choices"),
        )
    )
    sheet.write_string(0, 0, texts[0], bold)
    sheet.write_row(1, 0, texts[1], bold)
    for index, column in enumerate(declared.columns):
        need = ("必填" if zh else "required") if column.required else ("选填" if zh else "optional")
        meaning = column.note.say(lang) or (column.zh if zh else column.en)
        allowed = ("、" if zh else ", ").join(choices(column, lang))
        own = column.zh if zh else column.en
        cells = (own, column.name, need, meaning, column.unit.say(lang), column.expected.say(lang), allowed)
        sheet.write_row(2 + index, 0, cells, wrap)
    sheet.set_column(0, 4, 18)
    sheet.set_column(5, 6, 44)
    sheet.freeze_panes(2, 0)


def missing_senders(corpus: Corpus | pd.DataFrame, expected: Sequence[str], column: str) -> list[str]:
    """Those of the expected senders of whom no row has come, in the order given.

    Args:
        corpus: the returned tables. Of a `Corpus` bad rows count too: their sender has answered.
        expected: such as names of colleges.
        column: which names the sender, such as "institution".

    Raises:
        ValueError: the table has no such column.
    """
    frame = corpus.rows if isinstance(corpus, Corpus) else corpus
    if column not in frame.columns:
        raise ValueError(f"no column {column!r}; expected one of {', '.join(frame.columns)}")
    came = {clean_text(str(value)) for value in frame[column].dropna()}
    if isinstance(corpus, Corpus):
        declared = table(corpus.kind)
        for bad in corpus.bad_rows:
            cells = zip(bad.labels, bad.cells, strict=False)
            came |= {clean_text(cell) for label, cell in cells if recognise(declared, label) == column}
    return [name for name in expected if clean_text(name) not in came]
