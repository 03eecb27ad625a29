"""From validated tables to what the method reads; shared by an assessment and by its re-check."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pandas as pd

from corpora.frames import rows
from corpora.starter import catalogue
from matcher.placement.agreements import contracted
from matcher.placement.demand_years import demand_roles, read_coverage
from matcher.placement.edges import classify_matches, reachable_regions
from matcher.placement.place import Placement, place, reach_of, seen_shares
from matcher.placement.quantities import demand_posts, expected_graduates, observed_placements, supply
from matcher.placement.retention import Lift, as_peers, peer_shares
from matcher.policy.kept import Kept
from matcher.policy.own_rows import program_rows, study_years
from matcher.policy.pack import Values

# A sentence for the reader of a report, in Chinese and in English.
Caveat = dict[str, str]


def completed(programs: pd.DataFrame, warnings: list[Caveat]) -> pd.DataFrame:
    """Programs with what the national catalogue says of their code (level, major group, class) where it is empty.

    `region` becomes the region of the campus where one is given: that is where the students are.
    """
    known = catalogue().drop_duplicates("code").set_index("code")
    found = programs.copy()
    codes = found["code"].where(found["code"].isin(known.index))
    filled = 0
    for column in ("level", "major_group"):
        looked_up = codes.map(known[column]).astype("string")
        filled += int((found[column].isna() & looked_up.notna()).sum())
        found[column] = found[column].fillna(looked_up)
    found["class"] = codes.map(known["class"]).astype("string")
    found["region"] = found["campus_region"].fillna(found["region"])
    if filled:
        warnings.append(
            {
                "zh": f"{filled} 处空缺的层次或专业大类按专业代码由国家目录补齐",
                "en": f"{filled} empty levels or major groups were filled from the national catalogue by code",
            }
        )
    return found


def prepared_demands(demands: pd.DataFrame, year: int, values: Values) -> pd.DataFrame:
    """Demands with a year in every row and the role each row plays."""
    found = demands.assign(year=demands["year"].fillna(year).astype("Int64"))
    return found.assign(role=demand_roles(found, year, values.names("demand.basis_order")))


def one_rate_basis(outcomes: pd.DataFrame, warnings: list[Caveat]) -> pd.DataFrame:
    """Outcomes of one rate basis: initial and year-end rates are never mixed; the basis with more rows is kept."""
    bases = outcomes["rate_basis"].dropna().value_counts()
    if len(bases) < 2:
        return outcomes
    kept = sorted(bases.index, key=lambda b: (-bases[b], b))[0]
    other = outcomes["rate_basis"].notna() & (outcomes["rate_basis"] != kept)
    warnings.append(
        {
            "zh": f"{int(other.sum())} 行去向数据口径与 {kept} 不同，只取其人数，不计就业率",
            "en": f"{int(other.sum())} outcome rows of another rate basis than {kept} keep only their head counts",
        }
    )
    cleared = outcomes.copy()
    cleared.loc[other, ["employed", "rate_basis"]] = pd.NA
    return cleared


def cohorts(outcomes: pd.DataFrame, programs: pd.DataFrame, warnings: list[Caveat]) -> pd.DataFrame:
    """Outcomes as the method reads them: of one rate basis, and without the years before a program's first cohort.

    A young program's zeros are no cohorts: they would halve its supply and hide it from the guard on its age.
    """
    found = one_rate_basis(outcomes, warnings)
    first = {
        str(row["program_id"]): int(row["year_opened"]) + study_years(row)
        for row in program_rows(programs.dropna(subset=["year_opened"])).values()
    }
    start = found["program_id"].map(first)
    early = (found["graduates"] == 0).fillna(False) & (found["year"] < start).fillna(False).astype(bool)
    found = found.copy()
    found.loc[early, "graduates"] = pd.NA
    return found


def classified_matches(
    matches: pd.DataFrame,
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    flows: pd.DataFrame,
    values: Values,
    threshold: float | None = None,
) -> pd.DataFrame:
    """Matches with `edge` and `why_not`; a pair that the bureau's reviews reject is no edge."""
    return classify_matches(
        matches,
        programs,
        demands,
        values.number("match.threshold") if threshold is None else threshold,
        reachable_regions(flows, values.number("flows.min_share")),
    )


def placed(
    tables: Mapping[str, pd.DataFrame],
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    outcomes: pd.DataFrame,
    matches: pd.DataFrame,
    supplies: pd.DataFrame,
    values: Values,
    as_of: date,
    horizon: int | None,
    kept: Kept,
) -> Placement:
    """Posts and placement from validated tables.

    Args:
        supplies: of `seekers`; kept: of an earlier question on the same data.
    """
    years = int(values.number("supply.years"))
    figures = {str(p): int(s) for p, s in zip(supplies["program_id"], supplies["supply"], strict=True)}
    estimated = frozenset(str(p) for p, e in zip(supplies["program_id"], supplies["estimated"], strict=True) if e)
    flows = reachable_regions(tables["flows"], values.number("flows.min_share"))
    current, coverage = demands[demands["role"] == "current"], kept(read_coverage, tables["coverage"])
    seen = kept(seen_shares, current, coverage)
    return place(
        figures,
        estimated,
        kept(observed_placements, outcomes, as_of.year, years),
        current,
        kept(demand_posts, current, tables["other_supply"], key="listed"),
        kept(demand_posts, current, tables["other_supply"], seen, key="grossed up"),
        seen,
        matches,
        # Not of the number of posts.
        kept(reach_of, programs, demands.drop(columns="openings"), matches, flows),
        coverage,
        values.share("surplus.rate"),
        contracted(tables["agreements"], horizon or as_of.year),
    )


def seekers(
    students: pd.DataFrame,
    outcomes: pd.DataFrame,
    programs: pd.DataFrame,
    years: int,
    as_of: date,
    horizon: int | None,
    intake: Mapping[str, int],
    kept: Kept,
    whose: str = "reported",
) -> pd.DataFrame:
    """Supply of every program (placement.quantities.supply), with the graduates of `intake` in place of its own.

    Args:
        kept: of an earlier question on the same data; whose: tells apart the outcomes that one question asks about.
    """
    expected = None if horizon is None else kept(expected_graduates, students, outcomes, horizon, key=whose)
    found = kept(supply, outcomes, programs, as_of.year, years, expected, key=whose)
    if not intake:
        return found
    asked = {program: Fraction(n) for program, n in intake.items()}
    changed = kept(supply, outcomes, programs, as_of.year, years, asked, key=(whose, "intake"))
    rest = found[~found["program_id"].isin(changed["program_id"])]
    return pd.concat([rest, changed], ignore_index=True).sort_values("program_id", ignore_index=True)


def retention_lifts(
    students: pd.DataFrame,
    programs: pd.DataFrame,
    outcomes: pd.DataFrame,
    values: Values,
    as_of: date,
    horizon: int | None,
    intake: Mapping[str, int],
    supplies: pd.DataFrame,
    kept: Kept,
) -> dict[str, Lift]:
    """Program -> what its peers' share of those who stay would change, for programs where fewer stayed.

    Args:
        students, ..., intake, kept: as `seekers` takes them; supplies: what it gave.
    """
    years = values.whole("supply.years")
    shares = kept(peer_shares, outcomes, programs, as_of.year, years, values.whole("evidence.min_graduates"))
    raised = kept(as_peers, outcomes, shares)
    if raised["stayed_local"].equals(outcomes["stayed_local"]):
        return {}
    before = {str(p): int(s) for p, s in zip(supplies["program_id"], supplies["supply"], strict=True)}
    observed = kept(observed_placements, raised, as_of.year, years, key="at peers")
    after = rows(seekers(students, raised, programs, years, as_of, horizon, intake, kept, "at peers"))
    return {
        str(row.program_id): Lift(
            int(row.supply) - before[str(row.program_id)], row.each, observed.get(row.program_id, 0)
        )
        for row in after
        if int(row.supply) > before[str(row.program_id)]
    }
