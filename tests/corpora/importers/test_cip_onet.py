"""CIP, O*NET, BLS and the crosswalk: small tables in their publishers' forms, and the real files where they are."""

from pathlib import Path

import pytest

from corpora import BadTable
from corpora.importers import import_cip_onet
from corpora.importers.soc import covered
from tests.corpora.files import text_file, workbook
from tests.corpora.importers.again import read_again, said
from tests.corpora.importers.real import real

CIP = [
    ["CIPFamily", "CIPCode", "Action", "TextChange", "CIPTitle", "CIPDefinition"],
    [
        '="48"',
        '="48"',
        "No substantive changes",
        "no",
        "PRECISION PRODUCTION.",
        "Programs that focus on making things.",
    ],
    ['="48"', '="48.05"', "No substantive changes", "no", "Metal Working.", "Defined in code 48.0501."],
    ['="48"', '="48.0508"', "No substantive changes", "no", "Welding Technology/Welder.", "Prepares people to weld."],
    ['="48"', '="48.0599"', "Moved from", "no", "Old Welding.", "Moved from 48.0599 to 48.0508"],
    ['="48"', '="48.0511"', "Deleted", "no", "Older Welding.", "Deleted"],
]
OCCUPATIONS = [
    ["O*NET-SOC Code", "Title", "Description"],
    ["51-4121.01", "Robot Welders", "Run welding robots."],
    ["51-4121.00", "Welders", "Join metal parts."],
    ["51-2022.00", "Electronic Assemblers", "Assemble electronics."],
    ["51-2023.00", "Electromechanical Assemblers", "Assemble devices."],
    ["55-3015.00", "Command Center Specialists", "Watch the center."],
]
TASKS = [
    ["O*NET-SOC Code", "Task ID", "Task", "Task Type"],
    ["51-4121.01", "1", "Program robots.", "Core"],
    ["51-4121.00", "2", "Clean parts.", "Supplemental"],
    ["51-4121.00", "3", "Weld seams; check them.", "Core"],
]
TECHNOLOGY = [
    ["O*NET-SOC Code", "Example", "Commodity Code", "Commodity Title", "Hot Technology", "In Demand"],
    ["51-4121.00", "Autodesk AutoCAD", "43232604", "CAD software", "Y", "Y"],
    ["51-4121.00", "Old Tool", "43232604", "CAD software", "N", "N"],
]
# As BLS prints it: title rows, years in the header, summaries among the lines, footnotes.
BLS = [
    ["Table 1.2 Occupational projections, 2024-34 (Numbers in thousands)", None, None, None, None, None],
    [
        "2024 National Employment Matrix title", "2024 National Employment Matrix code", "Occupation type",
        "Employment change, percent, 2024–34", "Occupational openings, 2024–34 annual average",
        "Typical education needed for entry",
    ],
    ["Total, all occupations", "00-0000", "Summary", 3.1, 18900.5, "—"],
    ["Production occupations", "51-0000", "Summary", 1.0, 999.9, "—"],
    ["Welders, cutters, solderers, and brazers", "51-4121", "Line item", 10.0, 45.6, "High school diploma or equivalent"],
    ["Electrical assemblers, except coil winders", "51-2028", "Line item", -5.0, 20.1, "Associate's degree"],
    ["Footnotes:", None, None, None, None, None],
    ["[1] Data are from the Occupational Employment survey", None, None, None, None, None],
]  # fmt: skip
CROSSWALK = [
    ["CIP2020Code", "CIP2020Title", "SOC2018Code", "SOC2018Title"],
    ["48.0508", "Welding", "51-4121", "Welders"],
    ["48.0508", "Welding", "51-2022", "Electronic Assemblers"],
    ["48.0508", "Welding", "51-2023", "Electromechanical Assemblers"],
    ["48.0508", "Welding", "11-9999", "Elsewhere"],
    ["01.0101", "Farming", "51-4121", "Welders"],
    ["48.0599", "Old Welding", "99-9999", "NO MATCH"],
]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "cip": text_file(tmp_path / "CIPCode2020.csv", CIP, "utf-8-sig"),
        "occupations": text_file(tmp_path / "occupations.csv", OCCUPATIONS),
        "tasks": text_file(tmp_path / "tasks.csv", TASKS),
        "technology": text_file(tmp_path / "technology.csv", TECHNOLOGY),
        "openings": workbook(tmp_path / "occupation.xlsx", {"Table 1.2": BLS}, [("Table 1.2", 0, 0, 0, 5)]),
        "crosswalk": workbook(tmp_path / "crosswalk.xlsx", {"CIP-SOC": CROSSWALK, "SOC-CIP": CROSSWALK}),
    }


def test_programs_are_the_six_digit_codes_in_use(files: dict[str, Path], tmp_path: Path) -> None:
    rows = read_again(import_cip_onet(cip=files["cip"]), tmp_path)["programs"]
    assert rows["program_id"].tolist() == ["48.0508"]
    assert rows["name"].tolist() == ["Welding Technology/Welder"]
    assert rows["major_group"].tolist() == ["Precision production"]


def test_openings_count_once_a_bls_row_with_the_texts_of_its_occupations(
    files: dict[str, Path], tmp_path: Path
) -> None:
    found = import_cip_onet(**files)
    rows = read_again(found, tmp_path)["demands"].set_index("demand_id")
    assert rows.index.tolist() == ["51-2028", "51-4121", "55-3015"]
    assert rows["openings"].fillna(-1).tolist() == [20100, 45600, -1]
    welders = rows.loc["51-4121"]
    assert welders["occupation"] == "Welders"
    assert welders["description"] == "Join metal parts.\nRobot Welders: Run welding robots."
    assert welders["skills"] == "Weld seams, check them; Program robots; Clean parts; Autodesk AutoCAD"
    assert welders["year"] == 2024
    assert welders["growth"] == pytest.approx(1.1 ** (1 / 10) - 1, abs=1e-5)
    assert rows["levels"].fillna("").tolist() == ["associate;bachelor", "", ""]
    assert rows.loc["51-2028", "occupation"] == "Electrical assemblers, except coil winders"
    assert "1 demands have no BLS openings" in said(found)


def test_matches_lead_to_the_demand_that_counts_the_soc(files: dict[str, Path], tmp_path: Path) -> None:
    found = import_cip_onet(**files)
    pairs = read_again(found, tmp_path)["matches"]
    assert list(zip(pairs["program_id"], pairs["demand_id"], strict=True)) == [
        ("48.0508", "51-4121"), ("48.0508", "51-2028"),
    ]  # fmt: skip
    for words in ("programs have no occupation", "01.0101", "11-9999"):
        assert words in said(found)


def test_a_file_in_the_place_of_another_is_named_by_what_it_is(files: dict[str, Path]) -> None:
    with pytest.raises(BadTable) as fault:
        import_cip_onet(occupations=files["tasks"])
    assert [issue.code for issue in fault.value.issues] == ["wrong_file"]
    assert "this is the O*NET task statements (--tasks), not the O*NET occupation data (--occupations)" in (
        fault.value.message("en")
    )
    with pytest.raises(BadTable, match="CIP-SOC 对照表"):
        import_cip_onet(cip=files["crosswalk"])
    with pytest.raises(BadTable, match="--openings"):
        import_cip_onet(tasks=files["openings"])


def test_codes_that_a_spreadsheet_has_cut_are_bad_rows(files: dict[str, Path], tmp_path: Path) -> None:
    rows = [
        CIP[0],
        ["1", "1.0101", "", "", "Farming.", "Grows food."],
        ["1", "1.1", "", "", "Plants.", "Grows plants."],
    ]
    file = text_file(tmp_path / "cut.csv", rows)
    with pytest.raises(BadTable) as fault:
        import_cip_onet(cip=file)
    assert [(issue.row, issue.value) for issue in fault.value.issues] == [(3, "1.1")]
    found = import_cip_onet(cip=file, accept_good_rows=True)
    assert found.tables["programs"]["code"].tolist() == ["01.0101"]


def test_groups_of_the_projections() -> None:
    soc = {"29-2011", "29-2012", "29-2031", "25-2055", "25-2056", "25-2057"}
    assert covered({"29-2010", "29-2031", "25-2052"}, soc) == {
        "29-2011": "29-2010", "29-2012": "29-2010", "29-2031": "29-2031", "25-2055": "25-2052", "25-2056": "25-2052",
    }  # fmt: skip


def test_the_real_files(tmp_path: Path) -> None:
    found = import_cip_onet(
        cip=real("data/us/cip2020.csv"),
        occupations=real("data/us/onet_occupations.csv"),
        tasks=real("data/us/onet_tasks.csv"),
        technology=real("data/us/onet_technology_skills.csv"),
        openings=real("data/us/bls_projections_2024_2034.csv"),
        crosswalk=real("eval/us_dev.csv"),
    )
    tables = read_again(found, tmp_path)
    assert [len(tables[kind]) for kind in ("programs", "demands", "matches")] == [2143, 851, 2859]
    # Every BLS row is there, once: 832 rows whose openings add up to those of the file.
    assert tables["demands"]["openings"].notna().sum() == 832
    assert tables["demands"]["openings"].sum() == 18_861_600
