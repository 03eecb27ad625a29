"""What two assessments differ in, and which input did it: tables whose answer can be told by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from matcher import Assessment, assess, compare
from matcher.policy.pack import PolicyPack
from matcher.rerun import POLICY, changed_rows, differing, differing_parameters, exchanged, recipe_of
from tests.matcher.test_assessment import small

Tables = dict[str, pd.DataFrame]


def assessed(*changes: Callable[[Tables], None]) -> Assessment:
    tables = small()
    for change in changes:
        change(tables)
    return assess(**tables, as_of="2026-10-15")


def enough_posts(tables: Tables) -> None:
    tables["demands"].loc[0, "openings"] = 120


def everybody_employed(tables: Tables) -> None:
    own = tables["outcomes"]["program_id"] == "W1"
    tables["outcomes"].loc[own, ["employed", "stayed_local"]] = 55


def fewer_links(tables: Tables) -> None:
    tables["matches"] = tables["matches"].iloc[1:]


def one_more_school(tables: Tables) -> None:
    new = tables["programs"].iloc[[0]].assign(program_id="W3", institution="丁校")
    tables["programs"] = pd.concat([tables["programs"], new], ignore_index=True)
    tables["matches"] = pd.concat([tables["matches"], pd.DataFrame({"program_id": ["W3"], "demand_id": ["D1"]})])
    own = tables["outcomes"]["program_id"] == "W1"
    more = tables["outcomes"][own].assign(program_id="W3")
    tables["outcomes"] = pd.concat([tables["outcomes"], more], ignore_index=True)


def rows(a: Assessment, b: Assessment) -> dict[str, Any]:
    found = compare(a, b)
    assert found.not_reproduced == ()
    return {row["program_id"]: row for row in found.programs.to_dict("records")}


def test_an_assessment_does_not_differ_from_itself() -> None:
    found = compare(assessed(), assessed())
    assert (len(found.programs), len(found.inputs), found.not_reproduced) == (0, 0, ())


def test_one_changed_table_is_the_cause_with_its_rows() -> None:
    found = rows(assessed(), assessed(enough_posts))
    assert found.keys() == {"W1", "W2"}
    welder = found["W1"]
    assert (welder["flag_a"], welder["flag_b"], welder["rate_a"], welder["rate_b"]) == (
        "phase_out",
        "maintain",
        0.25,
        1,
    )
    assert (welder["alone"], welder["undone_by"]) == ("demands", "demands")
    assert welder["details"] == "demands D1: openings 30.0 → 120.0"
    assert "由撤并淘汰变为稳定规模" in welder["sentence"]
    assert "岗位需求的变化，单独足以" in welder["sentence"]
    assert "a change of demands does it alone" in welder["sentence_en"]


def test_a_change_elsewhere_is_not_blamed() -> None:
    def nurses(tables: Tables) -> None:
        tables["demands"].loc[1, "openings"] = 190

    found = rows(assessed(), assessed(everybody_employed, nurses))
    # Its own employment, not the nurses' posts, keeps the welders open.
    assert found["W1"]["alone"] == "outcomes"
    assert found["W1"]["undone_by"] == "outcomes"


def test_a_change_that_takes_two_inputs_is_not_given_to_one() -> None:
    found = rows(assessed(enough_posts, everybody_employed), assessed())
    # A phase-out takes a surplus and low employment: more posts or more work, each alone prevents it.
    welder = found["W1"]
    assert "flag" in welder["changed"]
    assert welder["flag_b"] == "phase_out"
    assert welder["alone"] == ""
    assert set(welder["undone_by"].split(";")) == {"outcomes", "demands"}
    assert "任一项" in welder["sentence"]


def test_matches_and_the_block_they_split() -> None:
    found = rows(assessed(), assessed(fewer_links))
    assert found["W1"]["links_lost"] == 1
    assert found["W1"]["block_b"] == ""
    assert found["W2"]["block_b"] == "W2"
    assert found["W2"]["alone"] == "matches"


def test_programs_that_come_or_go_are_listed_and_their_neighbours_explained() -> None:
    found = rows(assessed(), assessed(one_more_school))
    assert found["W3"]["changed"] == "added"
    # New rows bring their own links with them, and graduates without whom they would take no post.
    assert found["W2"]["rate_b"] == pytest.approx(30 / 180, abs=1e-4)
    assert set(found["W2"]["undone_by"].split(";")) == {"programs", "outcomes"}
    back = rows(assessed(one_more_school), assessed())
    assert back["W3"]["changed"] == "removed"


def _with(pack: PolicyPack, name: str, value: float) -> PolicyPack:
    parameter = pack.parameters[name]
    values = tuple(replace(dated, value=value) for dated in parameter.values)
    return replace(pack, parameters={**pack.parameters, name: replace(parameter, values=values)})


def test_one_parameter_at_a_time() -> None:
    first = recipe_of(assessed())
    second = replace(first, pack=_with(_with(first.pack, "surplus.rate", 0.2), "employment.low_rate", 0.59))
    assert differing(first, second) == [POLICY]
    assert differing_parameters(first, second) == ["employment.low_rate", "surplus.rate"]

    def flag(*parts: str) -> str:
        programs = exchanged(first, second, parts).run().programs
        return str(programs.set_index("program_id").loc["W1", "flag"])

    assert (flag(), flag(POLICY)) == ("phase_out", "maintain")
    assert flag("policy:surplus.rate") == "maintain"
    assert flag("policy:employment.low_rate") == "phase_out"


def test_rows_are_compared_by_their_keys_and_not_by_their_order() -> None:
    tables = small()
    turned = {kind: table.iloc[::-1].reset_index(drop=True) for kind, table in tables.items()}
    a, b = recipe_of(assess(**tables, as_of="2026-10-15")), recipe_of(assess(**turned, as_of="2026-10-15"))
    assert all(not changed_rows(a, b, kind) for kind in a.tables)


def test_a_folder_of_another_version_keeps_its_causes_open() -> None:
    a, b = assessed(), assessed(enough_posts)
    older = replace(a, programs=a.programs.assign(flag=["maintain", "maintain", "maintain"]))
    found = compare(older, b)
    assert found.not_reproduced == ("a",)
    assert found.programs["sentence"].str.contains("原因不作判断").all()


def test_the_city_is_reproduced_with_its_skill_coverage(city: Assessment) -> None:
    again = recipe_of(city).run()
    assert again.programs["flag"].tolist() == city.programs["flag"].tolist()
    assert again.programs["reason"].tolist() == city.programs["reason"].tolist()
