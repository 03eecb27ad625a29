"""Placeable rates of the demand years before, all counted the same way."""

from fractions import Fraction

import pandas as pd

from corpora.schema import empty_frame
from matcher import assess
from matcher.placement.demand_years import demand_roles
from matcher.placement.trend import earlier_demands, earlier_rates, rates_then
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


def before(
    figures: pd.DataFrame,
    table: pd.DataFrame,
    links: tuple[str, ...] = ("T", "U"),
    other: pd.DataFrame | None = None,
    seats: dict[str, int] | None = None,
) -> dict[str, tuple[Fraction, ...]]:
    demands = table.assign(role=demand_roles(table, 2026, ["survey_new"]))
    matches = pd.DataFrame(
        [(p, d, True) for p in links for d in demands["demand_id"]], columns=["program_id", "demand_id", "edge"]
    )
    taken = empty_frame("other_supply") if other is None else other
    years = enumerate(earlier_demands(demands, 2), 1)
    found = [rates_then(year, figures, PROGRAMS, matches, taken, seats or {}, 2026 - ago, 1) for ago, year in years]
    return earlier_rates(["T"], found)


def test_each_year_is_placed_with_its_own_posts_links_and_graduates() -> None:
    found = before(outcomes(T=[50, 100, 50], U=[50, 50, 0]), posts({2024: 90, 2025: 75, 2026: 30}))
    assert found == {"T": (Fraction(1, 2), Fraction(9, 10))}


def test_what_is_taken_off_now_is_taken_off_in_every_year() -> None:
    figures, table = outcomes(T=[50, 50, 50]), posts({2024: 40, 2025: 30, 2026: 20})
    others = pd.DataFrame(
        {"occupation_code": ["1"], "region": "城区", "year": 2026, "persons": 10, "level": None, "source": "他处"}
    )
    assert before(figures, table, links=("T",))["T"] == (Fraction(3, 5), Fraction(4, 5))
    assert before(figures, table, links=("T",), other=others)["T"] == (Fraction(2, 5), Fraction(3, 5))
    # Ten of fifty have a contracted post: 20 posts for 40.
    assert before(figures, table, links=("T",), seats={"T": 1000})["T"] == (Fraction(1, 2), Fraction(3, 4))


def test_a_change_of_sources_is_no_fall() -> None:
    figures = outcomes(T=[100, 100, 100])
    # Where a new source carries, the years before are unknown: nothing is below nothing.
    taken_over = pd.concat([posts({2024: 50, 2025: 50, 2026: 50}), posts({2026: 9}, "新来源")], ignore_index=True)
    assert before(figures, taken_over, links=("T",))["T"] == (0, 0)
    # A source that ended a year ago is looked at from its own latest year on.
    ended = pd.concat([posts({2024: 50, 2025: 50, 2026: 50}), posts({2023: 20, 2024: 30, 2025: 40}, "退出的来源")])
    assert before(figures, ended.reset_index(drop=True), links=("T",))["T"][0] == Fraction(1, 2)


def test_an_estimated_share_or_a_missing_year_gives_no_rates() -> None:
    table = posts({2024: 90, 2025: 80, 2026: 30})
    assert before(outcomes(T=[50, None, 50], U=[50, 50, 50]), table) == {}
    short = outcomes(T=[50, 50, 50], U=[50, 50, 50])
    assert before(short[~((short["program_id"] == "T") & (short["year"] < 2026))], table) == {}


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
