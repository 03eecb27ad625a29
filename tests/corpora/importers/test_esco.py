"""ESCO's occupations: to match, not to assess."""

from pathlib import Path

import pytest

from corpora import BadTable
from corpora.importers import import_esco
from tests.corpora.files import text_file
from tests.corpora.importers.again import read_again, said
from tests.corpora.importers.real import real

HEAD = ["conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "status", "description", "code"]
WELDER = [
    "Occupation",
    "http://x/1",
    "7212",
    "welder",
    "metal welder\npipe welder",
    "released",
    "Welders join metal.",
    "7212.3",
]
OLD = ["Occupation", "http://x/2", "7212", "smith", "", "obsolete", "Smiths forge.", "7221.1.2"]


def test_released_occupations_become_demands_without_openings(tmp_path: Path) -> None:
    found = import_esco(text_file(tmp_path / "occupations_en.csv", [HEAD, WELDER, OLD], "utf-8-sig"))
    rows = read_again(found, tmp_path)["demands"]
    assert rows["demand_id"].tolist() == ["7212.3"]
    assert rows["occupation"].tolist() == ["welder"]
    assert rows["openings"].isna().all()
    assert "1 occupations are not released" in said(found)


def test_another_file_is_recognised(tmp_path: Path) -> None:
    onet = [["O*NET-SOC Code", "Title", "Description"], ["51-4121.00", "Welders", "Join metal."]]
    with pytest.raises(BadTable) as fault:
        import_esco(text_file(tmp_path / "a.csv", onet))
    assert "O*NET occupation data" in fault.value.message("en")


def test_the_real_file(tmp_path: Path) -> None:
    rows = read_again(import_esco(real("data/esco/occupations_en.csv")), tmp_path)["demands"]
    assert len(rows) == 3039
    assert rows["description"].notna().all()
