"""The file that argues for a new program: the empty posts, the offer there is, who could open it, and what is still to show.

Suggestions go by name and class alone and carry no p: a program that does not exist has no courses to be matched. So the
file states demand and offer, and leaves to the institution to show that its plan leads there.
"""

from typing import Any

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import empty, word
from matcher.offer import SUGGESTED, limits_not_checked
from matcher.offer import in_words as offer_in_words
from matcher.policy.words import FLAG_NAMES
from reports.annual import DEFINED, numbered
from reports.annual.material import Material, records_of
from reports.content import Block, Document, Paragraph, Section, Table, table

# What no table of an assessment holds.
TO_SHOW = ("plan", "teachers", "training", "funds", "enterprises", "experts", "filing")


class NotSuggested(Unusable):
    """A catalogue program that the empty posts do not suggest."""

    def __init__(self, code: str, known: list[str]) -> None:
        some = "、".join(known[:5])
        super().__init__(
            f"空缺岗位没有提示可开设的专业 {code}；例如：{some}",
            f"no empty post suggests a catalogue program {code!r}; some that are suggested: {some}",
        )


def suggested_programs(m: Material) -> list[str]:
    """Codes of the catalogue programs that empty posts suggest, those with the most empty posts first."""
    return list(dict.fromkeys(str(code) for code in _suggestions(m)["code"]))


def new_program_file(m: Material, code: str) -> Document:
    """The file on one catalogue program; internal by nature.

    Raises:
        NotSuggested: no empty post suggests it.
    """
    language, manifest = m.language, m.assessment.manifest
    every = _suggestions(m)
    found = every[every["code"] == code]
    if found.empty:
        raise NotSuggested(code, list(dict.fromkeys(every["code"].astype(str))))
    name = str(found["name"].iloc[0])
    lacking = f"{float(found['whitespace'].sum()):.2f}"
    head = Section(
        m.say("new_head"),
        1,
        (
            Paragraph(m.say("new_text", name=name, code=code, demands=len(found), posts=lacking)),
            Paragraph(m.say("new_no_p"), "warning"),
            _checklist(m),
        ),
    )
    sections = [
        head,
        Section(m.say("new_demand"), 1, (_demand(m, found),)),
        Section(m.say("new_offer"), 1, tuple(_offer(m, code, name))),
        Section(m.say("new_places"), 1, tuple(_places(m, found))),
        Section(
            m.say("new_limits"),
            1,
            (Paragraph(m.say("new_limits_open" if limits_not_checked(m.assessment) else "new_limits_met")),),
        ),
    ]
    return Document(
        title=m.say("title_new"),
        subtitle=(
            f"{name} ({code})",
            m.say("as_of_line", day=manifest["as_of"]),
            m.say("policy_line", pack=manifest["policy"]["title"][language]),
        ),
        label=(manifest.get("label") or {}).get(language, ""),
        header=f"{m.say('title_new')} · {name}",
        day=manifest["as_of"],
        language=language,
        edition="internal",
        sections=tuple(numbered(sections, language)),
        definitions=tuple((m.say(f"col_{key}"), m.say(f"define_{key}")) for key in DEFINED),
    )


def _suggestions(m: Material) -> pd.DataFrame:
    """One row an empty post and a catalogue program that it suggests; catalogue names in the language of the file."""
    gaps = m.whitespace
    named = offer_in_words(gaps, m.language).set_axis(gaps.columns, axis=1)
    parts = []
    for place in range(1, SUGGESTED + 1):
        part = named[["demand_id", "occupation", "chain", "region", "levels", "posts", "whitespace"]].assign(
            code=gaps[f"code_{place}"], name=named[f"name_{place}"], at=gaps[f"at_{place}"], why=named["reason"]
        )
        parts.append(part[part["code"].fillna("") != ""])
    found = pd.concat(parts, ignore_index=True)
    total = found.groupby("code")["whitespace"].transform("sum")
    order = found.assign(total=total).sort_values(
        ["total", "code", "whitespace", "demand_id"], ascending=[False, True, False, True]
    )
    return found.loc[order.index].reset_index(drop=True)


def _checklist(m: Material) -> Table:
    there = [[m.say(f"new_{key}"), m.say("status_there"), "", None] for key in ("demand", "offer", "places")]
    records = there + [[m.say(f"show_{key}"), m.say("status_missing"), m.say(f"by_{key}"), None] for key in TO_SHOW]
    columns = [
        m.column("item", width=2.6),
        m.column("status", width=0.8),
        m.column("to_supply", width=3.6),
        m.column("filled_in", width=2.2),
    ]
    return table("checklist", m.say("table_checklist"), columns, records)


def _demand(m: Material, found: pd.DataFrame) -> Table:
    given = m.assessment.inputs["demands"].set_index("demand_id")
    records: list[list[Any]] = []
    for r in records_of(found):
        row = given.loc[r["demand_id"]]
        records.append(
            [
                r["demand_id"], r["occupation"], r["region"], r["chain"], r["posts"], r["whitespace"], r["why"],
                None if empty(row["growth"]) else float(row["growth"]),
                None if empty(row["employers"]) else int(row["employers"]), row["source"],
                None if empty(row["source_date"]) else str(row["source_date"])[:10],
            ]
        )  # fmt: skip
    return table(
        "demand",
        m.say("table_empty_posts"),
        [
            m.column("demand_id", width=1.2),
            m.column("occupation", width=1.9),
            m.column("region", width=0.9),
            m.column("chain", width=1.6),
            m.column("posts", "persons", 0.9),
            m.column("unfilled", "persons", 0.9),
            m.column("why_empty", width=1.3),
            m.column("growth", "rate", 0.9),
            m.column("employers", "count", 0.8),
            m.column("source", width=1.8),
            m.column("date", width=1.1),
        ],
        records,
        total=[m.say("total"), "", "", "", round(float(found["posts"].sum()), 2), round(float(found["whitespace"].sum()), 2),
               "", None, None, "", ""],
    )  # fmt: skip


def _offer(m: Material, code: str, name: str) -> list[Block]:
    same = m.points[(m.points["code"] == code) | (m.points["name"] == name)]
    if same.empty:
        return [Paragraph(m.say("new_offer_none"))]
    records = [
        [r["program_id"], r["institution"], r["region"], r["graduates"], r["supply"], r["placeable_rate"], FLAG_NAMES[r["flag"]][m.language]]
        for r in records_of(same)
    ]  # fmt: skip
    columns = [
        m.column("program_id", width=0.9),
        m.column("institution", width=2.4),
        m.column("region", width=1.2),
        m.column("graduates", "count"),
        m.column("supply", "persons"),
        m.column("rate", "rate"),
        m.column("flag", width=1.2),
    ]
    return [table("offer", m.say("table_offer"), columns, records)]


def _places(m: Material, found: pd.DataFrame) -> list[Block]:
    """Institutions within reach that teach its class or major group at its level, with what they have."""
    schools = list(dict.fromkeys(s for at in found["at"] for s in word(at).split(";") if s))
    if not schools:
        return [Paragraph(m.say("new_places_none"))]
    records = []
    for school in schools:
        own = m.points[m.points["institution"] == school]
        groups = m.joined(sorted(set(own["major_group"]) - {""}))
        teachers = own["teachers"].dropna()
        records.append(
            [
                school,
                m.joined(sorted(set(own["region"]) - {""})),
                len(own),
                groups,
                int(teachers.sum()) if len(teachers) else None,
            ]
        )
    columns = [
        m.column("institution", width=2.4),
        m.column("region", width=1.2),
        m.column("points", "count"),
        m.column("groups", width=4.0),
        m.column("teachers", "count"),
    ]
    return [table("places", m.say("table_places"), columns, records)]
