"""The facets of a text: what of it says which posts it is about.

A program has a name, a work clause (what graduates do), a goal, courses and abilities; a demand has a title, a
description and skills. Each becomes one text, or a list of clauses; sentences that stand in every filing are dropped,
since they make all programs alike (docs/method.md, section 1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

import pandas as pd

from corpora.frames import mappings, word
from corpora.skill_counts import without_counts
from corpora.starter import catalogue, occupations

# A row of a table by column.
Row = pd.Series | Mapping[str, Any]

_NUMBERING = re.compile(r"(?<![\d.])(?:[（(]\d{1,2}[)）][.．、]?|\d{1,2}[)）]?[.．、](?=[^\d\s]|\s))|[①-⑳]")
_BREAKS = re.compile(r"[；;。\n\r|]|(?<=[a-z0-9)])\.\s+(?=[A-Z])|[!?！？]")
_LIST_BREAKS = re.compile(r"[；;。\n\r|、，,]")
# Said of every program, whatever it teaches.
_BOILERPLATE = re.compile(
    r"德智体美劳|科学文化基础|工匠精神|信息素养|高素质|高层次技术技能|探究学习|终身学习|可持续发展的能力|数字技术的应用能力"
    r"|真实职业场景|岗位实习|生产性实训基地|团队协作能力|社会责任|语言表达能力"
)
_COURSE_LABEL = re.compile(
    r"^(?:专业)?(?:基础|核心|拓展|平台|方向)?课程?[：:]|^实习实训[：:]|^[^：:]{2,8}课程[：:]"
    r"|^(?:core|major|main|elective|practical) courses?\s*[：:]\s*",
    re.IGNORECASE,
)
_WORK = re.compile(r"(?:能够|可|能)?从事(.{4,}?)(?:等?(?:工作|岗位|任务)|的(?:高|技|人才)|[。；]|$)")
_WORK_EN = re.compile(
    r"\b(?:prepares? (?:individuals?|students?|graduates?) (?:to|for)|graduates? (?:work as|work in))\s+(.+?)(?:\.|$)",
    re.IGNORECASE,
)
_LEAD_EN = re.compile(
    r"^(?:a |an )?(?:instructional )?program that (?:generally )?"
    r"(?:prepares individuals (?:to|for)|focuses on|describes)\s+"
    r"|^(?:includes|potential) (?:instruction|subject matter|course ?work)(?: in)?\s+",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?:工程技术人员|技术人员|专业人员|服务人员|操作工|人员|员|师|工)$")
_CODE = re.compile(r"\d-\d{2}-\d{2}-\d{2}")
_SOC = re.compile(r"\d{2}-\d{4}(?:\.\d{2})?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
# A Chinese text has English terms in it; a text is English where few characters stand beside its words.
_HAN_TO_WORDS = 0.5
# Subgroup 2-02 (engineering technicians) is half of division 2 and asks for another level than the rest of it.
_OWN_SUBGROUP = "2-02"
PROGRAM_FACETS = ("name", "work", "goal", "courses", "abilities")
DEMAND_FACETS = ("title", "entry", "skills")

Tongue = Literal["zh", "en"]


@dataclass(frozen=True)
class FacetTexts:
    """The facets of one program or demand.

    Attributes:
        whole: facet -> one text; a facet without text is left out.
        clauses: the sentences that a match can be shown by, in order.
        level: of a program, given or by its catalogue code; empty where it is not known.
        code: of a demand, its occupation code in the Chinese classification, given or by its official title, or a SOC or
            O*NET code; else empty.
    """

    whole: dict[str, str]
    clauses: tuple[str, ...]
    level: str = ""
    code: str = ""

    @cached_property
    def text(self) -> str:
        """All facets as one text."""
        return "；".join(self.whole.values())

    @cached_property
    def language(self) -> Tongue:
        """The language it is written in."""
        return language_of(self.text)

    @cached_property
    def division(self) -> str:
        """Where the occupation stands in the classification: its first digit, or "2-02"; empty without a code."""
        if not _CODE.fullmatch(self.code):
            return ""
        return self.code[:4] if self.code.startswith(_OWN_SUBGROUP) else self.code[:1]

    @cached_property
    def core(self) -> str:
        """The title of a demand without the word for "person who does it"."""
        return title_core(self.whole.get("title", ""))

    def compared(self) -> dict[str, str]:
        """What is encoded to be compared, facet -> text; `skills` are compared one by one and are not in it.

        A program's facets and all of them as `whole`; a demand's title, and as `entry` its title with what it says.
        """
        if "title" not in self.whole:
            return {**self.whole, "whole": self.text}
        title, said = self.whole["title"], self.whole.get("description")
        return {"title": title, "entry": f"{title}：{said}" if said else title}

    def skills(self) -> list[str]:
        """The skills of a demand, as single clauses."""
        return self.whole["skills"].split("；") if "skills" in self.whole else []


def language_of(text: str) -> Tongue:
    """Chinese or English; a text without either counts as Chinese."""
    return "en" if len(_HAN.findall(text)) < _HAN_TO_WORDS * len(_LATIN.findall(text)) else "zh"


def clauses(text: str) -> list[str]:
    """Sentences and numbered points of a text, without boilerplate, in order."""
    if _NUMBERING.search(text):
        # Where points are numbered, a line that begins without a number goes on with the one before.
        text = text.replace("\r", "").replace("\n", "")
    parts = _BREAKS.split(_NUMBERING.sub("；", text))
    cleaned = (part.strip(" \t、，,.．：:") for part in parts)
    return [part for part in cleaned if len(part) > 1 and not _BOILERPLATE.search(part)]


def listed(text: str) -> list[str]:
    """The items of a list such as courses or skills, in order, each once."""
    items: dict[str, None] = {}
    for line in re.split(r"[\n\r]", text):
        if _BOILERPLATE.search(line) and ("：" in line[:6] or "。" in line):
            line = "，".join(s for s in re.split(r"[。]", line) if not _BOILERPLATE.search(s))
        for item in _LIST_BREAKS.split(_COURSE_LABEL.sub("", line.strip())):
            item = _LEAD_EN.sub("", item.strip(" .．：:"))
            if len(item) > 1:
                items.setdefault(item)
    return list(items)


def program_facets(row: Row) -> FacetTexts:
    """Facets of one row of the programs table; `occupations` is not read: it is what the college claims."""
    raw_goal, raw_description = _one_line(_text(row, "goal")), _one_line(_text(row, "description"))
    goal, description = _without_boilerplate(raw_goal), _without_boilerplate(raw_description)
    courses = listed(_text(row, "courses"))
    abilities = clauses(_text(row, "abilities"))
    work = [
        m.strip("，、 ")
        for source in (raw_goal, raw_description)
        for m in _WORK.findall(source) + _WORK_EN.findall(source)
    ]
    whole = {
        "name": "，".join(filter(None, (_text(row, "name"), _text(row, "track")))),
        "work": "；".join(work),
        "goal": "；".join(filter(None, (goal, description))),
        "courses": "、".join(courses),
        "abilities": "；".join(abilities),
    }
    # Evidence is shown as it was filed: unbroken parts of the texts, never what was left of them joined up.
    shown = [*_sentences(raw_goal), *work, *_sentences(raw_description), *abilities]
    kept = {k: v for k, v in whole.items() if v}
    level = _text(row, "level") or _catalogue_levels().get(_text(row, "code"), "")
    return FacetTexts(kept, tuple(dict.fromkeys(shown)) or (whole["name"],), level)


def demand_facets(row: Row) -> FacetTexts:
    """Facets of one row of the demands table; its clauses are the sentences of the description and the skills."""
    description = _LEAD_EN.sub("", _text(row, "description"))
    skills = clauses(without_counts(_text(row, "skills")))
    whole = {"title": _text(row, "occupation"), "description": description, "skills": "；".join(skills)}
    shown = [*clauses(description), *skills]
    kept = {k: v for k, v in whole.items() if v}
    code = _text(row, "occupation_code") or _official_codes().get(whole["title"], "")
    return FacetTexts(
        kept,
        tuple(dict.fromkeys(shown)) or (whole["title"],),
        code=code if _CODE.fullmatch(code) or _SOC.fullmatch(code) else "",
    )


@cache
def _catalogue_levels() -> dict[str, str]:
    """Code of a catalogue program -> its level."""
    listed = catalogue()
    return dict(zip(listed["code"], listed["level"], strict=True))


@cache
def _official_codes() -> dict[str, str]:
    """Official title of the Chinese classification -> its code."""
    listed = occupations()
    return dict(zip(listed["occupation"], listed["occupation_code"], strict=True))


def title_core(title: str) -> str:
    """A title without the word for "person who does it": 焊接设备操作工 -> 焊接设备, Welders -> welder."""
    found = _PERSON.sub("", title.strip())
    return (found if len(found) > 1 else title.strip()).casefold().removesuffix("s")


def text_size(row: Row) -> tuple[int, int]:
    """(course names, characters) that a program gives to match on; for the rule on thin texts.

    Its name does not count, nor do spaces and the sentences that stand in every filing.
    """
    courses = listed(_text(row, "courses"))
    said = [text for facet, text in program_facets(row).whole.items() if facet in ("goal", "abilities", "courses")]
    return len(courses), sum(len(re.sub(r"\s", "", text)) for text in said)


def thin_texts(programs: pd.DataFrame, courses: int, characters: int) -> list[str]:
    """Names of the programs whose texts say too little to be judged: fewer courses and fewer characters than given."""
    sizes = [(word(row["name"]), *text_size(row)) for row in mappings(programs)]
    return [name for name, taught, said in sizes if taught < courses and said < characters]


def _one_line(text: str) -> str:
    """Line breaks inside of a Chinese sentence are an accident of how it was copied."""
    return re.sub(r"(?<=[\u4e00-\u9fff，、])\s+(?=[\u4e00-\u9fff])", "", text)


def _sentences(text: str) -> list[str]:
    """Unbroken parts of a text: its sentences, cut further only where a stock phrase stands in one."""
    found = []
    for sentence in _BREAKS.split(text):
        sentence = _LEAD_EN.sub("", sentence.strip())
        run = ""
        for part in [*re.split(r"(?<=，)", sentence), ""]:
            if part and not _BOILERPLATE.search(part):
                run += part
                continue
            found.append(run.strip(" \t、，,.．：:"))
            run = ""
    return [part for part in found if len(part) > 1]


def _without_boilerplate(text: str) -> str:
    text = _LEAD_EN.sub("", text)
    work = _WORK.search(text)
    parts = [p for p in re.split(r"(?<=[。；;，])", text) if p and not _BOILERPLATE.search(p)]
    kept = "".join(parts).strip("，。；; ")
    # The clause that says what graduates do often ends in a stock phrase; it is kept in any case.
    if work and work.group(1) not in kept:
        kept = f"{kept}，从事{work.group(1)}".strip("，")
    return kept


def _text(row: Row, column: str) -> str:
    return word(row.get(column)).strip()
