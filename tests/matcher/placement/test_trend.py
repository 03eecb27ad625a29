"""A falling placeable rate: an upper bound now below lower bounds of the years before, all counted the same way."""

from fractions import Fraction

import pandas as pd

from matcher import assess
from matcher.placement.demand_years import demand_roles, read_coverage
from matcher.placement.trend import Trend, rate_trends
from tests.matcher.test_assessment import small

YEARS = (2024, 2025, 2026)
PROGRAMS = pd.DataFrame({"program_id": ["T", "U"], "level": "associate", "major_group": "轻工纺织大类"})


def outcomes(**stayed: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"program_id": p, "year": y, "graduates": 100, "further_study": 0, "employed": 100, "stayed_local": s}
            for p, each in stayed.items()
            for y, s in zip(YEARS, each, strict=True)
        ]
    ).astype({"stayed_local": "Int64"})


def posts(openings: dict[int, int], source: str = "调查") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"demand_id": f"{source}-{y}", "occupation": "纺织工", "occupation_code": "1", "source": source, "basis": None,
             "region": "城区", "field": "轻工纺织大类", "levels": None, "openings": n, "entry_share": None, "year": y}
            for y, n in openings.items()
        ]
    )  # fmt: skip


def trends(
    figures: pd.DataFrame, table: pd.DataFrame, share_low: float = 1.0, links: tuple[str, ...] = ("T", "U")
) -> dict[str, Trend]:
    demands = table.assign(role=demand_roles(table, 2026, ["survey_new"]))
    matches = pd.DataFrame(
        [(p, d, True) for p in links for d in demands["demand_id"]], columns=["program_id", "demand_id", "edge"]
    )
    coverage = pd.DataFrame(
        {
            "source": "调查",
            "region": "城区",
            "field": "*",
            "year": [2026],
            "share_low": [share_low],
            "share_high": [1.0],
        }
    )
    return rate_trends(["T"], figures, PROGRAMS, demands, matches, read_coverage(coverage), 2026, 1, 2)


def test_each_year_is_placed_with_its_own_posts_links_and_graduates() -> None:
    found = trends(outcomes(T=[50, 50, 50], U=[50, 50, 0]), posts({2024: 90, 2025: 80, 2026: 30}))
    # 100 graduates for 90 and 80 posts; 50 for 30, since nobody of U stayed.
    assert found == {"T": Trend(Fraction(3, 5), (Fraction(4, 5), Fraction(9, 10)))}


def test_the_latest_posts_count_with_what_their_source_does_not_see() -> None:
    found = trends(outcomes(T=[50, 50, 50], U=[50, 50, 50]), posts({2024: 90, 2025: 80, 2026: 30}), share_low=0.5)
    assert found["T"].at_most == Fraction(60, 100)
    assert found["T"].before == (Fraction(4, 5), Fraction(9, 10))


def test_a_change_of_sources_is_no_fall() -> None:
    figures = outcomes(T=[100, 100, 100])
    ended = pd.concat(
        [posts({2024: 50, 2025: 50, 2026: 50}), posts({2024: 60, 2025: 60}, "退出的来源")], ignore_index=True
    )
    # A source that ended is compared by its own latest year, not taken for posts that vanished.
    assert trends(figures, ended, links=("T",))["T"].at_most == 1
    # Where a new source carries, its years before are unknown: nothing is below nothing.
    taken_over = pd.concat([posts({2024: 50, 2025: 50, 2026: 50}), posts({2026: 9}, "新来源")], ignore_index=True)
    assert trends(figures, taken_over, links=("T",))["T"].before == (0, 0)


def test_posts_that_are_gone_leave_a_rate_of_nothing() -> None:
    gone = trends(outcomes(T=[50, 50, 50]), posts({2024: 90, 2025: 80, 2026: 0}), links=("T",))
    assert gone["T"].at_most == 0


def test_an_estimated_share_or_a_missing_year_is_no_trend() -> None:
    table = posts({2024: 90, 2025: 80, 2026: 30})
    assert trends(outcomes(T=[50, None, 50], U=[50, 50, 50]), table) == {}
    short = outcomes(T=[50, 50, 50], U=[50, 50, 50])
    assert trends(short[~((short["program_id"] == "T") & (short["year"] < 2026))], table) == {}


def test_an_assessment_upgrades_a_traditional_field_by_its_falling_rate() -> None:
    tables = small()
    tables["programs"].loc[tables["programs"]["program_id"] == "N1", "name"] = "纺织技术"
    row = tables["demands"].iloc[[1]].assign(growth=None, shortage=False)
    by_year = [row.assign(demand_id=f"D2-{y}", year=y, openings=n) for y, n in ((2024, 80), (2025, 70), (2026, 30))]
    tables["demands"] = pd.concat([tables["demands"].iloc[[0]], *by_year], ignore_index=True)
    links = [{"program_id": "N1", "demand_id": f"D2-{y}"} for y in YEARS]
    tables["matches"] = pd.concat([tables["matches"].iloc[:2], pd.DataFrame(links)], ignore_index=True)
    result = assess(**tables, as_of="2026-10-15")
    found = result.programs.set_index("program_id").loc["N1"]
    # 60 graduates: 30 posts at 90 % coverage are 33.33 at most; 70 and 80 posts took everybody.
    assert (found["flag"], found["reason"]) == (
        "upgrade",
        "传统领域（纺织），岗位容纳率此前至少100%（2025年），现至多55%",
    )
