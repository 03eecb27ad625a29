"""Chapters 4 to 6: what the match comes to, what became of last year's lists, and the main problems."""

from typing import Any

import pandas as pd

from corpora.frames import empty
from matcher.policy.reasons import FLAG_NAMES, rate_text
from matcher.policy.words import MEASURE_NAMES
from reports.annual.material import LEVELS, Material
from reports.annual.offer import MOST_OFFERED
from reports.annual.public import masked
from reports.charts import block_bars, change_table, employment_intervals, flag_waterfall, meaning_map
from reports.content import Block, Column, Figure, Paragraph, Section, Table, table

FLAGS = ("prioritize", "expand", "upgrade", "maintain", "phase_out", "insufficient_evidence")
MOST_POSTS = 20
# A catalogue program that half of the schools of its level offer is named among the problems.
CROWDED_SHARE, CROWDED_POINTS = 0.5, 3
EXAMPLES = 5


def matching(m: Material) -> list[Section]:
    """Chapter 4."""
    counts = m.assessment.flag_counts()
    lines = [f"{FLAG_NAMES[flag][m.language]} {counts[flag]}" for flag in FLAGS]
    blocks = m.assessment.blocks
    left = sum(b["unplaced_here"] for b in m.certified)
    sections = [
        Section(
            m.say("matching"),
            1,
            (Paragraph(m.say("matching_summary", points=len(m.points), flags=m.joined(lines))),),
        ),
        Section(
            m.say("matching_flags"),
            2,
            (_flags(m), Figure("waterfall", flag_waterfall(m.assessment, m.language)), _groups(m)),
        ),
        Section(
            m.say("matching_blocks"),
            2,
            (
                Paragraph(m.say("blocks_text", blocks=len(blocks), certified=len(m.certified), left=f"{left:.2f}")),
                Figure("blocks", block_bars(m.assessment, m.language, ids=not m.public)),
            ),
        ),
        Section(m.say("matching_map"), 2, (Figure("map", meaning_map(m.assessment, m.language, ids=not m.public)),)),
    ]
    if not m.public:
        low = m.points["employment_below_probability"]
        text = m.say(
            "employment_text",
            known=int(low.notna().sum()),
            surely=int((low >= 0.9).sum()),
            open=int(((low > 0.1) & (low < 0.9)).sum()),
        )
        figure = Figure("employment", employment_intervals(m.assessment, m.language))
        sections.append(Section(m.say("matching_employment"), 2, (Paragraph(text), figure)))
    sections.append(Section(m.say("matching_unfilled"), 2, (Paragraph(_unfilled_text(m)), _unfilled(m))))
    return sections


def follow_up(m: Material) -> list[Section]:
    """Chapter 5: last year's lists and what became of them, or what is missing to say it."""
    opened = m.points[m.points["year_opened"] == m.year]
    stopped = _stopped(m)
    blocks: list[Block] = []
    if m.earlier is None:
        blocks.append(Paragraph(m.say("follow_up_missing"), "warning"))
    else:
        blocks.append(Paragraph(m.say("follow_up_text", before=m.earlier.manifest["as_of"])))
        blocks.append(Figure("change", change_table(m.earlier, m.assessment, m.language)))
        blocks.append(_kept(m))
    blocks.append(Paragraph(m.say("follow_up_opened", opened=len(opened), year=m.year, stopped=len(stopped))))
    if not m.public and len(stopped):
        names = m.joined([m.names[p] for p in stopped])
        blocks.append(Paragraph(m.say("follow_up_stopped", names=names)))
    return [Section(m.say("follow_up"), 1, tuple(blocks))]


def problems(m: Material) -> list[Section]:
    """Chapter 6: each problem with its figures, the largest first; one that is not found is not written."""
    found = [_surplus(m), _vanished(m), _crowded(m), _skill_gaps(m), _short(m), _undercounted(m), _not_judged(m)]
    items = [text for text in found if text]
    blocks: list[Block] = [Paragraph(m.say("problems_text" if items else "problems_none"))]
    blocks += [Paragraph(text, "item") for text in items]
    return [Section(m.say("problems"), 1, tuple(blocks))]


def _flags(m: Material) -> Table:
    levels = [level for level in LEVELS if (m.points["level"] == level).any()]
    records = []
    for flag in FLAGS:
        group = m.points[m.points["flag"] == flag]
        numbers = [int((group["level"] == level).sum()) for level in levels]
        records.append([FLAG_NAMES[flag][m.language], *numbers, len(group), len(group) / len(m.points)])
    total = [m.say("total"), *(int((m.points["level"] == level).sum()) for level in levels), len(m.points), 1.0]
    return table(
        "flags",
        m.say("table_flags"),
        [
            m.column("flag", width=1.6),
            *(Column(level, m.level(level), "count") for level in levels),
            m.column("points", "count"),
            Column("points_share", m.say("share_of_all"), "rate"),
        ],
        records,
        total=total,
        bars=("points",),
    )


def _groups(m: Material) -> Table:
    records = []
    for group_name in sorted(set(m.points["major_group"])):
        group = m.points[m.points["major_group"] == group_name]
        linked = m.links[m.links["program_id"].isin(group["program_id"])].drop_duplicates("demand_id")
        weighed = group.dropna(subset=["placeable_rate"])
        weight = float(weighed["supply"].sum())
        rate = float((weighed["placeable_rate"] * weighed["supply"]).sum()) / weight if weight else None
        records.append(
            [
                group_name or m.say("unknown"),
                len(group),
                round(float(group["supply"].fillna(0).sum()), 2),
                round(float(linked["posts"].sum()), 2),
                rate,
                *(int((group["flag"] == flag).sum()) for flag in FLAGS),
            ]
        )
    made = table(
        "groups",
        m.say("table_groups"),
        [
            m.column("major_group", width=2.4),
            m.column("points", "count", 0.8),
            m.column("supply", "persons", 1.2),
            m.column("posts", "persons", 1.2),
            m.column("rate", "rate", 1.1),
            *(Column(flag, m.say(f"short_{flag}"), "count", 0.8) for flag in FLAGS),
        ],
        records,
        note=m.say("note_groups"),
        bars=("supply", "posts"),
    )
    return masked(made, ["supply"], ["rate"]) if m.public else made


def _unfilled_text(m: Material) -> str:
    spare = m.demands[m.demands["whitespace"] > 0]
    linked = spare["demand_id"].isin(m.linked_demands)
    return m.say(
        "unfilled_text",
        demands=len(spare),
        posts=f"{float(spare['whitespace'].sum()):.2f}",
        unlinked=int((~linked).sum()),
        unlinked_posts=f"{float(spare.loc[~linked, 'whitespace'].sum()):.2f}",
    )


def _unfilled(m: Material) -> Table:
    spare = m.shown_demands[m.shown_demands["whitespace"] > 0]
    linked = m.linked_demands
    spare = spare.sort_values(["whitespace", "demand_id"], ascending=[False, True]).head(MOST_POSTS)
    records = [
        [
            row["occupation"], row["region"], None if empty(row["chain"]) else row["chain"], row["posts"], row["whitespace"],
            m.say("linked" if row["demand_id"] in linked else "unlinked"),
        ]
        for row in spare.to_dict("records")
    ]  # fmt: skip
    return table(
        "unfilled",
        m.say("table_unfilled"),
        [
            m.column("occupation", width=2.2),
            m.column("region"),
            m.column("chain", width=1.8),
            m.column("posts", "persons"),
            m.column("unfilled", "persons"),
            m.column("link", width=1.4),
        ],
        records,
        note=m.say("note_unfilled") + (m.say("note_few_employers") if m.public else ""),
    )


def _stopped(m: Material) -> list[str]:
    """Programs that reported an intake of nought in the latest year."""
    return [
        str(p) for p, n in zip(m.points["program_id"], m.points["enrolled"], strict=True) if not empty(n) and n == 0
    ]


def _kept(m: Material) -> Table:
    """What became of the points on last year's lists: flag then, flag and intake now."""
    assert m.earlier is not None
    before = Material(m.earlier, m.edition, m.language).points.set_index("program_id")
    now = m.points.set_index("program_id")
    records: list[list[Any]] = []
    for name in ("shortage", "upgrade", "restrict", "withdraw"):
        listed = [p for p in before.index if before.loc[p, "list_class"] == name]
        still = [p for p in listed if p in now.index]
        pairs = [(before.loc[p, "enrolled"], now.loc[p, "enrolled"]) for p in still]
        known = [(int(a), int(b)) for a, b in pairs if not empty(a) and not empty(b)]
        records.append(
            [
                m.say(f"class_{name}"), len(listed), len(listed) - len(still), sum(b < a for a, b in known),
                sum(b > a for a, b in known), sum(b == a for a, b in known), len(still) - len(known),
            ]
        )  # fmt: skip
    keys = ("listed", "gone", "intake_down", "intake_up", "intake_same", "intake_unknown")
    return table(
        "kept",
        m.say("table_kept"),
        [m.column("list", width=1.8), *(m.column(key, "count") for key in keys)],
        records,
        note=m.say("note_kept"),
    )


def _named(m: Material, programs: pd.DataFrame) -> str:
    """The first programs of a group by name, with the number of the others."""
    names = list(dict.fromkeys(str(n) for n in programs["name"]))
    more = len(names) - EXAMPLES
    return m.joined(names[:EXAMPLES]) + (m.say("and_others", number=more) if more > 0 else "")


def _surplus(m: Material) -> str:
    certified = m.certified
    if not certified:
        return ""
    ids = {r["program_id"] for b in certified for r in b["programs"]}
    return m.say(
        "problem_surplus",
        blocks=len(certified),
        points=len(ids),
        supply=f"{sum(b['supply'] for b in certified):.2f}",
        posts=f"{sum(b['posts'] for b in certified):.2f}",
        left=f"{sum(b['unplaced_here'] for b in certified):.2f}",
        names=_named(m, m.points[m.points["program_id"].isin(ids)]),
    )


def _carried(m: Material, ground: str) -> pd.DataFrame:
    ids = {t["program_id"] for t in m.assessment.traces if ground in t["carried_by"]}
    return m.points[m.points["program_id"].isin(ids)]


def _vanished(m: Material) -> str:
    found = _carried(m, "vanished")
    return m.say("problem_vanished", points=len(found), names=_named(m, found)) if len(found) else ""


def _crowded(m: Material) -> str:
    schools = m.points.groupby("level")["institution"].nunique()
    found = []
    for key, group in m.points.groupby(["name", "level"]):
        name, level = (str(part) for part in key)
        share = group["institution"].nunique() / max(int(schools[level]), 1)
        if share >= CROWDED_SHARE and len(group) >= CROWDED_POINTS:
            found.append((len(group), name))
    if not found:
        return ""
    names = [name for _, name in sorted(found, key=lambda f: (-f[0], f[1]))]
    return m.say("problem_crowded", kinds=len(found), names=m.joined(names[:EXAMPLES]), table=MOST_OFFERED)


def _skill_gaps(m: Material) -> str:
    skills = m.assessment.skills
    if skills.empty:
        return ""
    covered = skills["covered_by"].fillna("") != ""
    share = covered.groupby(skills["program_id"]).mean()
    asked = skills.groupby("program_id").size()
    found = share[(share < 0.5) & (asked >= 3)]
    if not len(found):
        return ""
    missing = skills[~covered]["skill"].value_counts()
    common = sorted(missing.index, key=lambda s: (-int(missing[s]), str(s)))[:EXAMPLES]
    return m.say("problem_skills", points=len(found), of=len(share), skills=m.joined([str(s) for s in common]))


def _short(m: Material) -> str:
    spare = m.shown_demands[m.shown_demands["whitespace"] > 0]
    unlinked = spare[~spare["demand_id"].isin(m.linked_demands)]
    if unlinked.empty:
        return ""
    top = unlinked.sort_values(["whitespace", "demand_id"], ascending=[False, True])["occupation"]
    names = list(dict.fromkeys(str(o) for o in top))[:EXAMPLES]
    return m.say(
        "problem_unlinked",
        demands=len(unlinked),
        posts=f"{float(unlinked['whitespace'].sum()):.2f}",
        names=m.joined(names),
    )


def _undercounted(m: Material) -> str:
    found = [b for b in m.assessment.blocks if b["undercounted_by"] > 0]
    number = f"{sum(b['undercounted_by'] for b in found):.2f}"
    return m.say("problem_undercounted", blocks=len(found), persons=number) if found else ""


def _not_judged(m: Material) -> str:
    number = int((m.points["flag"] == "insufficient_evidence").sum())
    return m.say("problem_not_judged", points=number) if number else ""


def measure_name(m: Material, measure: Any) -> str:
    """A measure in words; "" where there is none."""
    return "" if empty(measure) else MEASURE_NAMES[str(measure)][m.language]


def rate_words(rate: Any) -> str:
    """A rate as the reasons state it."""
    return "–" if empty(rate) else rate_text(float(rate))
