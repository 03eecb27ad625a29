"""Titles and texts of advertisements in the bare forms by which they are compared."""

import ast
import re
from typing import Final

from corpora.cells import clean_text, plain

_BRACKETED: Final = re.compile(r"[(（\[【「<《][^)）\]】」>》]*[)）\]】」>》]?")
_NOISE: Final = re.compile(
    r"急聘|急招|诚聘|高薪|高新聘请|直招|双休|包吃住|包住|五险一金|六险一金|周末双休|朝九晚[五六]|应届生?|实习生?|校招|社招|\d+\s*[kK](?:[-~—]\d+\s*[kK])?"
    r"|\d{4}届?|(?:月薪|底薪|年薪)\S*|(?:senior|junior|sr\.?|jr\.?|lead|intern)\s+",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"[-—_|·:：]+")
_PERSON: Final = re.compile(r"(?:师|员|工|家|手|长|者|人|经理|主管|专员|助理|顾问|总监|专家|主任)(?:岗位?|职位)?$")
_GRADES: Final = r"高级|资深|初级|中级|助理|储备|见习|首席|兼职|全职"
_GRADE: Final = re.compile(rf"^(?:{_GRADES})+(?=.{{2}})")
_PUNCTUATION: Final = re.compile(r"[\W\d_]+")


def bare_title(title: str) -> str:
    """A title without grade, city, pay and other words around the occupation: 高级数据分析师（广州）15K -> 数据分析师."""
    bare = _NOISE.sub("", _BRACKETED.sub("", clean_text(title))).strip(" -—_/|·,，、!！+")
    # 开发-某项目, 某部门-数据产品经理: the part that ends like the name of a person's work, else the first.
    parts = [part.strip() for part in _PARTS.split(bare) if not re.fullmatch(rf"(?:{_GRADES})?|\d*", part.strip())]
    bare = next((part for part in parts if _PERSON.search(part)), parts[0] if parts else "")
    bare = re.sub(r"(?<=.{2})(?:岗位?|职位)$", "", _GRADE.sub("", bare)).strip()
    return bare if len(bare) > 1 else clean_text(title)


def same_text(text: str) -> str:
    """What is left of a text when spaces, digits and punctuation do not count."""
    return _PUNCTUATION.sub("", plain(text))


def listed_skills(text: str) -> list[str]:
    """Skills of a cell: a list as programs print it (['Python', 'SQL']), or words separated by marks."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            found = ast.literal_eval(text)
            parts = [str(item) for item in found]
        except (ValueError, SyntaxError):
            parts = re.split(r"[,，;；、]", text.strip("[]"))
    else:
        parts = re.split(r"[,，;；、|\n]+", text)
    return list(dict.fromkeys(word for part in parts if len(word := clean_text(part).strip("'\" 。")) > 1))


def shortened(text: str, most: int = 600) -> str:
    """The beginning of a text, ended at a sentence where one ends."""
    if len(text) <= most:
        return text
    end = max(text.rfind(mark, 0, most) for mark in "。；;\n.")
    return text[: end + 1] if end > most // 2 else text[:most]
