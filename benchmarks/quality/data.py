"""The published files that matches are trained and measured on, as tables of the contract.

Every script here takes one folder (`--data`), laid out like this:

    cn/profiles.csv      program_code, program_name, level, class_code, goal, abilities, courses_practice; a column that
                         names the occupations faced would hold the answers and is never read
    cn/occupations.csv   level, code, title, definition, tasks (2022 classification of occupations)
    us/cip2020.csv       CIPCode, CIPTitle, CIPDefinition
    us/onet_occupations.csv, us/onet_tasks.csv     O*NET codes, titles, descriptions, tasks

and one with the labelled pairs (`--pairs`): cn_dev.csv (program_code, occupation_code), cn_dev_judged.csv (with grade),
us_dev.csv (CIP2020Code, SOC2018Code). Pairs graded for this project lie in benchmarks/quality/pairs.
"""

import argparse
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from corpora.starter import catalogue, occupations

LEVELS = {"中职": "secondary", "高职专科": "associate", "职教本科": "bachelor"}
# Postsecondary teachers answer every program of a subject and say nothing about how well texts are matched.
POSTSECONDARY_TEACHERS = "25-1"
OWN_PAIRS = Path(__file__).parent / "pairs"


@dataclass(frozen=True)
class Labelled:
    """One language's programs and occupations with what is known of their pairs.

    Attributes:
        programs, demands: tables of the contract; programs has a column `fold_class`, the unit that folds keep together.
        listed: (program_id, demand_id) of official pairs; partial truth in Chinese, complete by intent in English.
        graded: (program_id, demand_id) -> grade 0 to 3.
    """

    programs: pd.DataFrame
    demands: pd.DataFrame
    listed: frozenset[tuple[str, str]]
    graded: Mapping[tuple[str, str], int]


def chinese(data: Path, pairs: Path) -> Labelled:
    """National profiles whose class has a labelled program, against the classification of occupations."""
    listed = _read(pairs / "cn_dev.csv")
    judged = _read(pairs / "cn_dev_judged.csv")
    programs = _read(data / "cn/profiles.csv", without="occupations_faced").rename(
        columns={"program_code": "program_id", "program_name": "name", "courses_practice": "courses"}
    )
    # Profiles of other classes stay out even as unlabelled text: what is measured there must be new to the encoder.
    programs = programs[programs["class_code"].isin(listed["class_code"])].drop_duplicates("program_id")
    programs = programs.assign(
        level=programs["level"].map(LEVELS), fold_class=programs["class_code"], code=programs["program_id"]
    )
    demands = _read(data / "cn/occupations.csv").rename(
        columns={"code": "demand_id", "title": "occupation", "definition": "description", "tasks": "skills"}
    )
    demands = demands[demands["level"] == "4"].drop(columns="level").drop_duplicates("demand_id")
    demands = demands.assign(occupation_code=demands["demand_id"])
    known = set(demands["demand_id"])
    return Labelled(
        programs.reset_index(drop=True),
        demands.reset_index(drop=True),
        frozenset((p, d) for p, d in zip(listed["program_code"], listed["occupation_code"], strict=True) if d in known),
        {
            (p, d): int(g)
            for p, d, g in zip(judged["program_code"], judged["occupation_code"], judged["grade"], strict=True)
            if d in known
        },
    )


def english(data: Path, pairs: Path) -> Labelled:
    """Instructional programs (CIP) against O*NET occupations with tasks, postsecondary teachers left out."""
    crosswalk = _read(pairs / "us_dev.csv")
    cip = _read(data / "us/cip2020.csv").drop_duplicates("CIPCode").set_index("CIPCode")
    codes = sorted(set(crosswalk["CIP2020Code"]) & set(cip.index))
    programs = pd.DataFrame(
        {
            "program_id": codes,
            "name": [str(cip.loc[c, "CIPTitle"]).strip().rstrip(".") for c in codes],
            "description": cip.loc[codes, "CIPDefinition"].to_numpy(),
            "fold_class": [c[:5] for c in codes],
        },
        dtype="string",
    )
    tasks = _read(data / "us/onet_tasks.csv").groupby("O*NET-SOC Code")["Task"].apply("\n".join)
    onet = _read(data / "us/onet_occupations.csv").rename(
        columns={"O*NET-SOC Code": "demand_id", "Title": "occupation", "Description": "description"}
    )
    onet = onet[onet["demand_id"].isin(tasks.index) & ~onet["demand_id"].str.startswith(POSTSECONDARY_TEACHERS)]
    onet = onet.assign(skills=onet["demand_id"].map(tasks).astype("string")).reset_index(drop=True)
    by_soc = onet.groupby(onet["demand_id"].str[:7])["demand_id"].apply(list).to_dict()
    known, judged = set(codes), _read(OWN_PAIRS / "us_graded.csv")
    return Labelled(
        programs,
        onet,
        frozenset(
            (p, d)
            for p, soc in zip(crosswalk["CIP2020Code"], crosswalk["SOC2018Code"], strict=True)
            if p in known
            for d in by_soc.get(soc, [])
        ),
        {
            (p, d): int(g)
            for p, d, g in zip(judged["cip_code"], judged["onet_code"], judged["grade"], strict=True)
            if p in known
        },
    )


def names() -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Chinese and English names: of catalogue programs with their class code, and of occupations."""
    programs, posts = catalogue(), occupations()
    return (
        [(r["name"], r["name_en"], r["code"][:4]) for _, r in programs.iterrows()],
        list(zip(posts["occupation"], posts["occupation_en"], strict=True)),
    )


def fold_of(fold_class: str, folds: int) -> int:
    """The fold of a class, by hash, so that it never depends on what else is in a file."""
    return int(hashlib.sha256(fold_class.encode()).hexdigest(), 16) % folds


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser with the two folders that every script takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of published files (see data.py)")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of labelled pairs (see data.py)")
    return parser


def _read(file: Path, without: str | None = None) -> pd.DataFrame:
    table = pd.read_csv(file, dtype="string", encoding="utf-8-sig", keep_default_na=True)
    return table.drop(columns=without) if without else table
