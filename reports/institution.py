"""What one institution is sent: its points by chain and cluster, its intake, its courses, what it might open."""

from typing import Any

import pandas as pd

from corpora.faults import Unusable
from matcher.policy.words import FLAG_NAMES
from reports.annual import DEFINED, numbered
from reports.annual.findings import measure_name
from reports.annual.material import PLAN_TARGET, Material, records_of
from reports.content import Block, Document, Paragraph, Section, Table, table


class UnknownInstitution(Unusable):
    """An institution without a program in the assessment."""

    def __init__(self, name: str, known: list[str]) -> None:
        some = "、".join(known[:5])
        super().__init__(
            f"分析中没有院校“{name}”；例如：{some}", f"no institution {name!r} in this assessment; there are {some}"
        )


def institutions(m: Material) -> list[str]:
    """Institutions with a program, by name."""
    return sorted(set(m.points["institution"]) - {""})


def institution_report(m: Material, institution: str) -> Document:
    """One institution's programs for its own planning; internal by nature.

    Raises:
        UnknownInstitution: no program of that institution.
    """
    language, manifest = m.language, m.assessment.manifest
    own = m.points[m.points["institution"] == institution]
    if own.empty:
        raise UnknownInstitution(institution, institutions(m))
    sections = [
        Section(m.say("school_points"), 1, (Paragraph(_summary(m, own)), _points(m, own))),
        Section(m.say("school_chains"), 1, (Paragraph(m.say("school_chains_text")), _chains(m, own))),
        Section(m.say("school_intake"), 1, tuple(_intake(m, own))),
        Section(m.say("school_courses"), 1, tuple(_courses(m, own))),
        Section(m.say("school_data"), 1, tuple(_data(m, own))),
    ]
    return Document(
        title=institution,
        subtitle=(
            m.say("title_school"),
            m.say("as_of_line", day=manifest["as_of"]),
            m.say("policy_line", pack=manifest["policy"]["title"][language]),
        ),
        label=(manifest.get("label") or {}).get(language, ""),
        header=f"{institution} · {m.say('title_school')}",
        day=manifest["as_of"],
        language=language,
        edition="internal",
        sections=tuple(numbered(sections, language)),
        definitions=tuple((m.say(f"col_{key}"), m.say(f"define_{key}")) for key in DEFINED),
    )


def _summary(m: Material, own: pd.DataFrame) -> str:
    counts = own["flag"].value_counts()
    flags = [f"{names[m.language]} {int(counts[flag])}" for flag, names in FLAG_NAMES.items() if flag in counts]
    clusters = own.loc[own["cluster"] != "", "cluster"].nunique()
    return m.say("school_summary", points=len(own), clusters=clusters, flags=m.joined(flags))


def _main_chains(m: Material, programs: set[str], most: int) -> str:
    """The chains that programs' links lead into, with their posts, each counted once."""
    linked = m.links[m.links["program_id"].isin(programs)].dropna(subset=["chain"]).drop_duplicates("demand_id")
    posts = linked.groupby("chain")["posts"].sum().sort_values(ascending=False, kind="stable").head(most)
    return m.joined([f"{chain} {number:.2f}" for chain, number in posts.items()])


def _points(m: Material, own: pd.DataFrame) -> Table:
    records = [
        [
            r["program_id"], r["name"], m.level(r["level"]), r["cluster"], FLAG_NAMES[r["flag"]][m.language],
            measure_name(m, r["measure"]), r["supply"], r["placeable_rate"], r["employment_mean"],
            m.reason(r),
        ]
        for r in records_of(own.sort_values(["cluster", "program_id"]))
    ]  # fmt: skip
    return table(
        "points",
        m.say("table_points"),
        [
            m.column("program_id", width=0.9),
            m.column("name", width=1.9),
            m.column("level", width=1.2),
            m.column("cluster", width=1.7),
            m.column("flag", width=1.2),
            m.column("measure", width=1.0),
            m.column("supply", "persons", 1.1),
            m.column("rate", "rate", 1.1),
            m.column("employment_mean", "rate", 1.1),
            m.column("reason", width=3.6),
        ],
        records,
    )


def _chains(m: Material, own: pd.DataFrame) -> Table:
    """Points by chain and stage within their clusters."""
    links = m.links[m.links["program_id"].isin(own["program_id"])].dropna(subset=["chain"])
    joined = links.merge(own[["program_id", "name", "cluster"]], on="program_id")
    records = []
    for key, group in joined.groupby(["cluster", "program_id", "name", "chain"], sort=True):
        cluster, program, name, chain = (str(part) for part in key)
        stages = [m.say(s) for s in ("upstream", "midstream", "downstream") if (group["stage"] == s).any()]
        posts = group.drop_duplicates("demand_id")
        best = posts.sort_values(["p", "demand_id"], ascending=[False, True])["occupation"].iloc[0]
        records.append([cluster, program, name, chain, m.joined(stages), len(posts), round(float(posts["posts"].sum()), 2), best])  # fmt: skip
    return table(
        "points_chains",
        m.say("table_points_chains"),
        [
            m.column("cluster", width=1.7),
            m.column("program_id", width=0.9),
            m.column("name", width=2.0),
            m.column("chain", width=2.0),
            m.column("stage", width=1.2),
            m.column("demands", "count", 0.8),
            m.column("posts", "persons"),
            m.column("best_match", width=2.0),
        ],
        records,
        note=m.say("note_clusters_shared"),
    )


def _intake(m: Material, own: pd.DataFrame) -> list[Block]:
    if m.plan is None or not m.plan.reached:
        lines = [] if m.plan is None else m.plan.summary(m.language)
        return [Paragraph(m.say("plan_none"), "warning"), *(Paragraph(line + m.say("full_stop")) for line in lines)]
    planned = m.plan.programs[m.plan.programs["program_id"].isin(own["program_id"])]
    sentence = "sentence" if m.language == "zh" else "sentence_en"
    records = [
        [
            r["program_id"],
            r["name"],
            r["present"],
            r["intake"],
            r["change"],
            r["rate_present"],
            r["rate_after"],
            r[sentence],
        ]
        for r in records_of(planned)
    ]
    absent = own[~own["program_id"].isin(planned["program_id"])]
    blocks: list[Block] = [
        Paragraph(m.say("school_intake_text", target=f"{PLAN_TARGET:.0%}")),
        table(
            "intake",
            m.say("table_plan", target=f"{PLAN_TARGET:.0%}"),
            [
                m.column("program_id", width=0.9),
                m.column("name", width=2.0),
                m.column("present", "count", 0.9),
                m.column("intake", "count", 0.9),
                m.column("change", "signed", 0.8),
                m.column("rate_present", "rate"),
                m.column("rate_after", "rate"),
                m.column("sentence", width=3.4),
            ],
            records,
        ),
    ]
    if len(absent):
        names = m.joined([f"{r['program_id']} {r['name']}" for r in records_of(absent)])
        blocks.append(Paragraph(m.say("school_not_planned", names=names), "note"))
    return blocks


def course_gaps(m: Material, programs: set[str]) -> list[list[Any]]:
    """Skills that linked posts ask for and no course or practice covers, most posts first."""
    skills = m.assessment.skills
    missing = skills[skills["program_id"].isin(programs) & (skills["covered_by"].fillna("") == "")]
    missing = missing.sort_values(["program_id", "posts", "skill"], ascending=[True, False, True])
    return [
        [
            r["program_id"],
            m.points_by_id[r["program_id"]],
            r["skill"],
            r["posts"],
            r["employers"],
            r["claimed_by"] or None,
        ]
        for r in records_of(missing)
    ]


def _courses(m: Material, own: pd.DataFrame) -> list[Block]:
    records = course_gaps(m, set(own["program_id"]))
    if not records:
        return [Paragraph(m.say("school_courses_none"))]
    columns = [
        m.column("program_id", width=0.9),
        m.column("name", width=2.0),
        m.column("skill", width=2.4),
        m.column("posts", "persons", 0.9),
        m.column("employers", "count", 0.9),
        m.column("claimed_by", width=2.6),
    ]
    return [
        Paragraph(m.say("school_courses_text")),
        table("courses", m.say("table_courses"), columns, records, note=m.say("note_courses")),
    ]


def _data(m: Material, own: pd.DataFrame) -> list[Block]:
    """What this institution still has to report, and what it is asked to explain."""
    records = []
    for program in own["program_id"]:
        trace = m.trace(str(program))
        asked = [*trace["needed_data"][m.language], *(c[m.language] for c in trace["data_checks"])]
        records += [[program, m.points_by_id[str(program)], text, None] for text in asked]
    if not records:
        return [Paragraph(m.say("school_data_none"))]
    columns = [
        m.column("program_id", width=0.9),
        m.column("name", width=2.2),
        m.column("needed", width=4.6),
        m.column("explanation", width=2.0),
    ]
    return [table("data", m.say("table_school_data"), columns, records)]
