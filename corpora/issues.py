"""What is said about a table: an issue stops a row or a table, a notice only tells. Both speak Chinese and English."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]
SHOWN_IN_ERROR = 10


class Words(NamedTuple):
    """One statement in both languages."""

    zh: str
    en: str

    def say(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


NOTHING = Words("", "")


def _place(source: str, sheet: str | None, row: int | None, lang: Lang) -> str:
    parts = [source]
    if sheet:
        parts.append(f"工作表“{sheet}”" if lang == "zh" else f"sheet '{sheet}'")
    if row is not None:
        parts.append(f"第 {row} 行" if lang == "zh" else f"row {row}")
    return ("，" if lang == "zh" else ", ").join(parts)


@dataclass(frozen=True)
class Issue:
    """One fault, with all that is needed to find and mend it.

    Attributes:
        source: file name.
        sheet: worksheet, None outside workbooks.
        row: row number as seen in the file, its first row being 1; None where the whole table is meant.
        column: name of the contract; several joined by ", " where figures contradict each other.
        code: stable short name of the kind of fault.
        value: the cell as found, shortened; None where there is none or where it must not be repeated.
        header: the column as it is spelled in the file.
    """

    source: str
    sheet: str | None
    row: int | None
    column: str | None
    code: str
    value: str | None
    expected: Words
    remedy: Words
    header: str = ""

    def message(self, lang: Lang = "zh") -> str:
        place = _place(self.source, self.sheet, self.row, lang)
        named = self.header or self.column
        if lang == "zh":
            column = f"，列“{named}”" if named else ""
            value = f"填写为“{self.value}”；" if self.value is not None else ""
            expected = f"应为：{self.expected.zh}。" if self.expected.zh else ""
        else:
            column = f", column '{named}'" if named else ""
            value = f"found '{self.value}'; " if self.value is not None else ""
            expected = f"expected {self.expected.en}. " if self.expected.en else ""
        return f"{place}{column}{'：' if lang == 'zh' else ': '}{value}{expected}{self.remedy.say(lang)}".rstrip()


@dataclass(frozen=True)
class Notice:
    """Something done to a table that its owner should know; no fault of a row."""

    source: str
    sheet: str | None
    row: int | None
    code: str
    words: Words

    def message(self, lang: Lang = "zh") -> str:
        return (
            f"{_place(self.source, self.sheet, self.row, lang)}{'：' if lang == 'zh' else ': '}{self.words.say(lang)}"
        )


class BadTable(ValueError):
    """A table that cannot be used as it is; `issues` has every fault, the text shows the first ones."""

    def __init__(self, kind: str, issues: Sequence[Issue]) -> None:
        self.kind = kind
        self.issues = tuple(issues)
        super().__init__(self.message("zh"))

    def message(self, lang: Lang = "zh", shown: int = SHOWN_IN_ERROR) -> str:
        count, left = len(self.issues), len(self.issues) - shown
        lines = [f"{self.kind} 表有 {count} 处问题：" if lang == "zh" else f"table {self.kind} has {count} problem(s):"]
        lines += [f"- {issue.message(lang)}" for issue in self.issues[:shown]]
        if left > 0:
            lines.append(f"……另有 {left} 处" if lang == "zh" else f"... and {left} more")
        return "\n".join(lines)
