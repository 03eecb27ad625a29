"""Chapters 1 and 3: what is offered by whom, and how it is spread over sectors, regions, schools and clusters."""

from typing import Any

import pandas as pd

from corpora.frames import empty
from reports.annual.material import LEVELS, SECTORS, Material
from reports.annual.public import masked
from reports.content import Block, Column, Paragraph, Section, Table, shown, table

PERSONS = ("students", "enrolled", "graduates")
MOST_OFFERED = 20
LARGEST_CLUSTERS = 20
MOST_REGIONS = 10


def basics(m: Material) -> list[Section]:
    """Chapter 1."""
    points = m.points
    known = {column: int(points[column].notna().sum()) for column in PERSONS}
    blocks: list[Block] = [
        Paragraph(
            m.say(
                "basics_summary",
                institutions=_institutions(points),
                points=len(points),
                kinds=_kinds(points),
                **{column: shown(_total(points[column]), "count") for column in PERSONS},
            )
        ),
        Paragraph(m.say("basics_source", **known, points=len(points)), "note"),
        _by(m, "levels", "level", [level for level in (*LEVELS, "") if (points["level"] == level).any()]),
        _by(m, "regions", "region", sorted(set(points["region"]))),
        _years(m),
    ]
    if not m.public:
        blocks.append(_schools(m))
    return [Section(m.say("basics"), 1, tuple(blocks))]


def layout(m: Material) -> list[Section]:
    """Chapter 3."""
    points = m.points
    per_school = []
    for level in LEVELS:
        group = points[points["level"] == level]
        if len(group):
            mean = f"{len(group) / max(_institutions(group), 1):.1f}"
            per_school.append(m.say("per_school", level=m.level(level), mean=mean))
    sections = [
        Section(m.say("layout"), 1, ()),
        Section(m.say("layout_sectors"), 2, (Paragraph(m.say("sectors_text")), _sectors(m))),
        Section(m.say("layout_regions"), 2, (Paragraph(m.say("matrix_text")), _matrix(m))),
        Section(
            m.say("layout_offering"), 2, (Paragraph(m.say("offering_text", means=m.joined(per_school))), _offering(m))
        ),
    ]
    if (points["cluster"] != "").any():
        sections.append(
            Section(m.say("layout_clusters"), 2, (Paragraph(m.say("clusters_text")), clusters(m, LARGEST_CLUSTERS)))
        )
    return sections


def _by(m: Material, key: str, column: str, groups: list[str]) -> Table:
    """Schools, points and persons by one column of the points."""
    records = []
    for name in groups:
        group = m.points[m.points[column] == name]
        label = m.level(name) if column == "level" else name or m.say("unknown")
        records.append([label, *_counts(group)])
    made = table(
        key,
        m.say(f"table_{key}"),
        [
            m.column(column, width=1.4),
            m.column("institutions", "count"),
            m.column("points", "count"),
            m.column("kinds", "count"),
            *(m.column(p, "count") for p in PERSONS),
        ],
        records,
        total=[m.say("total"), *_counts(m.points)],
        note=m.say("note_schools_overlap") if column == "level" else "",
        bars=("points",),
    )
    return masked(made, PERSONS) if m.public else made


def _counts(group: pd.DataFrame) -> list[Any]:
    return [_institutions(group), len(group), _kinds(group), *(_total(group[p]) for p in PERSONS)]


def _years(m: Material) -> Table:
    columns = ("planned", "registered", "enrolled", "graduates", "employed", "further_study")
    records = []
    for year in sorted(set(m.outcomes["year"]), reverse=True)[:3]:
        group = m.outcomes[m.outcomes["year"] == year]
        both = group.dropna(subset=["graduates", "employed"])
        of = int(both["graduates"].sum())
        rate = float(both["employed"].sum()) / of if of else None
        records.append([int(year), *(_total(group[c]) for c in columns), rate])
    made = table(
        "years",
        m.say("table_years"),
        [m.column("year", "year"), *(m.column(c, "count") for c in columns), m.column("employment_rate", "rate")],
        records,
        note=m.say("note_years"),
    )
    return masked(made, columns) if m.public else made


def _schools(m: Material) -> Table:
    records = []
    for (institution, region), group in m.points.groupby(["institution", "region"], sort=True):
        levels = m.joined([m.level(level) for level in LEVELS if (group["level"] == level).any()])
        groups = group.loc[group["major_group"] != "", "major_group"].nunique()
        records.append([institution or m.say("unknown"), region, levels, len(group), groups, *_persons(group)])
    return table(
        "schools",
        m.say("table_schools"),
        [
            m.column("institution", width=2.2),
            m.column("region", width=1.2),
            m.column("level", width=1.6),
            m.column("points", "count"),
            m.column("groups", "count"),
            *(m.column(p, "count") for p in PERSONS),
        ],
        records,
        total=[m.say("total"), "", "", len(m.points), m.points["major_group"].nunique(), *_persons(m.points)],
    )


def _persons(group: pd.DataFrame) -> list[int | None]:
    return [_total(group[p]) for p in PERSONS]


def _sectors(m: Material) -> Table:
    posts_of = m.demands.assign(sector=[m.sector("" if empty(f) else str(f)) for f in m.demands["field"]])
    points = m.points.assign(sector=[m.sector(str(g)) for g in m.points["major_group"]])
    sums = (len(points), float(points["supply"].fillna(0).sum()), float(posts_of["posts"].sum()))
    records = []
    for sector in (*SECTORS, ""):
        group = points[points["sector"] == sector]
        found = (
            len(group),
            round(float(group["supply"].fillna(0).sum()), 2),
            round(float(posts_of.loc[posts_of["sector"] == sector, "posts"].sum()), 2),
        )
        if not any(found):
            continue
        label = m.say(f"sector_{sector}" if sector else "sector_none")
        shares = [n / of if of else None for n, of in zip(found, sums, strict=True)]
        records.append([label, *(v for pair in zip(found, shares, strict=True) for v in pair)])
    columns = [m.column("sector", width=2.0)]
    for key, kind in (("points", "count"), ("supply", "persons"), ("posts", "persons")):
        columns += [m.column(key, kind), Column(f"{key}_share", m.say("share_of_all"), "rate")]  # type: ignore[arg-type]
    made = table(
        "sectors",
        m.say("table_sectors"),
        columns,
        records,
        total=[m.say("total"), *(v for n in sums for v in (round(n, 2), 1.0 if n else None))],
        note=m.say("note_sectors"),
        bars=("points_share", "supply_share", "posts_share"),
    )
    return masked(made, ["supply"], ["supply_share"]) if m.public else made


def _matrix(m: Material) -> Table:
    """Points by major group and region; regions beyond the largest are one column."""
    sizes = m.points["region"].value_counts()
    named = [str(r) for r in sizes.index[:MOST_REGIONS]]
    region = m.points["region"].where(m.points["region"].isin(named), m.say("other_regions"))
    heads = [*named, *([m.say("other_regions")] if len(sizes) > len(named) else [])]
    counts = m.points.assign(place=region).groupby(["major_group", "place"]).size()
    records: list[list[Any]] = []
    for group in sorted(set(m.points["major_group"]), key=lambda g: (-int((m.points["major_group"] == g).sum()), g)):
        numbers = [int(counts.get((group, head), 0)) for head in heads]
        records.append([group or m.say("unknown"), *numbers, sum(numbers)])
    columns = [m.column("major_group", width=2.2)]
    columns += [Column(f"region_{i}", head or m.say("unknown"), "count") for i, head in enumerate(heads)]
    return table(
        "matrix",
        m.say("table_matrix"),
        [*columns, m.column("total", "count")],
        records,
        total=[m.say("total"), *(sum(r[i] for r in records) for i in range(1, len(heads) + 2))],
    )


def _offering(m: Material) -> Table:
    schools = m.points.groupby("level")["institution"].nunique()
    found: list[list[Any]] = []
    for key, group in m.points.groupby(["name", "level"]):
        name, level = (str(part) for part in key)
        offering = group["institution"].nunique()
        supply = float(group["supply"].fillna(0).sum())
        weighed = group.dropna(subset=["placeable_rate"])
        weight = float(weighed["supply"].sum())
        rate = float((weighed["placeable_rate"] * weighed["supply"]).sum()) / weight if weight else None
        share = offering / int(schools[level]) if int(schools[level]) else None
        found.append([name, m.level(level), len(group), share, round(supply, 2), rate])
    found.sort(key=lambda r: (-r[2], -(r[3] or 0), r[0], r[1]))
    made = table(
        "offering",
        m.say("table_offering"),
        [
            m.column("name", width=2.4),
            m.column("level", width=1.2),
            m.column("points", "count"),
            m.column("share_of_schools", "rate"),
            m.column("supply", "persons", 1.2),
            m.column("rate", "rate"),
        ],
        found[:MOST_OFFERED],
        note=m.say("note_offering"),
        bars=("points",),
    )
    return masked(made, ["supply"]) if m.public else made


def clusters(m: Material, most: int | None = None) -> Table:
    """Clusters and the chains that their programs' links lead into, every post counted once a cluster.

    Args:
        most: only so many, those with the most programs; all of them if None.
    """
    groups = m.points[m.points["cluster"] != ""]
    keys = ["cluster"] if m.public else ["cluster", "institution"]
    chain_links = m.links.dropna(subset=["chain"])
    records: list[list[Any]] = []
    for names, group in groups.groupby(keys, sort=True):
        linked = chain_links[chain_links["program_id"].isin(group["program_id"])].drop_duplicates("demand_id")
        posts = linked.groupby("chain")["posts"].sum().sort_values(ascending=False, kind="stable")
        main = m.joined([f"{chain} {number:.2f}" for chain, number in posts.head(3).items()])
        supply = round(float(group["supply"].fillna(0).sum()), 2)
        records.append([*names, len(group), supply, len(posts), round(float(posts.sum()), 2), main])
    records.sort(key=lambda r: -r[len(keys)])
    made = table(
        "clusters" if most else "all_clusters",
        m.say("table_clusters" if most else "table_all_clusters", number=most),
        [
            *(m.column(key, width=2.0) for key in keys),
            m.column("points", "count", 0.8),
            m.column("supply", "persons"),
            m.column("chains", "count", 0.8),
            m.column("posts", "persons"),
            m.column("main_chains", width=3.4),
        ],
        records[:most],
        note=m.say("note_clusters"),
    )
    return masked(made, ["supply"]) if m.public else made


def _institutions(group: pd.DataFrame) -> int:
    return int(group.loc[group["institution"] != "", "institution"].nunique())


def _kinds(group: pd.DataFrame) -> int:
    """Catalogue programs: by code where there is one, else by name; levels apart."""
    kind = group["code"].where(group["code"] != "", group["name"])
    return int(pd.DataFrame({"kind": kind, "level": group["level"]}).drop_duplicates().shape[0])


def _total(column: pd.Series) -> int | None:
    known = column.dropna()
    return int(known.sum()) if len(known) else None
