"""What the chapters of the annual report are written from: the assessment joined to one row a program, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from corpora.frames import empty, rows, word
from corpora.schema import empty_frame
from matcher.assessment import Assessment
from matcher.lists import provincial_list, school_list
from matcher.offer import whitespace
from matcher.plan import Plan, PlanFault
from matcher.policy.words import NOTICES
from reports import words
from reports.content import HIDDEN, Column, Edition, Kind
from reports.masking import LEAST_GRADUATES, hidden_demands
from reports.public_tables import public_list

LEVELS = ("bachelor", "associate", "secondary")
# The catalogue's major groups by sector of the economy; the mapping is this project's own and is printed as such.
SECTORS: Mapping[str, tuple[str, ...]] = {
    "primary": ("农林牧渔",),
    "secondary_sector": (
        "资源环境与安全", "能源动力与材料", "土木建筑", "水利", "装备制造", "生物与化工", "轻工纺织", "食品药品与粮食",
    ),
    "tertiary": (
        "交通运输", "电子与信息", "医药卫生", "财经商贸", "旅游", "文化艺术", "新闻传播", "教育与体育", "公安与司法",
        "公共管理与服务",
    ),
}  # fmt: skip
PLAN_TARGET = 0.9


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table by the names of its columns."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class Material:
    """An assessment as the chapters read it.

    Attributes:
        earlier: the assessment of the year before, or None.
        market: the assessment with all of its programs, where the reader sees some of them.
    """

    assessment: Assessment
    edition: Edition
    language: str
    earlier: Assessment | None = None
    market: Assessment | None = None

    @property
    def partial(self) -> bool:
        """Whether the market has programs that are not in the report."""
        return self.market is not None and len(self.market.programs) > len(self.assessment.programs)

    @property
    def public(self) -> bool:
        return self.edition == "public"

    @property
    def year(self) -> int:
        return int(str(self.assessment.manifest["as_of"])[:4])

    def say(self, key: str, **figures: Any) -> str:
        """A sentence of the catalogue in the language of the report."""
        return words.word(key, self.language, **figures)

    def joined(self, parts: list[str]) -> str:
        return words.joined(parts, self.language)

    def column(self, key: str, kind: Kind = "text", width: float = 1.0) -> Column:
        """A column headed by the catalogue's `col_` word."""
        return Column(key, self.say(f"col_{key}"), kind, width)

    def reason(self, point: Mapping[str, Any]) -> str:
        """The reason of a program's flag with its notices in brackets."""
        said = word(point["reason" if self.language == "zh" else "reason_en"])
        return said + "".join(f" [{NOTICES[n][self.language]}]" for n in word(point["notices"]).split(";") if n)

    def level(self, level: Any) -> str:
        """A level in words."""
        return self.say(f"level_{level}") if level in LEVELS else self.say("unknown")

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a program: the columns of `programs`, its code, cluster, year_opened and capacity, its class of the
        lists, and planned, enrolled, students, graduates and teachers of the latest year that reports each."""
        own = self.assessment.inputs["programs"].set_index("program_id")
        school = self.school.set_index("program_id")
        ids = self.assessment.programs["program_id"]
        frame = self.assessment.programs.assign(
            **{column: own.loc[ids, column].to_numpy() for column in ("code", "cluster", "year_opened", "capacity")},
            list_class=school.loc[ids, "class"].to_numpy(),
        )
        for column in ("planned", "enrolled", "students", "graduates", "teachers"):
            frame[column] = pd.array([self._latest.get((str(p), column)) for p in ids], dtype="Int64")
        texts = ("name", "institution", "region", "level", "major_group", "cluster", "code")
        return frame.assign(**{column: frame[column].astype("string").fillna("") for column in texts})

    @cached_property
    def unnamed_demands(self) -> set[str]:
        """Demands that the public edition may not name or count; none in the internal one."""
        if not self.public:
            return set()
        return set(self.assessment.demands.loc[hidden_demands(self.assessment), "demand_id"].astype(str))

    @cached_property
    def shown_demands(self) -> pd.DataFrame:
        """The demands that may be named."""
        return self.demands[~self.demands["demand_id"].isin(self.unnamed_demands)]

    @cached_property
    def certified(self) -> list[dict[str, Any]]:
        """Certified blocks, the most persons left first; in the public edition without those of few persons."""
        by_id = {b["block"]: b for b in self.assessment.blocks}
        found = [b for b in self.assessment.blocks if b["certified"]]
        if self.public:
            found = [
                b for b in found if b["supply"] + sum(by_id[w]["supply"] for w in b["worse_blocks"]) >= LEAST_GRADUATES
            ]
        return sorted(found, key=lambda b: (-b["cannot_be_placed"], b["block"]))

    @cached_property
    def _latest(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for row in rows(self.outcomes.sort_values("year")):
            for column in ("planned", "enrolled", "students", "graduates", "teachers"):
                if not empty(value := getattr(row, column)):
                    found[str(row.program_id), column] = int(value)
        return found

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Reported years up to that of the assessment."""
        table = self.assessment.inputs.get("outcomes", empty_frame("outcomes"))
        return table[table["year"] <= self.year]

    @cached_property
    def demands(self) -> pd.DataFrame:
        """The demands that carry, with field, chain, stage, growth, employers and source beside them."""
        inputs = self.assessment.inputs["demands"].set_index("demand_id")
        columns = ["field", "chain", "segment", "stage", "growth", "growth_low", "employers", "shortage", "basis", "source",
                   "seekers"]  # fmt: skip
        ids = self.assessment.demands["demand_id"]
        return self.assessment.demands.assign(**{c: inputs.loc[ids, c].to_numpy() for c in columns})

    @cached_property
    def provincial(self) -> pd.DataFrame:
        """The provincial list; in the public edition with HIDDEN in the cells that it withholds."""
        whole = provincial_list(self.assessment)
        if not self.public:
            return whole
        shown = public_list(self.assessment).astype(object)
        withheld: Any = HIDDEN
        return shown.mask(shown.isna() & whole.notna(), withheld)

    @cached_property
    def school(self) -> pd.DataFrame:
        return school_list(self.assessment)

    @cached_property
    def whitespace(self) -> pd.DataFrame:
        """Empty posts and the catalogue programs that they suggest."""
        return whitespace(self.assessment)

    @cached_property
    def plan(self) -> Plan | None:
        """The smallest change of intake for a rate of PLAN_TARGET; None where there is nothing to plan."""
        try:
            return self.assessment.plan(target=PLAN_TARGET)
        except PlanFault:
            return None

    @cached_property
    def links(self) -> pd.DataFrame:
        """One row an edge to a demand that carries: program_id, demand_id, chain, posts."""
        edges = self.assessment.matches[self.assessment.matches["edge"]][["program_id", "demand_id", "p"]]
        return edges.merge(self.demands[["demand_id", "occupation", "chain", "stage", "posts"]], on="demand_id")

    @cached_property
    def linked_demands(self) -> set[str]:
        """Demands that some program with graduates leads to, of the whole market; as `matcher.whitespace` has it."""
        demands = (self.market or self.assessment).demands
        return set(demands.loc[demands["block"].notna(), "demand_id"].astype(str))

    def sector(self, group: str) -> str:
        """The sector of a major group; "" where it is none of the catalogue's."""
        name = group.removesuffix("大类")
        return next((sector for sector, groups in SECTORS.items() if name in groups), "")

    @cached_property
    def points_of_list(self) -> dict[tuple[str, ...], pd.DataFrame]:
        """(code, level, region) of an entry of the provincial list -> its points; those without a code go by name."""
        code = self.points["code"].where(self.points["code"] != "", self.points["name"])
        groups = self.points.groupby([code, self.points["level"], self.points["region"]])
        return {tuple(str(part) for part in key): group for key, group in groups}

    @cached_property
    def _traces(self) -> dict[str, dict[str, Any]]:
        return {t["program_id"]: t for t in self.assessment.traces}

    def point(self, program_id: str) -> dict[str, Any]:
        """One row of `points`."""
        return self._points_of[program_id]

    @cached_property
    def _points_of(self) -> dict[str, dict[str, Any]]:
        return {str(row["program_id"]): row for row in records_of(self.points)}

    def trace(self, program_id: str) -> dict[str, Any]:
        """The verdict on a program with everything it rests on."""
        return self._traces[program_id]

    @cached_property
    def points_by_id(self) -> dict[str, str]:
        """Program -> its name alone."""
        return {str(p): str(n) for p, n in zip(self.points["program_id"], self.points["name"], strict=True)}

    @cached_property
    def names(self) -> dict[str, str]:
        """Program -> its name with its institution, or its name alone in the public edition."""
        found = {}
        for row in rows(self.points):
            institution = "" if self.public else word(row.institution)
            found[str(row.program_id)] = f"{row.name} {institution}".strip()
        return found
