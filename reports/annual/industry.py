"""Chapter 2: industry chains, the posts they ask for, and where the figures come from."""

from typing import Any

import pandas as pd

from corpora.frames import empty, word
from reports.annual.material import Material
from reports.charts import chain_heatmap
from reports.charts.chains import chain_balance
from reports.content import HIDDEN, Block, Figure, Paragraph, Section, Table, table
from reports.masking import LEAST_ENTERPRISES

MOST_OCCUPATIONS = 20


def industry(m: Material) -> list[Section]:
    """Chapter 2."""
    chains = m.assessment.inputs["chains"]
    strategic = int(chains["strategic"].fillna(False).astype(bool).sum())
    documents = int(chains["document"].nunique())
    demands = m.demands
    blocks: list[Block] = [
        Paragraph(
            m.say(
                "industry_summary",
                chains=len(chains),
                strategic=strategic,
                documents=documents,
                demands=len(demands),
                occupations=demands["occupation"].nunique(),
                openings=f"{float(demands['openings'].fillna(0).sum()):.0f}",
                posts=f"{float(demands['posts'].sum()):.2f}",
            )
        )
    ]
    sections = [Section(m.say("industry"), 1, tuple(blocks))]
    balance = chain_balance(m.assessment)
    if len(balance):
        sections.append(
            Section(
                m.say("industry_chains"),
                2,
                (
                    Paragraph(_shortest(m, balance)),
                    Figure("heatmap", chain_heatmap(m.assessment, m.language)),
                    _chains(m, balance),
                ),
            )
        )
    sections.append(Section(m.say("industry_occupations"), 2, (_occupations(m),)))
    sections.append(Section(m.say("industry_sources"), 2, (Paragraph(m.say("sources_text")), _sources(m))))
    return sections


def _shortest(m: Material, balance: pd.DataFrame) -> str:
    """The chains with the most posts more than graduates, and the other way round."""
    sums = balance.groupby("chain")[["posts", "supply"]].sum()
    gap = (sums["posts"] - sums["supply"]).sort_values(ascending=False, kind="stable")
    short = m.joined([f"{chain} {n:.2f}" for chain, n in gap[gap > 0].head(3).items()])
    over = m.joined([f"{chain} {-n:.2f}" for chain, n in gap[gap < 0].iloc[::-1].head(3).items()])
    parts = [m.say("chains_short", chains=short)] if short else []
    parts += [m.say("chains_over", chains=over)] if over else []
    return ("" if m.language == "zh" else " ").join(parts)


def _chains(m: Material, balance: pd.DataFrame) -> Table:
    cited = m.assessment.inputs["chains"].set_index("chain")
    sums = balance.groupby("chain", sort=False)[["posts", "supply"]].sum()
    records = []
    for name, row in sums.iterrows():
        chain = str(name)
        group = m.demands[m.demands["chain"] == chain]
        known = chain in cited.index
        rank = word(cited.loc[chain, "rank"]) if known else ""
        posts, supply = round(float(row["posts"]), 2), round(float(row["supply"]), 2)
        starred = bool(balance.loc[balance["chain"] == chain, "strategic"].any())
        records.append(
            [
                f"★ {chain}" if starred else chain,
                m.say(f"rank_{rank}") if rank else "",
                len(group),
                supply,
                posts,
                round(posts - supply, 2),
                _growth(group),
                word(cited.loc[chain, "document"]) if known else "",
            ]
        )
    return table(
        "chains",
        m.say("table_chains"),
        [
            m.column("chain", width=2.2),
            m.column("rank", width=0.8),
            m.column("demands", "count", 0.8),
            m.column("supply", "persons"),
            m.column("posts", "persons"),
            m.column("difference", "persons"),
            m.column("growth", "rate", 0.9),
            m.column("document", width=2.8),
        ],
        records,
        total=[
            m.say("total"), "", len(m.demands[m.demands["chain"].isin(sums.index)]), round(float(sums["supply"].sum()), 2),
            round(float(sums["posts"].sum()), 2), round(float((sums["posts"] - sums["supply"]).sum()), 2), None, "",
        ],
        note=m.say("note_chains"),
        bars=("supply", "posts"),
    )  # fmt: skip


def _growth(group: pd.DataFrame) -> float | None:
    """Yearly growth as reported, weighed by posts."""
    known = group.dropna(subset=["growth"])
    weight = float(known["posts"].sum())
    return round(float((known["growth"] * known["posts"]).sum()) / weight, 4) if weight else None


def _occupations(m: Material) -> Table:
    sums = m.shown_demands.groupby("occupation", as_index=False).agg(
        groups=("demand_id", "size"),
        regions=("region", "nunique"),
        openings=("openings", "sum"),
        posts=("posts", "sum"),
        placed=("placed", "sum"),
        unfilled=("whitespace", "sum"),
    )
    sums = sums.sort_values(["posts", "occupation"], ascending=[False, True]).head(MOST_OCCUPATIONS)
    records: list[list[Any]] = [
        [r["occupation"], r["groups"], round(r["openings"], 2), round(r["posts"], 2), round(r["placed"], 2), round(r["unfilled"], 2)]
        for r in sums.to_dict("records")
    ]  # fmt: skip
    return table(
        "occupations",
        m.say("table_occupations"),
        [
            m.column("occupation", width=2.6),
            m.column("demands", "count"),
            m.column("openings", "persons"),
            m.column("posts", "persons"),
            m.column("placed", "persons"),
            m.column("unfilled", "persons"),
        ],
        records,
        note=m.say("note_occupations") + (m.say("note_few_employers") if m.public else ""),
        bars=("posts", "placed"),
    )


def _sources(m: Material) -> Table:
    records: list[list[Any]] = []
    for key, group in m.demands.groupby(["source", "basis", "year"], dropna=False):
        source, kind, year = tuple(key)
        fewest = group["employers"].dropna()
        withheld = m.public and len(fewest) > 0 and int(fewest.sum()) < LEAST_ENTERPRISES
        records.append(
            [
                m.say("withheld_source") if withheld else word(source) or m.say("unknown"),
                m.say(f"basis_{kind}") if not empty(kind) else m.say("unknown"),
                None if empty(year) else int(str(year)),
                len(group),
                HIDDEN if withheld else round(float(group["openings"].fillna(0).sum()), 2),
                int(group["employers"].notna().sum()),
            ]
        )
    return table(
        "sources",
        m.say("table_sources"),
        [
            m.column("source", width=3.4),
            m.column("basis", width=1.4),
            m.column("year", "year", 0.8),
            m.column("demands", "count", 0.8),
            m.column("openings", "persons"),
            m.column("with_employers", "count"),
        ],
        records,
        note=m.say("note_sources"),
    )
