"""The overview of a batch: all regions side by side, built from the same model as every other report.

It counts programs and never adds persons over regions: such a sum, less what each region publishes for itself, would
give away the cells that one of them withholds. Figures of persons stand in the rows of single blocks and posts, which
the region's own report shows in the same edition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corpora.frames import empty
from matcher import Assessment
from matcher.policy.words import CLAUSE_NAMES, FLAG_NAMES
from reports import words
from reports.annual import numbered
from reports.annual.findings import FLAGS
from reports.annual.material import LEVELS, Material
from reports.charts import region_flags
from reports.content import Block, Column, Document, Edition, Figure, Paragraph, Section, table

MOST_BLOCKS = 30
MOST_POSTS = 30
MOST_CLUSTERS = 60
DEFINED = ("supply", "posts", "rate", "block", "flag", "unfilled")
BLOCK_KEYS = ("region", "names", "points", "supply", "posts", "left", "rate")
POST_KEYS = ("region", "occupation", "place", "chain", "posts", "unfilled", "link")


@dataclass(frozen=True)
class RegionView:
    """What the overview takes from one region, in the edition that it is for.

    Attributes:
        points: one row a program: level, cluster, flag.
        gaps: clause that keeps a program from being judged -> how many programs.
        certified: how many blocks; blocks: the largest of them (BLOCK_KEYS). posts: empty posts (POST_KEYS).
        warnings: what to beware of. label: such as that the data are made up.
    """

    region: str
    points: pd.DataFrame
    gaps: Mapping[str, int]
    certified: int
    blocks: tuple[dict[str, Any], ...]
    posts: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    as_of: str
    pack: str
    unverified: bool
    label: str


@dataclass(frozen=True)
class Undone:
    """A region without results: its status (unusable, failed) and why."""

    region: str
    status: str
    message: str


def view_of(region: str, assessment: Assessment, edition: Edition, language: str) -> RegionView:
    """One region for the overview."""
    m = Material(assessment, edition, language)
    manifest = assessment.manifest
    gaps: dict[str, int] = {}
    for trace in assessment.traces:
        if trace["flag"] == "insufficient_evidence":
            for clause in (c for g in trace["grounds"] if g["ground"] == "insufficient" for c in g["clauses"]):
                if clause["holds"]:
                    gaps[clause["clause"]] = gaps.get(clause["clause"], 0) + 1
    return RegionView(
        region=region,
        points=m.points[["level", "cluster", "flag"]].reset_index(drop=True),
        gaps=gaps,
        certified=len(m.certified),
        blocks=tuple(_block(m, region, block) for block in m.certified[:MOST_BLOCKS]),
        posts=_posts(m, region),
        warnings=tuple(warning[language] for warning in manifest["warnings"]),
        as_of=manifest["as_of"],
        pack=manifest["policy"]["title"][language],
        unverified=manifest["policy"]["status"] == "unverified",
        label=(manifest.get("label") or {}).get(language, ""),
    )


def overview(
    views: Sequence[RegionView], undone: Sequence[Undone] = (), edition: Edition = "public", language: str = "zh"
) -> Document:
    """All regions in one document.

    Args:
        views: of `view_of`, all of the same edition and language; at least one.
        undone: regions without results, which are named.
    """
    say = _Say(language)
    public = edition == "public"
    first = views[0]
    sections = [
        Section(say("overview_regions"), 1, tuple(_regions(say, views, undone, public))),
        Section(say("overview_kinds"), 1, tuple(_kinds(say, views))),
        Section(say("overview_not_judged"), 1, tuple(_not_judged(say, views))),
        Section(say("overview_surplus"), 1, tuple(_surplus(say, views))),
        Section(say("overview_short"), 1, tuple(_short(say, views, public))),
        Section(say("overview_warnings"), 1, tuple(_warnings(say, views))),
    ]
    definitions = [(say(f"col_{key}"), say(f"define_{key}")) for key in DEFINED]
    return Document(
        title=say("title_overview"),
        subtitle=(
            say("overview_of", number=len(views)),
            say(f"edition_{edition}"),
            say("as_of_line", day=first.as_of),
            say("policy_line", pack=first.pack),
            *([say("note_unverified")] if first.unverified else []),
        ),
        label=next((view.label for view in views if view.label), ""),
        header=f"{say('title_overview')} · {say(f'edition_{edition}').split('（')[0].split(' (')[0]}",
        day=first.as_of,
        language=language,
        edition=edition,
        sections=tuple(numbered(sections, language)),
        definitions=tuple(definitions),
    )


@dataclass(frozen=True)
class _Say:
    """Sentences and columns of the catalogue in one language."""

    language: str

    def __call__(self, key: str, **figures: Any) -> str:
        return words.word(key, self.language, **figures)

    def column(self, key: str, kind: Any = "text", width: float = 1.0) -> Column:
        return Column(key, self(f"col_{key}"), kind, width)

    def flags(self) -> list[Column]:
        """A column of counts a flag."""
        return [Column(flag, self(f"short_{flag}"), "count", 0.8) for flag in FLAGS]


def _counts(points: pd.DataFrame) -> list[int]:
    return [int((points["flag"] == flag).sum()) for flag in FLAGS]


def _regions(say: _Say, views: Sequence[RegionView], undone: Sequence[Undone], public: bool) -> list[Block]:
    records: list[list[Any]] = [[v.region, len(v.points), *_counts(v.points), v.certified] for v in views]
    total = [say("total"), *(sum(r[i] for r in records) for i in range(1, len(FLAGS) + 3))]
    flags = pd.DataFrame(
        [
            {"region": view.region, "flag": flag, "programs": number, "share": number / max(len(view.points), 1)}
            for view in views
            for flag, number in zip(FLAGS, _counts(view.points), strict=True)
        ]
    )
    blocks: list[Block] = [
        Paragraph(
            say(
                "overview_text",
                regions=len(views),
                points=total[1],
                flags=words.joined(
                    [
                        f"{FLAG_NAMES[f][say.language]} {n}"
                        for f, n in zip(FLAGS, total[2 : 2 + len(FLAGS)], strict=True)
                    ],
                    say.language,
                ),
            )
        ),
        table(
            "region_flags",
            say("table_region_flags"),
            [say.column("region", width=1.6), say.column("points", "count"), *say.flags(), say.column("surplus_blocks", "count")],
            records,
            total=total,
            note=say("note_region_flags"),
            bars=("points",),
        ),
        Figure("region_chart", region_flags(flags, say.language)),
    ]  # fmt: skip
    if undone:
        columns = [say.column("region", width=1.2), say.column("status", width=1.2)]
        # What a message quotes of a table is for those who keep it.
        shown = [] if public else [say.column("why_undone", width=5.0)]
        rows = [[u.region, say(f"status_{u.status}"), *([] if public else [u.message])] for u in undone]
        blocks += [
            Paragraph(say("undone_text", number=len(undone)), "warning"),
            table("undone", say("table_undone"), [*columns, *shown], rows),
        ]
    return blocks


def _kinds(say: _Say, views: Sequence[RegionView]) -> list[Block]:
    points = pd.concat([view.points.assign(of=view.region) for view in views], ignore_index=True)
    levels = []
    for level in (*LEVELS, ""):
        group = points[points["level"] == level]
        if len(group):
            levels.append([say(f"level_{level}") if level else say("unknown"), len(group), *_counts(group)])
    blocks: list[Block] = [
        table(
            "level_flags",
            say("table_level_flags"),
            [say.column("level", width=1.4), say.column("points", "count"), *say.flags()],
            levels,
            total=[say("total"), len(points), *_counts(points)],
        )
    ]
    named = points[points["cluster"] != ""]
    if len(named):
        clusters: list[list[Any]] = [
            [name, group["of"].nunique(), len(group), *_counts(group)] for name, group in named.groupby("cluster")
        ]
        clusters.sort(key=lambda row: (-row[2], row[0]))
        columns = [
            say.column("cluster", width=2.4), say.column("regions", "count", 0.8), say.column("points", "count", 0.8),
            *say.flags(),
        ]  # fmt: skip
        caption = say("table_cluster_flags", number=min(MOST_CLUSTERS, len(clusters)))
        blocks.append(
            table("cluster_flags", caption, columns, clusters[:MOST_CLUSTERS], sheet=say("sheet_cluster_flags"))
        )
    return blocks


def _not_judged(say: _Say, views: Sequence[RegionView]) -> list[Block]:
    clauses = [clause for clause in CLAUSE_NAMES if any(clause in view.gaps for view in views)]
    if not clauses:
        return [Paragraph(say("overview_all_judged"))]
    records: list[list[Any]] = [
        [v.region, int((v.points["flag"] == "insufficient_evidence").sum()), *(v.gaps.get(c, 0) for c in clauses)]
        for v in views
        if v.gaps
    ]
    return [
        Paragraph(say("not_judged_text")),
        table(
            "region_gaps",
            say("table_region_gaps"),
            [say.column("region", width=1.6), say.column("not_judged", "count"), *(Column(c, say(f"gap_{c}"), "count", 1.4) for c in clauses)],
            records,
            total=[say("total"), *(sum(r[i] for r in records) for i in range(1, len(clauses) + 2))],
            note=say("note_region_gaps"),
        ),
    ]  # fmt: skip


def _surplus(say: _Say, views: Sequence[RegionView]) -> list[Block]:
    found = sorted((b for v in views for b in v.blocks), key=lambda b: (-b["left"], b["region"], b["names"]))
    if not found:
        return [Paragraph(say("overview_no_surplus"))]
    shown = found[:MOST_BLOCKS]
    columns = [
        say.column("region", width=1.2), say.column("names", width=3.2), say.column("points", "count", 0.7),
        say.column("supply", "persons"), say.column("posts", "persons"), say.column("left", "persons"),
        say.column("rate", "rate"),
    ]  # fmt: skip
    return [
        table(
            "surplus",
            say("table_surplus", number=len(shown)),
            columns,
            [[block[key] for key in BLOCK_KEYS] for block in shown],
            note=say("note_surplus"),
            bars=("left",),
            sheet=say("overview_surplus"),
        )
    ]


def _short(say: _Say, views: Sequence[RegionView], public: bool) -> list[Block]:
    found = sorted((p for v in views for p in v.posts), key=lambda p: (-p["unfilled"], p["region"], p["occupation"]))
    if not found:
        return [Paragraph(say("overview_none_short"))]
    shown = found[:MOST_POSTS]
    columns = [
        say.column("region", width=1.2), say.column("occupation", width=2.0), say.column("place", width=1.0),
        say.column("chain", width=1.8), say.column("posts", "persons"), say.column("unfilled", "persons"),
        say.column("link", width=1.4),
    ]  # fmt: skip
    return [
        table(
            "short",
            say("table_short", number=len(shown)),
            columns,
            [[post[key] for key in POST_KEYS] for post in shown],
            note=say("note_unfilled") + (say("note_few_employers") if public else ""),
            bars=("unfilled",),
            sheet=say("overview_short"),
        )
    ]


def _warnings(say: _Say, views: Sequence[RegionView]) -> list[Block]:
    records = [[view.region, warning] for view in views for warning in view.warnings]
    if not records:
        return [Paragraph(say("overview_no_warnings"))]
    return [table("warnings", say("table_warnings"), [say.column("region"), say.column("warning", width=6.0)], records)]


def _block(m: Material, region: str, block: Mapping[str, Any]) -> dict[str, Any]:
    """A certificate in one row: what the closed set holds, as the region's own report adds it up."""
    by_id = {b["block"]: b for b in m.assessment.blocks}
    closed = [block, *(by_id[b] for b in block["worse_blocks"])]
    return {
        "region": region,
        "names": m.joined(list(dict.fromkeys(m.points_by_id[r["program_id"]] for r in block["programs"]))),
        "points": sum(len(b["programs"]) for b in closed),
        "supply": round(sum(b["supply"] for b in closed), 2),
        "posts": round(sum(b["posts"] for b in closed), 2),
        "left": block["cannot_be_placed"],
        "rate": block["rate"],
    }


def _posts(m: Material, region: str) -> tuple[dict[str, Any], ...]:
    """The posts with the most of them empty, by the rules of the region's own report."""
    linked = set(m.links["demand_id"])
    spare = m.shown_demands[m.shown_demands["whitespace"] > 0]
    spare = spare.sort_values(["whitespace", "demand_id"], ascending=[False, True]).head(MOST_POSTS)
    return tuple(
        {
            "region": region,
            "occupation": row["occupation"],
            "place": None if empty(row["region"]) else row["region"],
            "chain": None if empty(row["chain"]) else row["chain"],
            "posts": row["posts"],
            "unfilled": row["whitespace"],
            "link": m.say("linked" if row["demand_id"] in linked else "unlinked"),
        }
        for row in spare.to_dict("records")
    )


__all__ = ["RegionView", "Undone", "overview", "view_of"]
