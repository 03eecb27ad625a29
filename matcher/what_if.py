"""The same data with other rules or other figures: what would be advised then (docs/method.md, section 8).

Texts are never compared again, and everything is drawn with the same chances, so that a difference is due to what was
changed and to nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from corpora.cells import LIMITS, Column
from corpora.faults import Unusable
from corpora.frames import rows
from corpora.schema import TABLES
from matcher.assessment import Assessment
from matcher.policy.employment import counted_years
from matcher.policy.lineage import carried_history
from matcher.policy.pack import PolicyPack, Value, load_pack, varied
from matcher.prepare import one_rate_basis
from matcher.rerun import Recipe, recipe_of

# Columns of an assessment's programs that are compared; each stands in the table as NAME_from and NAME_to.
COMPARED = ("flag", "rule_verdict", "placeable_rate")
COLUMNS = (
    "program_id", "name", "institution", *(f"{name}_{end}" for name in COMPARED for end in ("from", "to")), "reason",
    "reason_en",
)  # fmt: skip


class WhatIfError(Unusable):
    """A change that cannot be made; the message says which and what to do."""


@dataclass(frozen=True)
class WhatIf:
    """What a change would change.

    Attributes:
        programs: one row a program whose flag, rule verdict or placeable rate changes (COLUMNS); reason, reason_en: of
            the flag it would get.
        counts_from, counts_to: flag -> number of programs.
        assessment: everything as it would be.
    """

    programs: pd.DataFrame
    counts_from: Mapping[str, int]
    counts_to: Mapping[str, int]
    assessment: Assessment

    @property
    def flags_changed(self) -> int:
        """How many programs would get another flag."""
        return int((self.programs["flag_from"] != self.programs["flag_to"]).sum())

    def _repr_html_(self) -> str:
        from matcher.showing import what_if_html

        return what_if_html(self)


def what_if(
    assessment: Assessment,
    *,
    policy: str | Path | PolicyPack | None = None,
    parameters: Mapping[str, Value] | None = None,
    openings: Mapping[str, float] | None = None,
    intake: Mapping[str, int] | None = None,
    employed: Mapping[str, int] | None = None,
) -> WhatIf:
    """What would be advised under another pack, with other parameters, openings or graduates.

    Args:
        policy: another pack in place of the one that was used.
        parameters: name -> value, in the unit that the pack gives, over the pack.
        openings: demand_id -> openings a year of that row, in place of what its source counted.
        intake: program_id -> graduates a year in place of those of its cohorts; its shares of further study and of
            those who stay are kept, and its employment record too.
        employed: program_id -> employed of its latest year in place of those reported, for its employment alone.

    Raises:
        WhatIfError: a program or demand that is not there, or a figure that cannot be.
        PackError: a pack or parameter that is not there, or a value that does not fit its unit.
    """
    recipe = assessment.kept(recipe_of, assessment)
    asked = changed(recipe, policy=policy, parameters=parameters, openings=openings, intake=intake, employed=employed)
    return difference(assessment, asked.run(kept=assessment.kept))


def changed(
    recipe: Recipe,
    *,
    policy: str | Path | PolicyPack | None = None,
    parameters: Mapping[str, Value] | None = None,
    openings: Mapping[str, float] | None = None,
    intake: Mapping[str, int] | None = None,
    employed: Mapping[str, int] | None = None,
    reviews: pd.DataFrame | None = None,
) -> Recipe:
    """A recipe with the changes of `what_if`, and with other reviews."""
    pack = recipe.pack if policy is None else policy if isinstance(policy, PolicyPack) else load_pack(policy)
    if parameters:
        pack = varied(pack, parameters, recipe.as_of)
    tables = recipe.tables
    if openings:
        tables = {**tables, "demands": _with_openings(tables["demands"], openings)}
    if reviews is not None:
        tables = {**tables, "reviews": reviews}
    _check_persons(tables, intake or {}, "graduates")
    _check_persons(tables, employed or {}, "employed")
    if employed:
        _check_employed(recipe, employed)
    return replace(
        recipe,
        pack=pack,
        tables=tables,
        intake={**recipe.intake, **(intake or {})},
        employed={**recipe.employed, **(employed or {})},
    )


def difference(before: Assessment, after: Assessment) -> WhatIf:
    """Two assessments of the same programs, side by side."""
    one, two = before.programs.set_index("program_id"), after.programs.set_index("program_id")
    two = two.loc[one.index]
    moved = pd.Series(False, index=one.index)
    for name in COMPARED:
        moved |= (one[name] != two[name]).fillna(True) & ~(one[name].isna() & two[name].isna())
    table: dict[str, Any] = {"name": one["name"], "institution": one["institution"]}
    for name in COMPARED:
        table |= {f"{name}_from": one[name], f"{name}_to": two[name]}
    found = pd.DataFrame({**table, "reason": two["reason"], "reason_en": two["reason_en"]})[moved].reset_index()
    # Other flags first: what changes most is read first.
    other = (found["flag_from"] != found["flag_to"]).sort_values(ascending=False, kind="stable").index
    shown = found.loc[other, list(COLUMNS)]
    return WhatIf(shown.reset_index(drop=True), before.flag_counts(), after.flag_counts(), after)


def _with_openings(demands: pd.DataFrame, openings: Mapping[str, float]) -> pd.DataFrame:
    known = set(demands["demand_id"])
    for demand, figure in openings.items():
        if demand not in known:
            raise WhatIfError(
                f"岗位需求表里没有 {demand}；编号见 demands.csv", f"no demand {demand}: demands.csv lists them"
            )
        _check_limits(demand, figure, TABLES["demands"]["openings"])
    column = demands["demand_id"].map(openings).astype(demands["openings"].dtype)
    return demands.assign(openings=column.fillna(demands["openings"]))


def _check_persons(tables: Mapping[str, pd.DataFrame], figures: Mapping[str, int], column: str) -> None:
    """Every program is there, has reported the column (without it there is nothing to change), and no figure is one that
    its table could not hold."""
    known = set(tables["programs"]["program_id"])
    reported = set(tables["outcomes"].dropna(subset=["graduates", column])["program_id"])
    told = TABLES["outcomes"][column]
    for program, figure in figures.items():
        if program not in known:
            raise WhatIfError(
                f"没有专业点 {program}；编号见 programs.csv", f"no program {program}: programs.csv lists them"
            )
        if program not in reported:
            raise WhatIfError(
                f"{program} 没有{told.zh}数据，无从改动：先在结果表补报",
                f"{program} reports no {column}: report them first",
            )
        _check_limits(program, figure, told)


def _check_employed(recipe: Recipe, employed: Mapping[str, int]) -> None:
    """No more employed than there were graduates in the year whose figure is changed."""
    tables = recipe.tables
    own = one_rate_basis(carried_history(tables["outcomes"], tables["predecessors"]), [])
    counted = counted_years(own[(own["year"] <= recipe.as_of.year) & own["program_id"].isin(employed)])
    for row in rows(counted.drop_duplicates("program_id")):
        if (figure := employed[row.program_id]) > row.graduates:
            raise WhatIfError(
                f"{row.program_id} 的就业人数不能是 {figure}：{row.year} 年毕业生为 {row.graduates} 人，就业人数不超过毕业生数",
                f"employed of {row.program_id} cannot be {figure}: it had {row.graduates} graduates in {row.year}; "
                "expected at most as many",
            )


def _check_limits(name: str, figure: float, column: Column) -> None:
    low, high = column.limits or LIMITS["amount"]
    # Written so that what is no number (nan) is outside.
    if not low <= figure <= high:
        raise WhatIfError(
            f"{name} 的{column.zh}不能是 {figure}；应在 {low:.0f} 到 {high:.0f} 之间",
            f"{column.name} of {name} cannot be {figure}; expected {low:.0f} to {high:.0f}",
        )
