"""Posts that lack a program, what could be opened for them and where, and programs that crowd the same posts."""

from pathlib import Path

import pandas as pd
import pytest

from matcher import Assessment, assess, load_assessment, overlaps, whitespace
from matcher.offer import OVERLAPS, WHITESPACE, in_words, limits_not_checked
from tests.matcher.test_assessment import small

WELDING, CNC, NURSING = "460110", "460103", "520201"


def region(**changes: object) -> dict[str, pd.DataFrame]:
    """The small tables, with welders in surplus, and posts for machinists that no program leads to."""
    tables = small()
    tables["programs"] = tables["programs"].assign(code=[WELDING, WELDING, NURSING])
    machinists = (
        tables["demands"]
        .iloc[[0]]
        .assign(
            demand_id="D3",
            occupation="数控机床操作工",
            occupation_code=None,
            openings=40,
            levels="associate",
            segment="机械加工",
        )
    )
    tables["demands"] = pd.concat([tables["demands"], machinists.assign(**changes)], ignore_index=True)
    return tables


def first(found: pd.DataFrame, demand: str) -> pd.Series:
    return found.set_index("demand_id").loc[demand]


@pytest.fixture(scope="module")
def plain() -> Assessment:
    return assess(**region(), as_of="2026-10-15")


def test_empty_posts_come_with_what_could_be_opened_and_where(plain: Assessment) -> None:
    found = whitespace(plain)
    # Nurses: 200 posts for 58 graduates of P(placed) - more posts than graduates; machinists: nobody; welders: none left.
    assert found[["demand_id", "reason", "served_by"]].to_numpy().tolist() == [
        ["D2", "scarce", "N1"],
        ["D3", "no_program", ""],
    ]
    assert found["whitespace"].tolist() == [200 - plain.programs.set_index("program_id").loc["N1", "supply"], 40]
    row = first(found, "D3")
    assert (row["code_1"], row["name_1"]) == (CNC, "数控技术")
    # Both schools of the class could open it; the nursing school teaches nothing near it.
    assert row["at_1"] == "乙校;甲校"
    assert set(found.columns) == set(WHITESPACE)


def test_what_is_restricted_within_reach_is_not_suggested() -> None:
    tables = region(occupation="焊工", segment="焊接")
    tables["programs"]["name"] = ["智能焊接技术", "智能焊接技术", "护理"]
    barred = first(whitespace(assess(**tables, as_of="2026-10-15")), "D3")
    tables["outcomes"] = tables["outcomes"].assign(graduates=5, employed=5, stayed_local=5, matched_job=5)
    free = first(whitespace(assess(**tables, as_of="2026-10-15")), "D3")
    assert (free["code_1"], free["name_1"], free["at_1"]) == (WELDING, "智能焊接技术", "")
    assert "智能焊接技术" not in set(barred[["name_1", "name_2", "name_3"]])


def test_the_row_order_changes_nothing(plain: Assessment) -> None:
    turned = {kind: table.iloc[::-1].reset_index(drop=True) for kind, table in region().items()}
    other = assess(**turned, as_of="2026-10-15")
    pd.testing.assert_frame_equal(whitespace(other), whitespace(plain))
    pd.testing.assert_frame_equal(overlaps(other), overlaps(plain))


def secondary_schools() -> dict[str, pd.DataFrame]:
    """Three secondary schools that all train machinists, for posts that their texts do not reach."""
    tables = region(levels="secondary")
    one = tables["programs"].iloc[[0]].assign(level="secondary", code="660103", name="数控技术应用")
    added = [one.assign(program_id=f"S{n}", institution=f"{n}校", year_opened=2015) for n in "甲乙丙"]
    tables["programs"] = pd.concat([tables["programs"], *added], ignore_index=True)
    return tables


def suggested(result: Assessment) -> dict[str, str]:
    row = first(whitespace(result), "D3")
    return {row[f"code_{n}"]: row[f"at_{n}"] for n in (1, 2, 3)}


def test_no_further_point_where_too_many_schools_offer_it_and_only_where_that_can_be_known() -> None:
    unknown = assess(**secondary_schools(), policy="guangxi-2023", as_of="2026-10-15")
    assert limits_not_checked(unknown)
    assert "660103" in suggested(unknown)
    known = assess(**secondary_schools(), policy="guangxi-2023", as_of="2026-10-15", scope="province")
    assert not limits_not_checked(known)
    assert "660103" not in suggested(known)


def test_a_school_that_opened_its_share_this_year_opens_no_further() -> None:
    tables = secondary_schools()
    two = tables["programs"]["program_id"].isin(["S甲"])
    tables["programs"].loc[two, "year_opened"] = 2026
    second = tables["programs"][two].assign(program_id="S丁", code="660201", name="机电技术应用")
    tables["programs"] = pd.concat([tables["programs"], second], ignore_index=True)
    open_to = suggested(assess(**tables, as_of="2026-10-15"))
    limited = suggested(assess(**tables, policy="guangxi-2023", as_of="2026-10-15"))
    assert open_to.keys() == limited.keys()
    assert any("甲校" in at for at in open_to.values())
    assert not any("甲校" in at for at in limited.values())
    assert any("乙校" in at for at in limited.values())


def test_posts_are_served_from_regions_whose_graduates_come() -> None:
    tables = region(region="新区")
    alone = first(whitespace(assess(**tables, as_of="2026-10-15")), "D3")
    assert (alone["code_1"], alone["at_1"]) == (CNC, "")
    tables["flows"] = pd.DataFrame({"from_region": ["城区"], "to_region": ["新区"], "share": [0.3]})
    near = first(whitespace(assess(**tables, as_of="2026-10-15")), "D3")
    assert near["at_1"] == "乙校;甲校"


def test_overlap_is_one_catalogue_program_of_several_institutions_in_one_block(plain: Assessment) -> None:
    found = overlaps(plain)
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["block"], row["code"], row["institutions"], row["programs"]) == ("W1", WELDING, "乙校;甲校", "W1;W2")
    assert (row["supply"], row["block_posts"], row["rate"]) == (120, 30, 0.25)
    assert overlaps(plain, least=3).empty
    for language, said in (("zh", "布点集中"), ("en", "Overlap")):
        assert said in plain.explain("W1", language)
        assert said not in plain.explain("N1", language)


def test_the_folder_holds_both_and_gives_them_back(plain: Assessment, tmp_path: Path) -> None:
    folder = plain.write(tmp_path / "result")
    again = load_assessment(folder)
    pd.testing.assert_frame_equal(whitespace(again), whitespace(plain))
    for name, table in (("whitespace", whitespace(again)), ("overlaps", overlaps(again))):
        written = pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig", dtype="string", keep_default_na=False)
        assert written.shape == table.shape
        assert list(written.columns) == list(table.columns)


def test_words_of_both_tables_in_both_languages(plain: Assessment) -> None:
    for table, heads in ((whitespace(plain), WHITESPACE), (overlaps(plain), OVERLAPS)):
        for language in ("zh", "en"):
            assert list(in_words(table, language).columns) == [names[language] for names in heads.values()]
    english = in_words(whitespace(plain), "en")
    assert "more posts than graduates" in set(english["reason"])
    assert english["name_1"].str.isascii().all()
