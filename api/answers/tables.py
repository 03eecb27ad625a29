"""The tables of an assessment, ready to be filtered, sorted and exported."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import harmless
from matcher import offer
from matcher.assessment import Assessment
from matcher.folder import as_shown
from reports.charts import chain_balance

Format = Literal["csv", "xlsx"]
_FROM_INPUT = ("occupation_code", "field", "chain", "segment", "stage", "basis", "growth", "growth_low", "employers",
               "shortage", "source", "source_date")  # fmt: skip


def programs(assessment: Assessment) -> pd.DataFrame:
    """`programs` of the assessment with the catalogue code and cluster as filed."""
    filed = assessment.inputs["programs"].set_index("program_id")
    ids = assessment.programs["program_id"]
    more = {column: filed[column].reindex(ids).array for column in ("code", "cluster")}
    return assessment.programs.assign(**more)


def demands(assessment: Assessment) -> pd.DataFrame:
    """`demands` of the assessment with what the table said of each."""
    given = assessment.inputs["demands"].set_index("demand_id")
    ids = assessment.demands["demand_id"]
    return assessment.demands.assign(**{column: given[column].reindex(ids).array for column in _FROM_INPUT})


def whitespace(assessment: Assessment) -> pd.DataFrame:
    """Demands whose posts stay empty, most first, with what could be opened for them and where (matcher.offer)."""
    found, table = offer.whitespace(assessment), demands(assessment)
    more = [column for column in table.columns if column == "demand_id" or column not in found.columns]
    return found.merge(table[more], on="demand_id", how="left")


def chains(assessment: Assessment) -> pd.DataFrame:
    """Posts and graduates of every chain and stage; see `reports.charts.chain_balance`."""
    return chain_balance(assessment)


def filtered(
    table: pd.DataFrame, wanted: Mapping[str, Sequence[str]], text: str | None, searched: Sequence[str]
) -> pd.DataFrame:
    """Rows that have one of the values wanted in each column, and the text in one of the columns searched."""
    kept = pd.Series(True, index=table.index)
    for column, values in wanted.items():
        if values:
            kept &= table[column].astype("string").isin(list(values)).fillna(False)
    if text:
        found = pd.Series(False, index=table.index)
        for column in searched:
            found |= table[column].astype("string").str.contains(text, case=False, regex=False).fillna(False)
        kept &= found
    return table[kept]


def ordered(table: pd.DataFrame, sort: str | None) -> pd.DataFrame:
    """Sorted by columns separated by commas, falling where a minus stands before; missing values last.

    Raises:
        Unusable: no such column.
    """
    if not sort:
        return table
    names = [part.strip() for part in sort.split(",") if part.strip()]
    columns = [name.removeprefix("-") for name in names]
    if unknown := [column for column in columns if column not in table]:
        known = ", ".join(map(str, table.columns))
        raise Unusable(f"不能按 {unknown[0]} 排序；可用：{known}", f"cannot sort by {unknown[0]}; there are: {known}")
    return table.sort_values(columns, ascending=[not name.startswith("-") for name in names], kind="stable")


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
