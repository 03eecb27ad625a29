"""The tables of an assessment as a caller may see it, made once: filtered, sorted, paged and exported."""

import io
import json
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import harmless, word
from matcher.assessment import Assessment
from matcher.folder import as_shown
from matcher.lists import provincial_list, school_list
from matcher.offer import whitespace
from reports.charts import chain_balance
from reports.public_tables import public_chains

Format = Literal["csv", "xlsx"]
_FROM_INPUT = ("occupation_code", "field", "chain", "segment", "stage", "basis", "growth", "growth_low", "employers",
               "shortage", "source", "source_date")  # fmt: skip


class Table:
    """Rows with their JSON, made once; a page costs no more than its rows."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame.reset_index(drop=True)

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        return records(self.frame)

    def page(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """The rows at some places."""
        return [self.records[place] for place in places]

    def by(self, column: str) -> Mapping[str, list[int]]:
        """Value -> places of the rows that have it."""
        found: dict[str, list[int]] = {}
        for place, value in enumerate(self.frame[column].tolist()):
            found.setdefault(str(value), []).append(place)
        return found


class Tables:
    """What is asked of one assessment again and again; every table is made when first asked for.

    Args:
        assessment: as the caller may see it. whole: as it is; what a market lacks follows from all of its programs.
        public: whether of sums over all programs only those that anybody may see are told.
    """

    def __init__(self, assessment: Assessment, whole: Assessment, public: bool) -> None:
        self.assessment, self._whole, self._public = assessment, whole, public

    @cached_property
    def programs(self) -> Table:
        """`programs` of the assessment with the catalogue code and cluster as filed."""
        filed = self.assessment.inputs["programs"].set_index("program_id")
        ids = self.assessment.programs["program_id"]
        more = {column: filed[column].reindex(ids).array for column in ("code", "cluster")}
        return Table(self.assessment.programs.assign(**more))

    @cached_property
    def demands(self) -> Table:
        """`demands` of the assessment with what the table said of each."""
        given = self.assessment.inputs["demands"].set_index("demand_id")
        ids = self.assessment.demands["demand_id"]
        more = {column: given[column].reindex(ids).array for column in _FROM_INPUT}
        return Table(self.assessment.demands.assign(**more))

    @cached_property
    def whitespace(self) -> Table:
        """`matcher.whitespace` with the programs and institutions that the caller sees."""
        return Table(seen_of(whitespace(self._whole), self.assessment))

    @cached_property
    def chains(self) -> Table:
        """Posts and graduates of every chain and stage, of the whole market; see `reports.charts.chain_balance`."""
        return Table(public_chains(self._whole) if self._public else chain_balance(self._whole))

    @cached_property
    def provincial(self) -> Table:
        return Table(provincial_list(self.assessment))

    @cached_property
    def school(self) -> Table:
        return Table(school_list(self.assessment))

    @cached_property
    def filed(self) -> Table:
        """The programs as filed."""
        return Table(self.assessment.inputs["programs"])

    @cached_property
    def outcomes(self) -> Table:
        """The latest year first."""
        return Table(self.assessment.inputs["outcomes"].sort_values("year", ascending=False, kind="stable"))

    @cached_property
    def matches(self) -> Table:
        """Matches with demands that carry, the best first, each with the demand's words."""
        known = self.assessment.demands.set_index("demand_id")
        found = self.assessment.matches
        found = found[found["demand_id"].isin(known.index)]
        more = {column: known[column].reindex(found["demand_id"]).array for column in ("occupation", "region", "posts")}
        return Table(found.assign(**more))

    @cached_property
    def skills(self) -> Table:
        return Table(self.assessment.skills)

    @cached_property
    def placement(self) -> Table:
        return Table(self.assessment.placement)

    @cached_property
    def by_program(self) -> Mapping[str, Mapping[str, list[int]]]:
        """Name of a table -> program -> places of its rows."""
        names = ("programs", "filed", "outcomes", "matches", "skills", "placement")
        return {name: getattr(self, name).by("program_id") for name in names}

    def of(self, name: str, program_id: str) -> list[dict[str, Any]]:
        """The rows of one program in one table, without its id."""
        table: Table = getattr(self, name)
        rows = table.page(self.by_program[name].get(program_id, []))
        return [{key: value for key, value in row.items() if key != "program_id"} for row in rows]


def seen_of(empty_posts: pd.DataFrame, view: Assessment) -> pd.DataFrame:
    """Empty posts of a whole assessment, with no id, institution or figure that a view of it leaves out."""
    programs = set(view.programs["program_id"])
    institutions = set(view.programs["institution"].dropna())
    known = view.demands.set_index("demand_id")
    figures = {c: known[c].reindex(empty_posts["demand_id"]).array for c in ("posts", "whitespace", "block")}

    def kept(names: pd.Series, allowed: Set[str]) -> pd.Series:
        found = [";".join(n for n in word(text).split(";") if n in allowed) for text in names]
        return pd.Series(found, index=names.index, dtype="string")

    at = {c: kept(empty_posts[c], institutions) for c in empty_posts.columns if c.startswith("at_")}
    return empty_posts.assign(**figures, served_by=kept(empty_posts["served_by"], programs), **at)


def chosen(
    frame: pd.DataFrame,
    wanted: Mapping[str, Sequence[str]],
    text: str | None = None,
    searched: Sequence[str] = (),
    sort: str | None = None,
) -> list[int]:
    """Places of the rows that have one of the values wanted in each column, and the text in one of the columns searched.

    Args:
        sort: columns separated by commas, falling where a minus stands before; missing values last. Of a column named
            twice the first counts.

    Raises:
        Unusable: no such column to sort by.
    """
    kept = pd.Series(True, index=frame.index)
    for column, values in wanted.items():
        if values:
            kept &= frame[column].astype("string").isin(list(values)).fillna(False)
    if text:
        found = pd.Series(False, index=frame.index)
        for column in searched:
            found |= frame[column].astype("string").str.contains(text, case=False, regex=False).fillna(False)
        kept &= found
    places = frame.index[kept]
    if not sort:
        return [int(place) for place in places]
    rising: dict[str, bool] = {}
    for name in (part.strip() for part in sort.split(",") if part.strip()):
        column = name.removeprefix("-").strip()
        if column not in frame:
            known = ", ".join(map(str, frame.columns))
            raise Unusable(
                f"不能按“{name}”排序：请给出列名，前加 - 为降序；可用：{known}",
                f"cannot sort by {name!r}: name a column, with - before it to let it fall; there are: {known}",
            )
        rising.setdefault(column, not name.startswith("-"))
    columns = list(rising)
    ordered = frame.loc[places, columns].sort_values(columns, ascending=list(rising.values()), kind="stable")
    return [int(place) for place in ordered.index]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: a missing cell is null."""
    found: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", force_ascii=False, double_precision=12, date_format="iso") or "[]"
    )
    return found


def exported(table: pd.DataFrame, kind: Format) -> bytes:
    """A table as a file for spreadsheets; no cell of it is run as a formula."""
    if kind == "csv":
        return as_shown(table).encode("utf-8-sig")
    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(target, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        table.map(harmless).to_excel(writer, index=False, freeze_panes=(1, 0))
    return target.getvalue()
