"""The first page of an assessment: how many of which flag, where people are short, what changed, the strongest cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd

from api.pages import figures
from api.pages.render import with_query
from api.pages.words import say
from corpora.frames import empty, rows, word
from matcher.assessment import Assessment
from matcher.policy.words import FLAG_NAMES, NOTICES, Language
from reports.charts import STAGES, chain_balance
from reports.page import SHOWN_FLAGS, strongest_cases

SHOWN_CHANGES = 8
CASES = 2
# A balance within this share of the larger side counts as even.
EVEN = 0.05


@dataclass(frozen=True)
class FlagCount:
    """How many programs have a flag. `width` is its share of all in permille, for the strip."""

    key: str
    name: str
    count: int
    share: str
    link: str
    start: float
    width: float


@dataclass(frozen=True)
class Figure:
    """One large figure with its unit and what it means."""

    value: str
    name: str
    note: str


@dataclass(frozen=True)
class Cell:
    """Posts less graduates of one chain and stage. `tone` is -3 (far too many graduates) to 3 (far too few)."""

    balance: str
    posts: str
    supply: str
    tone: int
    words: str
    link: str


@dataclass(frozen=True)
class ChainRow:
    """One chain: its cells by stage (None where it has no posts) and all of it."""

    chain: str
    strategic: bool
    cells: tuple[Cell | None, ...]
    total: Cell


@dataclass(frozen=True)
class Case:
    """One program in a sentence."""

    program_id: str
    name: str
    institution: str
    reason: str
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A program whose flag is another than in the last assessment; "" where it was not listed."""

    program_id: str
    name: str
    institution: str
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """What changed since the last assessment, the first few in full."""

    since: str
    link: str
    number: int
    shown: tuple[Change, ...]
    added: int
    removed: int


@dataclass(frozen=True)
class Surplus:
    """One block in a certified surplus: the catalogue programs in it, and the page of one of them, with the certificate."""

    names: str
    text: str
    link: str


@dataclass(frozen=True)
class Overview:
    """Everything the page shows."""

    flags: tuple[FlagCount, ...]
    total: int
    figures: tuple[Figure, ...]
    stages: tuple[str, ...]
    chains: tuple[ChainRow, ...]
    cases: tuple[tuple[FlagCount, tuple[Case, ...]], ...]
    changes: Changes | None
    surplus: tuple[Surplus, ...]
    pack: str


def overview(
    assessment: Assessment, base: str, language: Language, changes: Changes | None = None,
    balance: pd.DataFrame | None = None,
) -> Overview:  # fmt: skip
    """The view of an assessment's first page.

    Args:
        base: path that the assessment's pages begin with.
        changes: against the last assessment; None where there is none.
        balance: `api.answers.tables.Tables.chains`, where the reader sees less than the whole market.
    """
    flags = flag_counts(assessment, base, language)
    return Overview(
        flags=flags,
        total=len(assessment.programs),
        figures=_figures(assessment, language),
        stages=tuple(say(f"stage_{stage}", language) for stage in STAGES),
        chains=chain_rows(assessment, base, language, balance),
        cases=tuple((flag, _cases(assessment, flag.key, language)) for flag in flags if flag.count),
        changes=changes,
        surplus=_surplus(assessment, base, language),
        pack=assessment.manifest["policy"]["title"][language],
    )


def flag_counts(assessment: Assessment, base: str, language: Language) -> tuple[FlagCount, ...]:
    """All six flags in the order in which a reader wants them."""
    counts, total = assessment.flag_counts(), max(1, len(assessment.programs))
    found: list[FlagCount] = []
    start = 0.0
    for key in SHOWN_FLAGS:
        width = 1000 * counts[key] / total
        link = with_query(f"{base}/programs", {"flag": key})
        found.append(
            FlagCount(
                key, FLAG_NAMES[key][language], counts[key], figures.share(counts[key] / total), link, start, width
            )
        )
        start += width
    return tuple(found)


def changes_between(before: Assessment, after: Assessment, link: str) -> Changes:
    """Flags that differ; their causes are the comparison's own page."""
    old = {str(r.program_id): str(r.flag) for r in rows(before.programs)}
    found = [
        Change(str(r.program_id), word(r.name), word(r.institution), old.get(str(r.program_id), ""), str(r.flag))
        for r in rows(after.programs)
        if old.get(str(r.program_id), "") != str(r.flag)
    ]
    # What costs a school its intake comes first, then what gives it more.
    weight = {"phase_out": 0, "insufficient_evidence": 3, "maintain": 2}
    found.sort(key=lambda c: (min(weight.get(c.after, 1), weight.get(c.before, 1)), c.program_id))
    gone = set(old) - set(after.programs["program_id"].astype(str))
    return Changes(
        since=before.manifest["as_of"],
        link=link,
        number=sum(1 for c in found if c.before),
        shown=tuple(c for c in found if c.before)[:SHOWN_CHANGES],
        added=sum(1 for c in found if not c.before),
        removed=len(gone),
    )


def chain_rows(
    assessment: Assessment, base: str, language: Language, balance: pd.DataFrame | None = None
) -> tuple[ChainRow, ...]:
    """Chains by stage, strategic ones first, then by posts; a sum of which a part is left out is left out as well."""
    if not assessment.inputs["demands"][["chain", "stage"]].notna().all(axis=1).any():
        return ()
    table = chain_balance(assessment) if balance is None else balance
    by_chain = table.set_index("chain")[["posts", "supply"]]
    sums = by_chain.groupby(level=0).sum().mask(by_chain.isna().groupby(level=0).any())
    strategic = set(table.loc[table["strategic"], "chain"])
    order = sorted(sums.index, key=lambda chain: (chain not in strategic, -sums["posts"].fillna(0)[chain], chain))
    cells = {(r.chain, r.stage): r for r in rows(table)}
    found = []
    for chain in order:
        link = with_query(f"{base}/demands", {"chain": chain})
        stages = [cells.get((chain, stage)) for stage in STAGES]
        found.append(
            ChainRow(
                chain,
                chain in strategic,
                tuple(
                    _cell(r.posts, r.supply, with_query(f"{base}/demands", {"chain": chain, "stage": stage}), language)
                    if r is not None
                    else None
                    for r, stage in zip(stages, STAGES, strict=True)
                ),
                _cell(sums.loc[chain, "posts"], sums.loc[chain, "supply"], link, language),
            )
        )
    return tuple(found)


def _cell(posts: float, supply: float, link: str, language: Language) -> Cell:
    shown_posts, shown_supply = (figures.NONE if empty(n) else f"{n:,.0f}" for n in (posts, supply))
    if empty(posts) or empty(supply):
        words = say("balance_withheld", language, posts=shown_posts, supply=shown_supply)
        return Cell(figures.NONE, shown_posts, shown_supply, 0, words, link)
    balance = posts - supply
    ratio = balance / max(posts, supply) if max(posts, supply) > 0 else 0.0
    strength = 0 if abs(ratio) < EVEN else 1 if abs(ratio) < 0.25 else 2 if abs(ratio) < 0.6 else 3
    key = "even" if not strength else "short" if balance > 0 else "surplus"
    words = say(f"balance_{key}", language, posts=shown_posts, supply=shown_supply)
    tone = strength if balance > 0 else -strength
    return Cell(figures.signed(balance, 0), shown_posts, shown_supply, tone, words, link)


def _figures(assessment: Assessment, language: Language) -> tuple[Figure, ...]:
    programs, demands = assessment.programs, assessment.demands
    certified = [b for b in assessment.blocks if b["certified"]]
    supply, posts = programs["supply"].fillna(0).sum(), demands["posts"].sum()
    return (
        Figure(
            f"{supply:,.0f}",
            say("figure_supply", language),
            say("figure_supply_note", language, schools=programs["institution"].nunique(), programs=len(programs)),
        ),
        Figure(f"{posts:,.0f}", say("figure_posts", language), say("figure_posts_note", language, rows=len(demands))),
        Figure(
            f"{assessment.placement['persons'].sum():,.0f}",
            say("figure_placed", language),
            say("figure_placed_note", language),
        ),
        Figure(
            f"{demands['whitespace'].sum():,.0f}", say("figure_empty", language), say("figure_empty_note", language)
        ),
        Figure(
            f"{sum(b['unplaced_here'] or 0 for b in certified):,.0f}",
            say("figure_surplus", language),
            say("figure_surplus_note", language, blocks=len(certified)),
        ),
    )


def _surplus(assessment: Assessment, base: str, language: Language) -> tuple[Surplus, ...]:
    """Certified blocks with the sums of their certificates, those with the most persons left first."""
    names = {str(r.program_id): word(r.name) for r in rows(assessment.programs)}
    by_id = {b["block"]: b for b in assessment.blocks}
    certified = sorted((b for b in assessment.blocks if b["certified"]), key=lambda b: -(b["cannot_be_placed"] or 0))
    found = []
    for block in certified:
        # Of blocks behind it that hold none of the reader's programs there are sums alone.
        beyond = [block["worse_others"]] if "worse_others" in block else []
        closed = [block, *(by_id[b] for b in block["worse_blocks"]), *beyond]
        supply, posts = (_sum(b[figure] for b in closed) for figure in ("supply", "posts"))
        text = say(
            "surplus_block", language, supply=figures.persons(supply), posts=figures.persons(posts),
            rate=figures.rate(block["rate"]), left=figures.persons(block["cannot_be_placed"]),
        )  # fmt: skip
        members = [str(r["program_id"]) for r in block["programs"]]
        title = ("、" if language == "zh" else ", ").join(dict.fromkeys(names[p] for p in members))
        found.append(Surplus(title, text, f"{base}/programs/{quote(members[0], safe='')}#certificate"))
    return tuple(found)


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else round(sum(v for v in known if v is not None), 2)


def _cases(assessment: Assessment, flag: str, language: Language) -> tuple[Case, ...]:
    return tuple(case(record, language) for record in records(strongest_cases(assessment, flag, CASES)))


def case(record: dict[str, Any], language: Language) -> Case:
    """A row of the programs table as one sentence."""
    return Case(
        word(record["program_id"]),
        word(record["name"]),
        word(record["institution"]),
        word(record["reason" if language == "zh" else "reason_en"]),
        notice_names(record["notices"], language),
    )


def notice_names(notices: Any, language: Language) -> tuple[str, ...]:
    """The notices of a row in words."""
    return () if empty(notices) else tuple(NOTICES[key][language] for key in str(notices).split(";") if key)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows by column name."""
    return [{str(k): v for k, v in record.items()} for record in frame.to_dict("records")]
