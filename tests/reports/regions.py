"""Folders of small regions: tables whose answer is known, and one region whose tables cannot be used."""

from pathlib import Path

import pandas as pd

from tests.matcher.test_assessment import small


def write_region(folder: Path, **changes: pd.DataFrame) -> None:
    """The tables of one region, named in English and in Chinese."""
    folder.mkdir(parents=True)
    names = {"outcomes": "招生就业数据2026", "demands": "岗位需求"}
    for kind, table in (small() | changes).items():
        table.to_csv(folder / f"{names.get(kind, kind)}.csv", index=False, encoding="utf-8-sig")


def three_regions(place: Path) -> Path:
    """甲市 as it is; 乙市 with a figure that is none; 丙市 with more posts and few employers behind one of them."""
    write_region(place / "甲市")
    tables = small()
    broken = tables["demands"].astype({"openings": object})
    broken.loc[0, "openings"] = "约30"
    write_region(place / "乙市", demands=broken)
    few = tables["demands"].assign(openings=[300, 200], employers=[2, 9])
    programs = tables["programs"].assign(cluster=["机械专业群", "机械专业群", None])
    write_region(place / "丙市", demands=few, programs=programs)
    return place
