"""One column, and how a cell of it is read: spellings that mean one thing are accepted, doubtful ones are refused.

A figure is never guessed: 'about 30', '30-40' and 'several' are faults with a remedy, because whatever number stood
in their place would later be added up as if someone had reported it.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

import pandas as pd

from corpora.issues import NOTHING, Words

Kind = Literal[
    "text",
    "id",
    "code",
    "reason",
    "date",
    "choice",
    "level",
    "levels",
    "flag",
    "year",
    "count",
    "amount",
    "share",
    "rate",
]
DTYPES: Final[Mapping[str, str]] = {
    "flag": "boolean",
    "year": "Int64",
    "count": "Int64",
    "amount": "Float64",
    "share": "Float64",
    "rate": "Float64",
}
# What a figure in words is a multiple of; 百分 is a percentage.
MULTIPLE: Final = "百万|百(?!分)|千|万|亿"
LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "year": (1990, 2100),
    "count": (0, 100_000_000),
    "amount": (0, 1e9),
    "share": (0, 1),
    "rate": (-1, 1),
}
LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "secondary": ("中职", "中等职业教育", "中等职业", "中专", "技校", "职高", "职业高中", "中职层次"),
    "associate": (
        "高职专科",
        "高职（专科）",
        "高职",
        "专科",
        "大专",
        "高职高专",
        "高等职业教育专科",
        "associatedegree",
    ),
    "bachelor": ("职业本科", "职教本科", "本科层次职业教育", "本科", "高职本科", "高等职业教育本科", "bachelordegree"),
}
_KEPT_TEXT: Final = re.compile(r"=\"([^\"]*)\"|'(?=\d|[A-Z]+\d)([\w-]+)")
# Traditional characters of headers and of the words of choices, and the simplified ones.
_SIMPLIFIED: Final = str.maketrans(
    "與業專舉習產億體個養冊軍決準減劃創別辦動勞協單歷參發變號員國聲處復頭學實審對層屆屬崗師幹廣應開異錄徑總願戰護報擬據數無時暫條來標級類緊約細紹"
    "經結給絡絕統繼續編網職節補見規計訂認訓議記論設證評詳說課調責資過適採鏈錯長門間際僱預領額駁龍稱種確簽簡測濟靈點現環碼蓋畢沒徵當區內轄離團術權"
    "執歸縣",
    "与业专举习产亿体个养册军决准减划创别办动劳协单历参发变号员国声处复头学实审对层届属岗师干广应开异录径总愿战护报拟据数无时暂条来标级类紧约细绍"
    "经结给络绝统继续编网职节补见规计订认训议记论设证评详说课调责资过适采链错长门间际雇预领额驳龙称种确签简测济灵点现环码盖毕没征当区内辖离团术权"
    "执归县",
)
TRUE: Final = frozenset({"是", "有", "yes", "y", "true", "t", "1", "√", "✓", "✔", "☑", "对"})
FALSE: Final = frozenset({"否", "无", "不是", "没有", "no", "n", "false", "f", "0", "×", "x", "✗", "错"})
EMPTY: Final = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "不详", "n/a", "na", "null", "none", "nan"}
)

# Full-width letters and digits only: full-width punctuation is good Chinese and stays in texts.
_HALF_WIDTH: Final = {
    wide: wide - 0xFEE0
    for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for wide in range(start, end + 1)
} | {0x3000: " ", 0xA0: " ", 0x200B: None, 0x200C: None, 0x200D: None, 0xFEFF: None}
_WIDE_ANY: Final = re.compile(f"[{''.join(map(chr, _HALF_WIDTH))}]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?")
_SCIENTIFIC: Final = re.compile(r"[+-]?\d(?:\.\d+)?e[+-]?\d+", re.I)
_DATE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?", re.I
)
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# Years of these two centuries only: 2654.1.7 is a code of ESCO.
_LOOKS_LIKE_DATE: Final = re.compile(
    r"(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ t]\d{1,2}:.*)?|\d{4}年\d{1,2}月|\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{1,2}}-(?:{_MONTHS})(?:-\d{{2,4}})?|(?:{_MONTHS})-\d{{1,4}}",
    re.I,
)
_UNITS: Final = {
    "year": re.compile(r"年度?$|届$|级$|学年$"),
    "count": re.compile(r"[人个名位家岗]$|元$"),
    "amount": re.compile(r"[人个名位岗]$|元$"),
}


@dataclass(frozen=True)
class Column:
    """A column of the contract.

    Attributes:
        name: in frames and files of the product.
        kind: how its cells are read; fixes the dtype of the frame.
        zh: Chinese header of templates.
        en: English header of templates.
        aliases: further spellings of the header.
        required: every row needs a value.
        unit: such as persons or posts a year.
        limits: least and greatest value of a number, both allowed.
        choices: stored value -> spellings, the first being the one shown in Chinese.
        note: what the header alone does not say.
        own: how a publisher's own spelling of a cell is turned into ours before it is read; may raise `BadCell`.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    unit: Words = NOTHING
    limits: tuple[float, float] | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: Words = NOTHING
    own: Callable[[str], str] | None = None

    @property
    def dtype(self) -> str:
        return DTYPES.get(self.kind, "string")

    @property
    def expected(self) -> Words:
        """What a cell must hold, in words."""
        unit = Words(f"，单位：{self.unit.zh}", f", in {self.unit.en}") if self.unit.zh else NOTHING
        low, high = self.limits or (0, 0)
        span = f"{low:g}–{high:g}" if high < 1e6 else ""
        match self.kind:
            case "year":
                return Words(f"四位数年份，{span}", f"a year of four digits, {span}")
            case "count":
                return Words(
                    f"{span or '不小于 0 '}的整数{unit.zh}",
                    f"a whole number {span or 'of at least 0'}{unit.en}".strip(),
                )
            case "amount":
                return Words(f"{span or '不小于 0 '}的数{unit.zh}", f"a number {span or 'of at least 0'}{unit.en}")
            case "share":
                return Words(
                    "0 到 1 的小数或百分数，如 0.85 或 85%", "a share from 0 to 1 or a percentage: 0.85 or 85%"
                )
            case "rate":
                return Words(
                    f"{low:g} 到 {high:g} 的小数或百分数，如 0.05 或 5%",
                    f"a decimal from {low:g} to {high:g}: 0.05 or 5%",
                )
            case "date":
                return Words("完整日期，如 2026-06-30", "a full date such as 2026-06-30")
            case "flag":
                return Words("是 或 否", "yes or no")
            case "choice" | "level" | "levels":
                several = self.kind == "levels"
                zh = "、".join(spellings[0] for spellings in self.choices.values())
                return Words(
                    f"{zh}{'，可多选，用分号隔开；空 = 不限' if several else ' 之一'}",
                    f"{'one or more, separated by semicolons, of' if several else 'one of'} {', '.join(self.choices)}",
                )
            case "code":
                return Words("代码文本", "a code, as text")
            case "id":
                return Words("编号文本", "an identifier, as text")
            case "reason":
                return Words("理由文字；没有则留空", "the reason in words, or empty")
        return Words("文字", "text")


class BadCell(ValueError):
    """A cell that cannot be taken as it is; carries the code of the fault and its remedy."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.remedy = Words(zh, en)


@dataclass(frozen=True)
class Merged:
    """A cell of a block merged over several rows: a text holds for all of them, a figure for none in particular."""

    value: Any


@dataclass(frozen=True)
class Uncomputed:
    """A cell with a formula whose result the file does not hold."""


def clean_text(text: str) -> str:
    """Half-width letters and digits, no control characters, no spaces at the ends or in rows; line breaks stay."""
    # Long texts seldom hold a wide letter, and looking is far cheaper than translating.
    if _WIDE_ANY.search(text):
        text = text.translate(_HALF_WIDTH)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[ \t]+", " ", text).strip() if not text.isalnum() else text


def plain(text: str) -> str:
    """The bare form in which spellings are compared: half-width, lower case, simplified characters, no spaces, brackets or
    joining marks.
    """
    folded = unicodedata.normalize("NFKC", clean_text(text)).casefold().translate(_SIMPLIFIED)
    return re.sub(r"[\s_\-*:()\[\]【】“”\"'.、/]+", "", folded)


def as_text(raw: Any) -> str:
    """A cell as its owner sees it: whole floats without '.0', dates as ISO, nothing as ''."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, Merged):
        return as_text(raw.value)
    if isinstance(raw, Uncomputed):
        return "=…"
    if raw is None or raw is pd.NaT or raw is pd.NA:
        return ""
    if isinstance(raw, float):
        if math.isnan(raw):
            return ""
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(float(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(sep=" ")
    if isinstance(raw, date):
        return raw.isoformat()
    return str(raw)


def parse_cell(column: Column, raw: Any, percent: bool = False) -> Any:
    """The value of a cell, None where it is empty.

    Args:
        column: what is expected.
        raw: what a file or frame holds: text, number, truth value, date or nothing.
        percent: the header says that figures are percentages.

    Raises:
        BadCell: with a code and a remedy, for everything that has no single clear meaning.
    """
    if isinstance(raw, Uncomputed):
        raise BadCell(
            "formula_unsaved",
            "公式没有保存计算结果；请用 Excel 打开后重新保存，或直接填写值。",
            "The result of the formula was not saved; open the file in Excel and save it again, or enter the value.",
        )
    if isinstance(raw, Merged):
        if column.kind in ("count", "amount"):
            raise BadCell(
                "merged", "取消合并单元格，每行填写自己的数。", "Unmerge the cells and give every row its own figure."
            )
        raw = raw.value
    if hasattr(raw, "item"):  # numpy scalars
        raw = raw.item()
    if isinstance(raw, (list, tuple, dict, set, bytes)):
        raise BadCell("type", "每格只填一个值。", "Enter one value a cell.")
    text = clean_text(as_text(raw))
    # How programs that write CSV keep a spreadsheet from turning 001 into 1.
    if kept := _KEPT_TEXT.fullmatch(text):
        raw = text = kept[1] or kept[2]
    if column.own and text:
        raw = text = column.own(text)
    if text.startswith("#") and text.rstrip("!?").upper() in {
        "#REF",
        "#N/A",
        "#DIV/0",
        "#VALUE",
        "#NAME",
        "#NUM",
        "#NULL",
    }:
        raise BadCell(
            "formula_error", "公式出错；修正公式或直接填写值。", "The formula fails; mend it or enter the value."
        )
    # "无" says no in a flag; in a figure it may mean zero or unknown, so it is asked back.
    if not text or (text.lower() in EMPTY and not (column.dtype != "string" and text == "无")):
        if column.required:
            raise BadCell("missing", "此列必填，请补填。", "This column is required; enter a value.")
        return None
    return _PARSERS.get(column.kind, _text)(column, raw, text, percent)


def _text(column: Column, raw: Any, text: str, percent: bool) -> str:
    return text


def _reason(column: Column, raw: Any, text: str, percent: bool) -> str | None:
    mark = plain(text)
    if mark in TRUE:
        raise BadCell("no_reason", "请写明理由，而不是“是”。", "Enter the reason itself, not 'yes'.")
    return None if mark in FALSE else text


def _id(column: Column, raw: Any, text: str, percent: bool) -> str:
    if isinstance(raw, (datetime, date, time, timedelta)):
        raise BadCell(
            "date_in_code",
            "Excel 把编号改成了日期；把该列设为“文本”格式后重新输入。",
            "Excel turned the identifier into a date; format the column as text and enter it again.",
        )
    value = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    value = re.sub(r"[‐‑‒–—−]", "-", value)
    if (isinstance(raw, float) and abs(raw) >= 1e15) or _SCIENTIFIC.fullmatch(value):
        raise BadCell(
            "digits_lost",
            "长编号被存成了数字，末位已丢失；把该列设为“文本”格式后重新输入。",
            "The long identifier was stored as a number and lost digits; format the column as text and enter it again.",
        )
    return re.sub(r"^(\d+)\.0+$", r"\1", value)


def _code(column: Column, raw: Any, text: str, percent: bool) -> str:
    if _LOOKS_LIKE_DATE.fullmatch(text.strip()):
        raise BadCell(
            "date_in_code",
            "Excel 把代码改成了日期；把该列设为“文本”格式后重新输入代码。",
            "Excel turned the code into a date; format the column as text and enter the code again.",
        )
    return _id(column, raw, text, percent)


def _date(column: Column, raw: Any, text: str, percent: bool) -> str:
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text)) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    try:
        if found:
            return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        pass
    raise BadCell("not_date", "写成 年-月-日，如 2026-06-30。", "Write year-month-day, such as 2026-06-30.")


def _flag(column: Column, raw: Any, text: str, percent: bool) -> bool:
    mark = plain(text)
    if mark in TRUE or mark in FALSE:
        return mark in TRUE
    raise BadCell("not_choice", "填 是 或 否。", "Enter yes or no.")


def _spellings(column: Column) -> dict[str, str]:
    return {plain(word): value for value, words in column.choices.items() for word in (value, *words)}


def _choice(column: Column, raw: Any, text: str, percent: bool) -> str:
    value = _spellings(column).get(plain(text))
    if value is None:
        raise BadCell("not_choice", "从所列值中选一个。", "Choose one of these values.")
    return value


def _levels(column: Column, raw: Any, text: str, percent: bool) -> str | None:
    spellings, order, chosen = _spellings(column), list(column.choices), set()
    if plain(text) in ("不限", "全部", "all", "any"):
        return None
    for part in re.split(r"[;；、|,，/]", text):
        word = plain(part)
        bare = re.sub(r"(及|或)?以上$", "", word)  # job advertisements name the lowest level only
        if bare not in spellings:
            if not word:
                continue
            raise BadCell(
                "not_choice", "从所列层次中选，多个用分号隔开。", "Choose among these levels, separated by semicolons."
            )
        first = order.index(spellings[bare])
        chosen.update(order[first:] if bare != word else [spellings[bare]])
    return ";".join(level for level in order if level in chosen) or None


def _number(column: Column, raw: Any, text: str, percent: bool) -> float | int:
    """A figure within the limits of its column; counts and years whole."""
    if isinstance(raw, (bool, datetime, date, time, timedelta)):
        if column.kind == "year" and isinstance(raw, date):
            return _within(column, Decimal(raw.year))
        raise BadCell(
            "not_number",
            "单元格不是数；把该列设为“常规”格式后重新输入。",
            "The cell is no number; format the column as general and enter the number again.",
        )
    figure = unicodedata.normalize("NFKC", text).strip()
    units = _UNITS.get(column.kind)
    bare = units.sub("", figure).strip() if units else figure
    of_hundred = bare.endswith("%")
    if of_hundred and column.kind not in ("share", "rate"):
        raise BadCell("percent", "此列填数量，不填百分数。", "This column takes a number, not a percentage.")
    bare = bare.removesuffix("%").strip()
    if _NUMBER.fullmatch(bare):
        value = Decimal(re.sub("[, ]", "", bare))
    elif _SCIENTIFIC.fullmatch(bare):
        value = Decimal(bare)
    else:
        raise _why_no_number(column, figure)
    if of_hundred:
        value /= 100
    elif column.kind == "rate" and abs(value) == 1 and not percent:
        # Growth of a whole 100 % is rarer than a 1 that means 1 %, and the two cannot be told apart.
        raise BadCell(
            "percent_unclear",
            f"“{figure}”可指 {figure}% 或 {100 * value:g}%；请带 % 号填写。",
            f"This may be {figure}% or {100 * value:g}%; write it with the % sign.",
        )
    elif percent and value != 0:
        if abs(value) <= 1:
            raise BadCell(
                "percent_unclear",
                f"表头写明百分数，“{figure}”可指 {figure}% 或 {100 * value:g}%；请带 % 号填写。",
                f"The header says percent, so this may be {figure}% or {100 * value:g}%; write it with the % sign.",
            )
        value /= 100
    return _within(column, value, of_hundred or percent)


def _within(column: Column, value: Decimal, told: bool = False) -> float | int:
    """The value, if it lies within the limits; told: whether it was said to be in hundredths."""
    low, high = column.limits or LIMITS["amount"]
    whole = column.kind in ("year", "count")
    if not low <= value <= high:
        if column.kind in ("share", "rate") and 1 < abs(value) <= 100 and not told:
            raise BadCell(
                "out_of_range", f"若指 {value:g}%，请写 {value:g}%。", f"If {value:g}% is meant, write {value:g}%."
            )
        raise BadCell("out_of_range", "请核对这个数。", "Check this figure.")
    if whole and value != int(value):
        raise BadCell("not_whole", "填整数。", "Enter a whole number.")
    return int(value) if whole else float(value)


def _why_no_number(column: Column, figure: str) -> BadCell:
    bounds = any(column.name == name for name in ("openings", "openings_low", "openings_high"))
    also = (
        Words("，并把上下限填入最低、最高两列", ", and the bounds in the low and high columns") if bounds else NOTHING
    )
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", figure)
    example = digits.group() if digits else "30"
    one = Words(
        f"只填一个最可能的数，如 {example}{also.zh}。", f"Enter the one most likely number, such as {example}{also.en}."
    )
    if re.fullmatch(r".*\d.*[-~–—至到].*\d.*", figure):
        return BadCell("interval", *one)
    if re.search(r"约|大概|左右|上下|近|余|多[人个名]?$|about|approx|circa|^~|^≈|^ca\.?", figure, re.I):
        return BadCell("approximate", *one)
    if re.search(
        r"以上|以下|以内|不少于|不低于|不超过|至少|至多|最多|超过|[<>≥≤]|\+$|at least|at most|over|under", figure, re.I
    ):
        return BadCell("bound", *one)
    if re.search(MULTIPLE, figure):
        return BadCell(
            "scaled", "写出完整数字，如 1.2万 写成 12000。", "Write the number in full: 12000 instead of 1.2万."
        )
    if not digits:
        return BadCell(
            "no_figure",
            "此处没有数；填写数字，不知道则留空。" if not column.required else "此处没有数；填写数字。",
            "There is no figure here; enter a number" + ("." if column.required else ", or leave the cell empty."),
        )
    return BadCell(
        "not_number",
        f"只填数字，如 {example}；小数点用“.”。",
        f"Enter digits only, such as {example}, with a decimal point.",
    )


_PARSERS: Final[Mapping[str, Callable[[Column, Any, str, bool], Any]]] = {
    "reason": _reason,
    "id": _id,
    "code": _code,
    "date": _date,
    "flag": _flag,
    "choice": _choice,
    "level": _choice,
    "levels": _levels,
    "year": _number,
    "count": _number,
    "amount": _number,
    "share": _number,
    "rate": _number,
}
