"""What a bureau needs to defend a withdrawal: everything the assessment knows, and every field that is still empty by name.

The list follows what reviews and courts have asked for; what no table holds is a row of the checklist with who fills it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from corpora.faults import Unusable
from corpora.frames import empty, word
from corpora.schema import empty_frame
from matcher.blocks import COLUMNS as BLOCK_COLUMNS
from matcher.blocks import block_comparison, block_sentence
from matcher.policy.parameters import reference_text
from matcher.policy.words import FLAG_NAMES, GROUND_NAMES, MEASURE_NAMES, REGULATION_NAMES
from reports.annual import DEFINED, numbered
from reports.annual.annexes import certificate_rows
from reports.annual.material import PLAN_TARGET, Material, records_of
from reports.content import Block, Column, Document, Paragraph, Section, Table, table
from reports.institution import course_gaps

Status = Literal["there", "partly", "missing"]


class UnknownProgram(Unusable):
    """A program that the assessment does not have."""

    def __init__(self, program_id: str) -> None:
        super().__init__(
            f"结果中没有专业点 {program_id}（见 programs.csv）",
            f"no program {program_id!r} in this assessment (programs.csv)",
        )


@dataclass(frozen=True)
class Item:
    """One thing a withdrawal has to rest on: whether it is there, and what is said of it."""

    key: str
    status: Status
    blocks: tuple[Block, ...] = ()


def to_withdraw(m: Material) -> list[str]:
    """Programs with the advice to phase out."""
    return sorted(m.points.loc[m.points["flag"] == "phase_out", "program_id"].astype(str))


def withdrawal_dossier(m: Material, program_id: str) -> Document:
    """The file on one program; internal by nature.

    Raises:
        UnknownProgram: no such program.
    """
    language, manifest = m.language, m.assessment.manifest
    if program_id not in m.points_by_id:
        raise UnknownProgram(program_id)
    items = [item(m, program_id) for item in ITEMS] + [Item(key, "missing") for key in TO_FILL]
    row = m.point(program_id)
    name = f"{word(row['institution'])} {word(row['name'])}（{program_id}）" if language == "zh" else (
        f"{word(row['name'])}, {word(row['institution'])} ({program_id})"
    )  # fmt: skip
    flag = FLAG_NAMES[str(row["flag"])][language]
    reason = str(row["reason" if language == "zh" else "reason_en"])
    head = Section(
        m.say("dossier_head"),
        1,
        (
            Paragraph(m.say("dossier_text", flag=flag, reason=reason)),
            Paragraph(
                m.say("dossier_missing", number=sum(i.status == "missing" for i in items), of=len(items)), "warning"
            ),
            _checklist(m, items),
        ),
    )
    parts = [Section(m.say(f"item_{item.key}"), 1, item.blocks) for item in items if item.blocks]
    return Document(
        title=m.say("title_dossier"),
        subtitle=(
            name,
            m.say("as_of_line", day=manifest["as_of"]),
            m.say("policy_line", pack=manifest["policy"]["title"][language]),
        ),
        label=(manifest.get("label") or {}).get(language, ""),
        header=f"{m.say('title_dossier')} · {name}",
        day=manifest["as_of"],
        language=language,
        edition="internal",
        sections=tuple(numbered([head, *parts], language)),
        definitions=tuple((m.say(f"col_{key}"), m.say(f"define_{key}")) for key in DEFINED),
    )


def _checklist(m: Material, items: list[Item]) -> Table:
    records = [
        [
            m.say(f"item_{item.key}"),
            m.say(f"status_{item.status}"),
            m.say(f"fill_{item.key}") if item.status != "there" else "",
            None,
        ]
        for item in items
    ]
    columns = [
        m.column("item", width=2.6),
        m.column("status", width=0.8),
        m.column("to_supply", width=3.6),
        m.column("filled_in", width=2.2),
    ]
    return table("checklist", m.say("table_checklist"), columns, records)


def _rules(m: Material, program: str) -> Item:
    """The rule with its values: every clause of the grounds that carry, and of the pack's regulations."""
    trace = m.trace(program)
    rows: list[list[Any]] = []
    for ground in trace["grounds"]:
        if ground["flag"] == "phase_out":
            rows += _clauses(m, GROUND_NAMES[ground["ground"]][m.language], ground["clauses"])
    for finding in trace["regulations"]:
        name = f"{REGULATION_NAMES[finding['regulation']][m.language]} → {finding['verdict'][m.language]}"
        rows += _clauses(m, name, finding["clauses"], finding["reference"])
    said = trace["rule_verdict"]
    blocks: list[Block] = [
        Paragraph(m.say("dossier_rule_none") if said is None else f"{said[m.language]}: {said[f'clause_{m.language}']}")
    ]
    blocks.append(table("clauses", m.say("table_clauses"), _clause_columns(m), rows))
    return Item("rules", "there", tuple(blocks))


def _clause_columns(m: Material) -> list[Column]:
    return [
        m.column("ground", width=2.0),
        m.column("clause", width=3.6),
        m.column("holds", width=0.8),
        m.column("reference", width=2.6),
    ]


def _clauses(m: Material, name: str, clauses: Iterable[Mapping[str, Any]], reference: str = "") -> list[list[Any]]:
    found = []
    for clause in clauses:
        cited = clause["reference"] or reference
        cited = m.say("project_default") if cited == "project default" else reference_text(cited, m.language)
        found.append([name, clause[m.language], m.say(f"holds_{clause['holds']}".lower()), cited or None])
    return found


def _figures(m: Material, program: str) -> Item:
    """Three years of planned, registered, enrolled, graduates and destinations, as reported."""
    columns = ("planned", "registered", "enrolled", "students", "graduates", "employed", "further_study", "stayed_local",
               "matched_job")  # fmt: skip
    own = m.outcomes[m.outcomes["program_id"] == program].sort_values("year", ascending=False).head(3)
    records = []
    for r in records_of(own):
        known = not empty(r["employed"]) and not empty(r["graduates"]) and r["graduates"]
        rate = r["employed"] / r["graduates"] if known else None
        basis = "" if empty(r["rate_basis"]) else m.say(f"rate_basis_{r['rate_basis']}")
        records.append([r["year"], *(None if empty(r[c]) else r[c] for c in columns), rate, basis])
    made = table(
        "history",
        m.say("table_history"),
        [
            m.column("year", "year", 0.8),
            *(m.column(c, "count", 0.9) for c in columns),
            m.column("employment_rate", "rate", 1.0),
            m.column("rate_basis", width=0.9),
        ],
        records,
        note=m.say("note_years"),
    )
    whole = len(records) == 3 and own[["enrolled", "graduates", "employed"]].notna().all(axis=None)
    return Item("figures", "there" if whole else "partly" if records else "missing", (made,) if records else ())


def _points(m: Material, program: str) -> Item:
    row = m.point(program)
    key = (word(row["code"]) or word(row["name"]), word(row["level"]), word(row["region"]))
    same = m.points_of_list[key]
    entry = m.provincial[
        (m.provincial["code"].fillna(m.provincial["name"]) == key[0])
        & (m.provincial["level"].fillna("") == key[1])
        & (m.provincial["region"].fillna("") == key[2])
    ].iloc[0]
    share = entry["share_of_schools"]
    text = m.say(
        "dossier_points",
        points=len(same),
        share="–" if empty(share) else f"{float(share):.2%}",
        region=key[2] or m.say("unknown"),
        everywhere=int((m.points["name"] == row["name"]).sum()),
    )
    return Item("points", "there", (Paragraph(text),))


def _demand(m: Material, program: str) -> Item:
    """Posts its links lead to, dated and sourced, with how many employers name each."""
    linked = m.links[m.links["program_id"] == program]
    inputs = m.assessment.inputs["demands"].set_index("demand_id")
    records = []
    for r in records_of(linked.sort_values(["posts", "demand_id"], ascending=[False, True])):
        given = inputs.loc[r["demand_id"]]
        records.append(
            [
                r["demand_id"], r["occupation"], given["region"], None if empty(given["year"]) else int(given["year"]),
                round(float(r["posts"]), 2), r["p"], None if empty(given["basis"]) else m.say(f"basis_{given['basis']}"),
                None if empty(given["employers"]) else int(given["employers"]), given["source"],
                None if empty(given["source_date"]) else str(given["source_date"])[:10],
            ]
        )  # fmt: skip
    columns = [
        m.column("demand_id", width=1.2),
        m.column("occupation", width=2.0),
        m.column("region", width=1.0),
        m.column("year", "year", 0.7),
        m.column("posts", "persons", 0.9),
        m.column("p", "rate", 1.0),
        m.column("basis", width=1.2),
        m.column("employers", "count", 0.8),
        m.column("source", width=2.0),
        m.column("date", width=1.1),
    ]
    text = Paragraph(m.say("dossier_demand" if records else "dossier_no_demand"))
    blocks: tuple[Block, ...] = (text, table("demand", m.say("table_demand"), columns, records)) if records else (text,)
    dated = all(record[-1] for record in records)
    return Item("demand", "there" if records and dated else "partly", blocks)


def _certificate(m: Material, program: str) -> Item:
    by_id = {b["block"]: b for b in m.assessment.blocks}
    block = next((b for b in m.assessment.blocks if any(r["program_id"] == program for r in b["programs"])), None)
    if block is None:
        return Item("certificate", "missing")
    rows = tuple(certificate_rows(m, block, by_id, block["block"]))
    columns = (
        m.column("block", width=0.9),
        m.column("what", width=1.0),
        m.column("id", width=1.2),
        m.column("name", width=3.2),
        m.column("supply", "persons"),
        m.column("posts", "persons"),
    )
    caption = m.say("table_certificate")
    made = Table("certificate", caption, columns, rows, m.say("note_certificates"), (), caption)
    state = Paragraph(m.say("dossier_certified" if block["certified"] else "dossier_not_certified"), "note")
    return Item("certificate", "there" if block["certified"] else "partly", (state, made))


def _guards(m: Material, program: str) -> Item:
    rows = _clauses(m, m.say("guard"), m.trace(program)["guards"])
    if not rows:
        return Item("guards", "missing")
    unknown = any(clause["holds"] is None for clause in m.trace(program)["guards"])
    made = table("guards", m.say("table_guards"), _clause_columns(m), rows)
    return Item("guards", "partly" if unknown else "there", (made,))


def _effect(m: Material, program: str) -> Item:
    """What its end would do: posts that only it reaches, and the rates of the others."""
    own = set(m.links.loc[m.links["program_id"] == program, "demand_id"])
    others = set(m.links.loc[m.links["program_id"] != program, "demand_id"])
    alone = m.demands[m.demands["demand_id"].isin(own - others)]
    row = m.point(program)
    persons = row["indispensability"]
    text = m.say(
        "dossier_effect",
        persons="–" if empty(persons) else f"{float(persons):.2f}",
        posts=f"{float(alone['posts'].sum()):.2f}",
        names=m.joined(list(dict.fromkeys(str(o) for o in alone["occupation"]))) or m.say("nobody"),
    )
    changed = m.assessment.what_if(intake={program: 0}).programs
    changed = changed[changed["program_id"] != program]
    records = [
        [r["program_id"], m.names[r["program_id"]], r["placeable_rate_from"], r["placeable_rate_to"],
         FLAG_NAMES[r["flag_from"]][m.language], FLAG_NAMES[r["flag_to"]][m.language]]
        for r in records_of(changed)
    ]  # fmt: skip
    blocks: list[Block] = [Paragraph(text)]
    if records:
        columns = [
            m.column("program_id", width=0.9),
            m.column("name", width=3.0),
            m.column("rate_now", "rate"),
            m.column("rate_without", "rate"),
            m.column("flag", width=1.1),
            m.column("flag_without", width=1.1),
        ]
        blocks.append(table("effect", m.say("table_effect"), columns, records))
    return Item("effect", "there", tuple(blocks))


def _upgrade(m: Material, program: str) -> Item:
    records = course_gaps(m, {program})
    if not records:
        return Item("upgrade", "partly", (Paragraph(m.say("school_courses_none")),))
    columns = [
        m.column("skill", width=3.0),
        m.column("posts", "persons"),
        m.column("employers", "count"),
        m.column("claimed_by", width=3.0),
    ]
    rows = [record[2:] for record in records]
    return Item(
        "upgrade",
        "partly",
        (Paragraph(m.say("dossier_upgrade")), table("upgrade", m.say("table_upgrade"), columns, rows)),
    )


def _students(m: Material, program: str) -> Item:
    left = m.assessment.inputs.get("students", empty_frame("students"))
    left = left[left["program_id"] == program].sort_values("graduation_year")
    row = m.point(program)
    teachers, students = row["teachers"], row["students"]
    unknown = m.say("unknown")
    text = m.say(
        "dossier_students",
        students=unknown if empty(students) else int(students),
        teachers=unknown if empty(teachers) else int(teachers),
    )
    blocks: list[Block] = [Paragraph(text)]
    if len(left):
        columns = [m.column("graduation_year", "year"), m.column("students", "count")]
        rows = [[int(r["graduation_year"]), int(r["students"])] for r in records_of(left)]
        blocks.append(table("teach_out", m.say("table_teach_out"), columns, rows))
    return Item("teach_out", "partly", tuple(blocks))


def _measures(m: Material, program: str) -> Item:
    """Which step was taken before, and which is next."""
    earlier = m.assessment.manifest.get("earlier", {}).get(program)
    step = m.trace(program)["measure"]
    parts = [m.say("dossier_measure_before", step=MEASURE_NAMES[earlier][m.language])] if earlier else []
    if step:
        due = f"（{step['due']}）" if step["due"] else ""
        parts.append(m.say("dossier_measure_next", step=step[m.language] + due))
    blocks = tuple(Paragraph(part) for part in parts)
    return Item("measures", "partly" if earlier else "missing", blocks)


def _others(m: Material, program: str) -> Item:
    """The same figures for every other point of the block: why this one."""
    if not any(r["program_id"] == program for b in m.assessment.blocks for r in b["programs"]):
        return Item("others", "missing")
    frame = block_comparison(m.assessment, program, PLAN_TARGET, m.language)
    # Side by side: one column a program, and one for the block.
    names = [f"{r['program_id']} {word(r['institution'])} {word(r['name'])}".strip() for r in records_of(frame)]
    kept = [c for c in BLOCK_COLUMNS if c not in ("program_id", "name", "institution")]
    records = []
    for column in kept:
        values = [_plain(m, column, value) for value in frame[column]]
        if any(values):
            records.append(
                [BLOCK_COLUMNS[column][m.language] if m.language == "zh" else m.say(f"ground_{column}"), *values]
            )
    columns = [m.column("ground", width=1.8), *(Column(f"point_{i}", name, width=1.4) for i, name in enumerate(names))]
    sentence = block_sentence(m.assessment, program, PLAN_TARGET, m.language) + m.say("full_stop")
    return Item("others", "there", (Paragraph(sentence), table("others", m.say("table_others"), columns, records)))


def _plain(m: Material, column: str, value: Any) -> str:
    if empty(value):
        return ""
    if column == "flag":
        return FLAG_NAMES[value][m.language]
    if column in ("matched_share", "registration_rate"):
        return f"{float(value):.2%}"
    return f"{float(value):.2f}" if column == "supply" else str(value).removesuffix(".0")


def _equity(m: Material, program: str) -> Item:
    """Whether it is the only point of its kind in its region; what else counts is to be filled in."""
    row = m.point(program)
    near = m.points[(m.points["region"] == row["region"]) & (m.points["program_id"] != program)]
    same_name = int((near["name"] == row["name"]).sum())
    same_group = int((near["major_group"] == row["major_group"]).sum())
    exempt = m.assessment.inputs["programs"].set_index("program_id").loc[program, "exempt"]
    text = m.say(
        "dossier_equity",
        region=row["region"] or m.say("unknown"),
        same=same_name,
        group=same_group,
        exempt=m.say("nobody") if empty(exempt) else str(exempt),
    )
    return Item("equity", "partly", (Paragraph(text),))


ITEMS = (
    _rules,
    _figures,
    _points,
    _demand,
    _certificate,
    _guards,
    _effect,
    _upgrade,
    _students,
    _measures,
    _others,
    _equity,
)
# What no table of an assessment holds.
TO_FILL = ("opinions", "minutes", "notice", "announcement", "decision")
