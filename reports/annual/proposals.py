"""Chapter 7: the lists, the measures and the intake proposed for the year to come."""

from typing import Any

import pandas as pd

from corpora.frames import empty, word
from matcher.lists import DEFAULT
from matcher.policy.words import FLAG_NAMES, GROUND_NAMES, MEASURE_NAMES
from reports.annual.material import PLAN_TARGET, Material, records_of
from reports.content import HIDDEN, Block, Column, Paragraph, Section, Table, table

LISTS = ("shortage", "upgrade", "restrict", "withdraw")


def proposals(m: Material) -> list[Section]:
    """Chapter 7."""
    classes = m.provincial["class"]
    counted = [f"{m.say(f'class_{name}')} {int((classes == name).sum())}" for name in LISTS]
    sections = [
        Section(
            m.say("proposals"),
            1,
            (
                Paragraph(m.say("proposals_text", lists=m.joined(counted))),
                Paragraph(DEFAULT.sentence(m.language) + m.say("full_stop"), "note"),
            ),
        )
    ]
    for name in LISTS:
        found = m.provincial[classes == name]
        if len(found):
            sections.append(Section(m.say(f"class_{name}"), 2, (_list(m, name, found),)))
    sections.append(Section(m.say("proposals_intake"), 2, tuple(_intake(m))))
    sections.append(Section(m.say("proposals_measures"), 2, tuple(_measures(m))))
    return sections


def _list(m: Material, name: str, found: pd.DataFrame) -> Table:
    records = [
        [r["code"], r["name"], m.level(r["level"]), r["region"], r["points"], r["rate"], reason(m, r)]
        for r in records_of(found)
    ]  # fmt: skip
    return table(
        f"list_{name}",
        m.say("table_list", list=m.say(f"class_{name}")),
        [
            m.column("code", width=1.0),
            m.column("name", width=2.0),
            m.column("level", width=1.3),
            m.column("region", width=1.1),
            m.column("points", "count", 0.7),
            m.column("rate", "rate", 1.1),
            m.column("reason", width=5.4),
        ],
        records,
        note=m.say("note_unverified") if m.assessment.manifest["policy"]["status"] == "unverified" else "",
    )


def reason(m: Material, record: dict[str, Any]) -> str:
    """Why an entry is listed; in the public edition the grounds of its points without the figures of any."""
    if not m.public:
        return str(record["reason" if m.language == "zh" else "reason_en"])
    points = m.points_of_list[
        word(record["code"]) or word(record["name"]), word(record["level"]), word(record["region"])
    ]
    points = points[points["list_class"] == record["class"]]
    grounds = [g for p in points["program_id"] for g in m.trace(str(p))["carried_by"]]
    counted = {g: grounds.count(g) for g in dict.fromkeys(grounds)}
    many = len(points) > 1
    named = [GROUND_NAMES[g][m.language] + (m.say("of_points", number=n) if many else "") for g, n in counted.items()]
    return m.joined(named) or m.say(f"public_{record['class']}")


def provincial_rows(m: Material) -> Table:
    """The whole provincial list with the figures of three years in columns of their own."""
    years = sorted(set(m.outcomes["year"]), reverse=True)[:3]
    records = []
    for r in records_of(m.provincial):
        records.append(
            [
                m.say(f"class_{r['class']}"), r["code"], r["name"], m.level(r["level"]), r["region"], r["points"],
                r["share_of_schools"], r["students"], *_years(r["intake_by_year"], years),
                *_years(r["graduates_by_year"], years), r["supply"], r["rate"], r["posts"],
            ]
        )  # fmt: skip
    persons = [f"{kind}_{year}" for kind in ("enrolled", "graduates") for year in years]
    return table(
        "provincial",
        m.say("table_provincial"),
        [
            m.column("list", width=1.0),
            m.column("code", width=1.0),
            m.column("name", width=2.2),
            m.column("level", width=0.9),
            m.column("region", width=0.9),
            m.column("points", "count", 0.6),
            m.column("share_of_schools", "rate", 1.0),
            m.column("students", "count", 0.7),
            *(
                Column(key, m.say(f"of_year_{key.split('_')[0]}", year=key.split("_")[1]), "count", 0.7)
                for key in persons
            ),
            m.column("supply", "persons", 1.0),
            m.column("rate", "rate", 1.0),
            m.column("posts", "persons", 1.0),
        ],
        records,
    )


def _years(text: Any, years: list[int]) -> list[Any]:
    """ "2026: 120; 2025: 118" as numbers by year."""
    if text is HIDDEN:
        return [HIDDEN] * len(years)
    found = dict(part.split(": ") for part in word(text).split("; ") if part)
    return [int(found[str(year)]) if str(year) in found else None for year in years]


def _intake(m: Material) -> list[Block]:
    if m.plan is None:
        return [Paragraph(m.say("plan_none"), "warning")]
    target = f"{PLAN_TARGET:.0%}"
    lines = m.plan.summary(m.language)
    # Whom the plan leaves out is a list of points, for the bureau alone.
    shown = lines[:2] if m.public else lines
    blocks: list[Block] = [Paragraph(m.say("plan_text", target=target))]
    blocks += [Paragraph(line + m.say("full_stop"), "item") for line in shown]
    if not m.public and m.plan.reached:
        changed = m.plan.programs[m.plan.programs["change"] != 0]
        records = [
            [r["program_id"], r["institution"], r["name"], r["present"], r["intake"], r["change"], r["relative_change"],
             r["rate_present"], r["rate_after"]]
            for r in records_of(changed)
        ]  # fmt: skip
        blocks.append(
            table(
                "plan",
                m.say("table_plan", target=target),
                [
                    m.column("program_id", width=0.9),
                    m.column("institution", width=2.2),
                    m.column("name", width=2.2),
                    m.column("present", "count", 0.8),
                    m.column("intake", "count", 0.8),
                    m.column("change", "signed", 0.8),
                    m.column("relative_change", "rate", 1.0),
                    m.column("rate_present", "rate", 1.0),
                    m.column("rate_after", "rate", 1.0),
                ],
                records,
                note=m.say("note_plan"),
            )
        )
    return blocks


def _measures(m: Material) -> list[Block]:
    steps = m.points.dropna(subset=["measure"])
    if steps.empty:
        return [Paragraph(m.say("measures_none"))]
    counted = [
        f"{names[m.language]} {int((steps['measure'] == step).sum())}"
        for step, names in MEASURE_NAMES.items()
        if (steps["measure"] == step).any()
    ]
    blocks: list[Block] = [Paragraph(m.say("measures_text", measures=m.joined(counted)))]
    if m.public:
        return blocks
    due = {t["program_id"]: (t["measure"] or {}).get("due") for t in m.assessment.traces}
    rule = "rule_verdict"
    records = [
        [
            r["program_id"], r["institution"], r["name"], FLAG_NAMES[r["flag"]][m.language],
            MEASURE_NAMES[r["measure"]][m.language], due.get(r["program_id"]), None if empty(r[rule]) else r[rule],
            r["reason" if m.language == "zh" else "reason_en"],
        ]
        for r in records_of(steps)
    ]  # fmt: skip
    blocks.append(
        table(
            "measures",
            m.say("table_measures"),
            [
                m.column("program_id", width=0.9),
                m.column("institution", width=1.8),
                m.column("name", width=1.8),
                m.column("flag", width=1.1),
                m.column("measure", width=1.1),
                m.column("due", width=0.9),
                m.column("rule_verdict", width=1.0),
                m.column("reason", width=5.0),
            ],
            records,
        )
    )
    return blocks
