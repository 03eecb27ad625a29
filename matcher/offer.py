"""What the offer of programs lacks, and what it has several times over (docs/method.md, section 4).

Whitespace: posts that stay empty, with catalogue programs that might serve them and the institutions that could open one.
Suggestions are ranked by name and class alone and carry no p: a new program has no courses yet that could be matched.
Overlap: one catalogue program offered by several institutions for the posts of one block.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from corpora.frames import rows, word, words
from corpora.starter import catalogue
from indexes.lexical import lexical_vectors
from matcher.assessment import Assessment
from matcher.lists import class_of
from matcher.placement.edges import reachable_regions
from matcher.placement.whitespace import NO_PROGRAM, SCARCE
from matcher.policy.words import Text

SUGGESTED, INSTITUTIONS = 3, 3
# Least nearness of a suggestion: below it none of the pilot city's was right (docs/method.md, section 4).
LEAST_NEARNESS = 0.05
WHITESPACE: Mapping[str, Text] = {
    "demand_id": {"zh": "岗位编号", "en": "demand_id"},
    "occupation": {"zh": "岗位", "en": "occupation"},
    "chain": {"zh": "产业链", "en": "chain"},
    "region": {"zh": "地区", "en": "region"},
    "levels": {"zh": "层次", "en": "levels"},
    "posts": {"zh": "岗位数（个/年）", "en": "posts"},
    "whitespace": {"zh": "空缺岗位（个/年）", "en": "whitespace"},
    "reason": {"zh": "原因", "en": "reason"},
    "block": {"zh": "供需关联组", "en": "block"},
    "served_by": {"zh": "已对接的专业点", "en": "served_by"},
    **{
        f"{column}_{place}": {"zh": f"{zh}{place}", "en": f"{column}_{place}"}
        for place in range(1, SUGGESTED + 1)
        for column, zh in (("code", "可开设专业代码"), ("name", "可开设专业"), ("at", "可开设院校"))
    },
}
OVERLAPS: Mapping[str, Text] = {
    "block": {"zh": "供需关联组", "en": "block"},
    "code": {"zh": "专业代码", "en": "code"},
    "name": {"zh": "专业名称", "en": "name"},
    "level": {"zh": "层次", "en": "level"},
    "institutions": {"zh": "院校", "en": "institutions"},
    "programs": {"zh": "专业点", "en": "programs"},
    "supply": {"zh": "求职毕业生（人/年）", "en": "supply"},
    "block_supply": {"zh": "组内求职毕业生（人/年）", "en": "block_supply"},
    "block_posts": {"zh": "组内岗位（个/年）", "en": "block_posts"},
    "rate": {"zh": "岗位容纳率", "en": "rate"},
}
REASONS: Mapping[str, Text] = {
    NO_PROGRAM: {"zh": "尚无对口毕业生", "en": "no program with graduates leads there"},
    SCARCE: {"zh": "岗位多于毕业生", "en": "more posts than graduates"},
}


def whitespace(assessment: Assessment) -> pd.DataFrame:
    """Posts that no program leads to, or that are left over where supply is the scarce side; most empty posts first.

    Returns:
        WHITESPACE: posts a year; reason (no_program, scarce); served_by: programs with an edge to them, with
        graduates or without, separated by ";"; code, name, at (institutions, separated by ";") of up to three catalogue
        programs, the nearest first. `at` is empty where no institution within reach teaches the catalogue program's class
        or major group at its level.
    """
    table = assessment.demands[assessment.demands["whitespace"] > 0]
    given = assessment.inputs["demands"].set_index("demand_id").loc[table["demand_id"]]
    offer = _Offer.read(assessment)
    served = _served(assessment, set(table["demand_id"]))
    suggestions = _suggestions(offer, given)
    records = []
    for row, chain, suggested in zip(rows(table), given["chain"], suggestions, strict=True):
        demand = str(row.demand_id)
        record: dict[str, Any] = {
            **{column: getattr(row, column) for column in WHITESPACE if hasattr(row, column)},
            "chain": chain,
            "reason": NO_PROGRAM if pd.isna(row.block) else SCARCE,
            "served_by": ";".join(served.get(demand, [])),
        }
        for place, (code, name, at) in enumerate(suggested, 1):
            record |= {f"code_{place}": code, f"name_{place}": name, f"at_{place}": ";".join(at)}
        records.append(record)
    found = pd.DataFrame(records, columns=list(WHITESPACE))
    texts = {c: "string" for c in WHITESPACE if c not in ("posts", "whitespace")}
    return found.astype(texts).sort_values(["whitespace", "demand_id"], ascending=[False, True], ignore_index=True)


def overlaps(assessment: Assessment, least: int = 2) -> pd.DataFrame:
    """Catalogue programs that several institutions offer for the same posts: same block, same code (else name and level).

    Args:
        least: institutions from which it is an overlap.

    Returns:
        OVERLAPS, most supply first; institutions and programs are separated by ";"; persons and posts a year.
    """
    codes = dict(
        zip(assessment.inputs["programs"]["program_id"], words(assessment.inputs["programs"], "code"), strict=True)
    )
    known = {str(row.program_id): row for row in rows(assessment.programs)}
    records = []
    for block in assessment.blocks:
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for member in block["programs"]:
            program = member["program_id"]
            row, code = known[program], codes[program]
            groups.setdefault((code,) if code else ("", word(row.name), word(row.level)), []).append(member)
        for key, members in groups.items():
            named = [known[m["program_id"]] for m in members]
            schools = sorted({word(row.institution) or str(row.program_id) for row in named})
            if len(schools) >= least:
                records.append(
                    {
                        "block": block["block"],
                        "code": key[0] or None,
                        "name": word(named[0].name),
                        "level": named[0].level,
                        "institutions": ";".join(schools),
                        "programs": ";".join(m["program_id"] for m in members),
                        "supply": round(sum(m["supply"] for m in members), 2),
                        "block_supply": block["supply"],
                        "block_posts": block["posts"],
                        "rate": block["rate"],
                    }
                )
    order = ["supply", "block", "code", "name"]
    return pd.DataFrame(records, columns=list(OVERLAPS)).sort_values(
        order, ascending=[False, True, True, True], ignore_index=True
    )


def limits_not_checked(assessment: Assessment) -> bool:
    """Whether the pack has limits on new points that nobody could check: the tables' scope was not declared."""
    return any(
        clause["needs_scope"]
        for trace in assessment.traces
        for finding in trace["regulations"]
        if finding["gives"] == "no_new_points"
        for clause in finding["clauses"]
    )


def in_words(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """Either table with headers, reasons and catalogue names in one language; as files of an assessment they are plain."""
    heads = WHITESPACE if "demand_id" in table else OVERLAPS
    found = table.copy()
    if "reason" in found:
        found["reason"] = [REASONS[reason][language] for reason in found["reason"]]
    if language == "en":
        english = dict(zip(catalogue()["code"], catalogue()["name_en"], strict=True))
        for place in (f"_{n}" for n in range(1, SUGGESTED + 1)):
            if f"code{place}" in found:
                found[f"name{place}"] = found[f"code{place}"].map(english).fillna(found[f"name{place}"])
        if "name" in found:
            found["name"] = found["code"].map(english).fillna(found["name"])
    return found.rename(columns={column: names[language] for column, names in heads.items()})


@dataclass(frozen=True)
class _Offer:
    """What is offered where, and where no further point of a catalogue program may be opened.

    Attributes:
        known: code, name, level, major_group, class_name of the national catalogue and of the tables' other programs.
        regions: with programs; near: region -> other regions whose graduates reach it.
        taught: (region, level) -> institution -> how many of its programs there are of each class and major group.
        holds: (region, code) -> institutions that offer it already.
        closed: (region, code), or ("", code) for all regions, by the pack's rules; full: institutions that may open
            nothing this year.
        restricted: (region, name) of points that are in a certified surplus, warned or to be withdrawn.
    """

    known: pd.DataFrame
    regions: tuple[str, ...]
    near: Mapping[str, frozenset[str]]
    taught: Mapping[tuple[str, str], Mapping[str, Mapping[str, int]]]
    holds: Mapping[tuple[str, str], set[str]]
    closed: frozenset[tuple[str, str]]
    full: frozenset[str]
    restricted: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, assessment: Assessment) -> "_Offer":
        given = assessment.inputs["programs"].set_index("program_id")
        national = catalogue().rename(columns={"class": "class_name"})
        classes = dict(zip(national["code"], national["class_name"], strict=True))
        own = assessment.programs.assign(code=given["code"].reindex(assessment.programs["program_id"]).to_numpy())
        others = own[own["code"].notna() & ~own["code"].isin(national["code"])]
        columns = ["code", "name", "level", "major_group", "class_name"]
        known = pd.concat([national, others], ignore_index=True)[columns].fillna("").drop_duplicates("code")
        taught: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
        holds: dict[tuple[str, str], set[str]] = {}
        for row in rows(own):
            region, school, code = word(row.region), word(row.institution), word(row.code)
            if school:
                counts = taught.setdefault((region, word(row.level)), {}).setdefault(school, {})
                for name in {classes.get(code, ""), word(row.major_group)} - {""}:
                    counts[name] = counts.get(name, 0) + 1
                holds.setdefault((region, code), set()).add(school)
        regions = tuple(sorted({region for region, _ in taught}))
        least = float(assessment.manifest["policy"]["parameters"]["flows.min_share"]["value"])
        near: dict[str, set[str]] = {}
        for start, end in reachable_regions(assessment.inputs["flows"], least):
            near.setdefault(str(end), set()).add(str(start))
        closed, full = _limits(assessment, own)
        certified = {r["program_id"] for b in assessment.blocks if b["certified"] for r in b["programs"]}
        restricted = frozenset(
            (word(row.region), word(row.name))
            for row in rows(own)
            if class_of(word(row.flag), word(row.notices), str(row.program_id) in certified) in ("restrict", "withdraw")
        )
        return cls(
            known.sort_values("code", ignore_index=True),
            regions,
            {end: frozenset(starts) for end, starts in near.items()},
            taught,
            holds,
            closed,
            full,
            restricted,
        )

    def within_reach(self, region: str) -> tuple[str, ...]:
        """Regions with programs whose graduates reach a post's region; an empty region is open to all."""
        if not region:
            return self.regions
        reach = {region, ""} | self.near.get(region, frozenset())
        return tuple(r for r in self.regions if r in reach)

    def places(self, program: Any, regions: Sequence[str]) -> list[str] | None:
        """Institutions that could open a catalogue program, the most of its class first; None where none may.

        A restricted point of its name within reach of the posts stands against any further one, of whatever level.
        """
        open_regions = [r for r in regions if (r, program.code) not in self.closed]
        if ("", program.code) in self.closed or (regions and not open_regions):
            return None
        if any((r, program.name) in self.restricted for r in regions):
            return None
        fit: dict[str, tuple[int, int]] = {}
        for region in open_regions:
            for school, counts in self.taught.get((region, program.level), {}).items():
                same = counts.get(program.class_name, 0), counts.get(program.major_group, 0)
                if any(same) and school not in self.full | self.holds.get((region, program.code), set()):
                    fit[school] = max(fit.get(school, (0, 0)), same)
        return sorted(fit, key=lambda school: (-fit[school][0], -fit[school][1], school))[:INSTITUTIONS]


def _limits(assessment: Assessment, own: pd.DataFrame) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """Where no further point may be opened by the pack's rules: (region, code), and institutions."""
    parameters = assessment.manifest["policy"]["parameters"]
    traces = {trace["program_id"]: trace for trace in assessment.traces}
    closed: set[tuple[str, str]] = set()
    full: set[str] = set()
    for row in rows(own):
        program, region, code = str(row.program_id), word(row.region), word(row.code)
        if set(word(row.notices).split(";")) & {"no_new_points_at_school", "new_points_by_exchange"}:
            full.add(word(row.institution))
        for finding in traces[program]["regulations"]:
            if finding["gives"] == "no_new_points" and finding["holds"]:
                whole = parameters[f"rule.{finding['regulation']}.scope"]["value"] == "province"
                closed.add(("" if whole else region, code))
    return frozenset(closed), frozenset(full)


def _served(assessment: Assessment, demands: set[str]) -> dict[str, list[str]]:
    edges = assessment.matches[assessment.matches["edge"] & assessment.matches["demand_id"].isin(demands)]
    found: dict[str, list[str]] = {}
    for program, demand in sorted(zip(edges["program_id"].astype(str), edges["demand_id"].astype(str), strict=True)):
        found.setdefault(demand, []).append(program)
    return found


def _suggestions(offer: _Offer, demands: pd.DataFrame) -> list[list[tuple[str, str, list[str]]]]:
    """(code, name, institutions) of the catalogue programs nearest to each demand row, in its field and levels.

    Nearness: shared words and characters of "name class" with "occupation segment chain". The posts' field bounds the
    catalogue wherever the catalogue knows it.
    """
    known = offer.known
    programs = list(rows(known))
    texts = [
        " ".join(parts) for parts in zip(*(words(demands, c) for c in ("occupation", "segment", "chain")), strict=True)
    ]
    names = [f"{p.name} {p.class_name}".strip() for p in programs]
    near = lexical_vectors(texts) @ lexical_vectors(names).T
    found = []
    for place, row in enumerate(rows(demands)):
        score = np.asarray(near[place].todense()).ravel()
        fitting = np.ones(len(programs), bool)
        if levels := word(row.levels):
            fitting &= known["level"].isin(levels.split(";")).to_numpy()
        if row.field in set(known["major_group"]):
            fitting &= (known["major_group"] == row.field).to_numpy()
        # A stable sort over codes in order: equal nearness never depends on the order of a file.
        order = [i for i in np.argsort(-score, kind="stable").tolist() if fitting[i] and score[i] >= LEAST_NEARNESS]
        regions = offer.within_reach(word(row.region))
        found.append(_open(offer, [programs[i] for i in order], regions))
    return found


def _open(offer: _Offer, nearest: Sequence[Any], regions: tuple[str, ...]) -> list[tuple[str, str, list[str]]]:
    chosen: list[tuple[str, str, list[str]]] = []
    for program in nearest:
        if len(chosen) == SUGGESTED:
            break
        if (places := offer.places(program, regions)) is not None:
            chosen.append((program.code, program.name, places))
    return chosen
