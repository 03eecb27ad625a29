"""The annexes: method, lists, certificates that add up, data quality, sources, and how to reproduce all of it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corpora.frames import empty, word
from matcher.policy.parameters import reference_text
from matcher.policy.words import FLAG_NAMES, OBJECTIONS
from reports.annual.findings import measure_name
from reports.annual.material import Material, records_of
from reports.annual.offer import clusters
from reports.annual.proposals import provincial_rows
from reports.annual.public import pooled
from reports.content import Block, Paragraph, Row, Section, Table, shown, table
from reports.masking import LEAST_GRADUATES


def annexes(m: Material) -> list[Section]:
    """Annexes in the order of the customary form."""
    made: list[tuple[str, list[Block]]] = [
        ("annex_method", _method(m)),
        ("annex_list", [provincial_rows(m), *([clusters(m)] if (m.points["cluster"] != "").any() else [])]),
        ("annex_certificates", _certificates(m)),
        ("annex_quality", _quality(m)),
        ("annex_documents", _documents(m)),
        ("annex_reproduce", _reproduce(m)),
    ]
    if not m.public:
        made.insert(2, ("annex_school", [_school(m)]))
    return [
        Section(f"{m.say('annex')}{number}{m.say('annex_gap')}{m.say(key)}", 1, tuple(blocks), new_page=True)
        for number, (key, blocks) in enumerate(made, 1)
    ]


def _method(m: Material) -> list[Block]:
    policy = m.assessment.manifest["policy"]
    blocks: list[Block] = [Paragraph(m.say(f"method_{n}")) for n in range(1, 7)]
    if policy["status"] == "unverified":
        blocks.append(Paragraph(m.say("note_unverified"), "warning"))
    records = [
        [name, _plain(entry["value"]), _reference(m, entry["reference"])]
        for name, entry in policy["parameters"].items()
    ]
    blocks.append(
        table(
            "parameters",
            m.say("table_parameters", pack=policy["title"][m.language]),
            [m.column("parameter", width=3.2), m.column("value", width=2.6), m.column("reference", width=3.2)],
            records,
            note=m.say("note_parameters"),
        )
    )
    return blocks


def _plain(value: Any) -> str:
    return "; ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)


def _reference(m: Material, reference: str) -> str:
    return m.say("project_default") if reference == "project default" else reference_text(reference, m.language)


def _school(m: Material) -> Table:
    joined = m.school.merge(m.points[["program_id", "flag_probability", "employment_mean"]], on="program_id")
    records = [
        [
            r["institution"], r["program_id"], r["name"], m.level(r["level"]), m.say(f"class_{r['class']}"),
            FLAG_NAMES[r["flag"]][m.language], r["flag_probability"], measure_name(m, r["measure"]), r["students"],
            r["supply"], r["rate"], r["posts"], r["employment_mean"],
            m.reason(r),
        ]
        for r in records_of(joined)
    ]  # fmt: skip
    return table(
        "school",
        m.say("table_school"),
        [
            m.column("institution", width=1.5),
            m.column("program_id", width=0.8),
            m.column("name", width=1.5),
            m.column("level", width=0.9),
            m.column("list", width=0.9),
            m.column("flag", width=0.9),
            m.column("flag_probability", "rate", 0.9),
            m.column("measure", width=0.9),
            m.column("students", "count", 0.6),
            m.column("supply", "persons", 0.9),
            m.column("rate", "rate", 0.9),
            m.column("posts", "persons", 0.9),
            m.column("employment_mean", "rate", 0.9),
            m.column("reason", width=6.0),
        ],
        records,
    )


def _certificates(m: Material) -> list[Block]:
    if not m.certified:
        return [Paragraph(m.say("certificates_none"))]
    by_id = {b["block"]: b for b in m.assessment.blocks}
    rows: list[Row] = []
    for number, block in enumerate(m.certified, 1):
        rows += certificate_rows(m, block, by_id, str(number) if m.public else block["block"])
    columns = (
        m.column("block", width=0.9),
        m.column("what", width=1.0),
        m.column("id", width=1.2),
        m.column("name", width=3.2),
        m.column("supply", "persons"),
        m.column("posts", "persons"),
    )
    note = m.say("note_certificates") + (m.say("note_certificates_public", least=LEAST_GRADUATES) if m.public else "")
    caption = m.say("table_certificates")
    return [
        Paragraph(m.say("certificates_text")),
        Table("certificates", caption, columns, tuple(rows), note, (), caption),
    ]


def certificate_rows(
    m: Material, block: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]], name: str
) -> list[Row]:
    """A certificate as rows that add up: programs, posts, the two sums and their difference.

    In the public edition programs stand together by name and posts by occupation; those that may not be named are one
    row, so that the sums stay.

    Args:
        name: what the block is called in this report.
    """
    closed = [block, *(by_id[b] for b in block["worse_blocks"])]
    supply, posts = sum(b["supply"] for b in closed), sum(b["posts"] for b in closed)
    names = m.joined(list(dict.fromkeys(m.points_by_id[r["program_id"]] for r in block["programs"])))
    head = m.say("certificate_head", names=names, rate=shown(block["rate"], "rate"))
    programs = [(str(r["program_id"]), float(r["supply"])) for b in closed for r in b["programs"]]
    demands = [(str(r["demand_id"]), float(r["posts"])) for b in closed for r in b["demands"]]
    rows = [Row((name, m.say("block_word"), None, head, None, None), "group")]
    if m.public:
        own = pd.Series([n for _, n in programs]).groupby([m.points_by_id[p] for p, _ in programs], sort=False).sum()
        small = (own > 0) & (own < LEAST_GRADUATES)
        rows += _pooled(m, name, "program_word", own, small, LEAST_GRADUATES)
        of = dict(zip(m.demands["demand_id"], m.demands["occupation"], strict=True))
        occupations = [str(of[d]) for d, _ in demands]
        few = pd.Series([d in m.unnamed_demands for d, _ in demands]).groupby(occupations, sort=False).any()
        rows += _pooled(
            m, name, "post_word", pd.Series([n for _, n in demands]).groupby(occupations, sort=False).sum(), few
        )
    else:
        places = {
            r["demand_id"]: f"{r['occupation']} {word(r['region'])}".strip() for r in m.demands.to_dict("records")
        }
        rows += [Row((name, m.say("program_word"), p, m.names[p], n, None)) for p, n in programs]
        rows += [Row((name, m.say("post_word"), d, places[d], None, n)) for d, n in demands]
    left = m.say("left", number=f"{block['cannot_be_placed']:.2f}")
    sums = f"{left} ({supply:.2f} − {posts:.2f})"
    rows.append(Row((name, m.say("total"), None, sums, round(supply, 2), round(posts, 2)), "total"))
    return rows


def _pooled(m: Material, block: str, what: str, values: pd.Series, small: pd.Series, least: float = 0) -> list[Row]:
    named, rest, number = pooled(values, small, least)
    pairs = [(str(n), round(float(v), 2)) for n, v in named.items()]
    if number:
        pairs.append((m.say("pooled", number=number), rest))
    supply = what == "program_word"
    return [Row((block, m.say(what), None, n, v if supply else None, None if supply else v)) for n, v in pairs]


def _quality(m: Material) -> list[Block]:
    manifest = m.assessment.manifest
    estimated = int(m.points["notices"].fillna("").str.contains("supply_estimated").sum())
    blocks: list[Block] = [
        Paragraph(
            m.say(
                "quality_text",
                programs=manifest["counts"].get("programs", 0),
                outcomes=manifest["counts"].get("outcomes", 0),
                demands=manifest["counts"].get("demands", 0),
                estimated=estimated,
                pairs=manifest["matching"]["pairs"],
                missed=manifest["matching"]["missed_by_candidates"],
                sampled=manifest["matching"]["sampled_programs"],
            )
        ),
        *(Paragraph(warning[m.language] + m.say("full_stop"), "warning") for warning in manifest["warnings"]),
    ]
    blocks.append(_open_blocks(m))
    blocks.append(_coverage(m))
    if not m.public:
        blocks += _not_judged(m)
        blocks += _data_checks(m)
    return blocks


def _open_blocks(m: Material) -> Table:
    """Why blocks short of posts are not certified: each objection with how many blocks and persons it concerns."""
    records = []
    for name, words in OBJECTIONS.items():
        found = [
            b for b in m.assessment.blocks if name in b["why_not_certified"] and "rate" not in b["why_not_certified"]
        ]
        records.append([words[m.language], len(found), sum(len(b["programs"]) for b in found)])
    return table(
        "objections",
        m.say("table_objections"),
        [m.column("objection", width=4.0), m.column("blocks", "count"), m.column("points", "count")],
        records,
        note=m.say("note_objections"),
    )


def _coverage(m: Material) -> Table:
    coverage = m.assessment.inputs["coverage"]
    records = []
    for (source, region, year), group in coverage.groupby(["source", "region", "year"], sort=True):
        low, high = float(group["share_low"].min()), float(group["share_high"].max())
        declared = m.joined(sorted({word(d) for d in group["declared_by"] if word(d)}))
        records.append([source, region, int(str(year)), len(group), low, high, declared])
    return table(
        "coverage",
        m.say("table_coverage"),
        [
            m.column("source", width=2.8),
            m.column("region", width=1.1),
            m.column("year", "year", 0.8),
            m.column("fields", "count", 0.8),
            m.column("share_low", "rate"),
            m.column("share_high", "rate"),
            m.column("declared_by", width=2.8),
        ],
        records,
        note=m.say("note_coverage"),
    )


def _not_judged(m: Material) -> list[Block]:
    found = [t for t in m.assessment.traces if t["flag"] == "insufficient_evidence"]
    if not found:
        return []
    records = [[t["program_id"], m.names[t["program_id"]], m.joined(t["needed_data"][m.language])] for t in found]
    columns = [m.column("program_id", width=0.9), m.column("name", width=2.6), m.column("needed", width=5.0)]
    return [table("not_judged", m.say("table_not_judged"), columns, records)]


def _data_checks(m: Material) -> list[Block]:
    records = [
        [t["program_id"], m.names[t["program_id"]], m.joined([c[m.language] for c in t["data_checks"]]), None]
        for t in m.assessment.traces
        if t["data_checks"]
    ]
    if not records:
        return []
    columns = [
        m.column("program_id", width=0.9),
        m.column("name", width=2.6),
        m.column("data_check", width=3.6),
        m.column("explanation", width=2.0),
    ]
    return [table("data_checks", m.say("table_data_checks"), columns, records, note=m.say("note_data_checks"))]


def _documents(m: Material) -> list[Block]:
    policy = m.assessment.manifest["policy"]
    chains = m.assessment.inputs["chains"]
    references = sorted({e["reference"] for e in policy["parameters"].values()} - {"project default", ""})
    rules = sorted({f["reference"] for t in m.assessment.traces for f in t["regulations"]})
    records = [[m.say("document_parameter"), _reference(m, r), None] for r in references]
    records += [[m.say("document_rule"), _reference(m, r), None] for r in rules]
    cited = chains.dropna(subset=["document"]).drop_duplicates("document")
    records += [
        [m.say("document_chain"), r["document"], None if empty(r["date"]) else str(r["date"])[:10]]
        for r in cited.to_dict("records")
    ]
    columns = [m.column("used_for", width=1.4), m.column("document", width=6.0), m.column("date", width=1.2)]
    return [Paragraph(m.say("documents_text")), table("documents", m.say("table_documents"), columns, records)]


def _reproduce(m: Material) -> list[Block]:
    manifest = m.assessment.manifest
    files = manifest.get("files", {})
    facts = [
        ("as_of", manifest["as_of"]),
        ("policy", f"{manifest['policy']['pack']} ({manifest['policy']['status']})"),
        ("draws_seed", f"{manifest['draws']} / {'–' if manifest['seed'] is None else manifest['seed']}"),
        ("encoder", str(manifest["encoder"]["fingerprint"])),
        *((name, version) for name, version in manifest["versions"].items()),
        *(
            (name, digest)
            for name, digest in sorted(files.items())
            if name.startswith("inputs/") or name == "blocks.json"
        ),
    ]
    known = {"as_of", "policy", "draws_seed", "encoder"}
    records = [[m.say(f"fact_{name}") if name in known else name, value] for name, value in facts]
    columns = [m.column("item", width=2.4), m.column("value", width=6.0)]
    return [Paragraph(m.say("reproduce_text")), table("manifest", m.say("table_manifest"), columns, records)]
