"""Which data would settle an `insufficient_evidence`: table, column and what of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.rules import Clause
from matcher.policy.verdict import Verdict

YEARS = 3


@dataclass(frozen=True)
class Needed:
    """One thing to be supplied.

    Attributes:
        gap: the clause that it settles.
        table, column: of docs/contract.md.
        year: that the figure is of; None where no single year is asked for.
        amount: how many more (graduates, courses, characters); None where presence is enough.
        zh, en: the same in words.
    """

    gap: str
    table: str
    column: str
    year: int | None
    amount: int | None
    zh: str
    en: str


def needed(verdict: Verdict, facts: Facts, as_of: date) -> tuple[Needed, ...]:
    """Everything that is missing for a judgement; empty for other flags."""
    if verdict.flag != "insufficient_evidence":
        return ()
    clauses = [c for g in verdict.grounds if g.name == "insufficient" for c in g.clauses if c.holds]
    return tuple(entry for clause in clauses for entry in _SETTLED_BY[clause.name](clause, facts, as_of))


def _graduates(clause: Clause, facts: Facts, as_of: date) -> Iterator[Needed]:
    known = {year.year for year in facts.reported if year.graduates is not None}
    latest = max([year for year in known if year <= as_of.year], default=as_of.year)
    first = facts.first_cohort or 0
    missing = [y for y in range(latest - YEARS + 1, latest + 1) if y not in known and y >= first]
    for year in missing:
        yield Needed(
            clause.name, "outcomes", "graduates", year, None,
            f"补报 {year} 届毕业去向：毕业生数（招生就业数据表）",
            f"outcomes of {year}: graduates (and employed, further_study, stayed_local)",
        )  # fmt: skip
    short = int(clause.limit or 0) - (facts.graduates or 0)
    if not missing:
        year = max(latest + 1, first)
        yield Needed(
            clause.name, "outcomes", "graduates", year, short,
            f"三届数据已齐，毕业生尚少 {short} 人：待 {year} 届及以后数据，或有同院校同专业类的专业点可合并评价",
            f"all {YEARS} years are there and {short} graduates short: wait for the cohort of {year} and later, "
            "or for programs of its class at its institution to be judged with it",
        )  # fmt: skip


def _source(clause: Clause, facts: Facts, as_of: date) -> Iterator[Needed]:
    year, months = as_of.year, int(clause.limit or 0)
    field, region = facts.field or "*", facts.region
    for column, value, zh, en in (
        ("major_group", facts.field, "专业大类", "major group"),
        ("region", facts.region, "地区", "region"),
    ):
        if not value:
            yield Needed(
                clause.name,
                "programs",
                column,
                None,
                None,
                f"填报该专业的{zh}（专业表）",
                f"the program's {en} (programs)",
            )
    named_zh, named_en = (
        f"{region or '本地'}、{facts.field or '所属大类'}",
        f"{facts.field or 'its field'}, {region or 'its region'}",
    )
    yield Needed(
        clause.name, "demands", "openings", year, None,
        f"{named_zh} {months} 个月内的岗位需求：招聘人数、数据来源、年份（岗位需求表）",
        f"openings with source and year of the last {months} months for {named_en}",
    )  # fmt: skip
    yield Needed(
        clause.name, "coverage", "share_low", year, None,
        f"上述来源的覆盖声明：地区 {region or '*'}、专业大类 {field}、{year} 年的覆盖率下限与上限（数据覆盖声明表）",
        f"the coverage of that source: share_low and share_high for region {region or '*'}, field {field}, {year}",
    )  # fmt: skip


def _text(clause: Clause, facts: Facts, as_of: date) -> Iterator[Needed]:
    characters = max(0, int(clause.limit or 0) - facts.characters)
    yield Needed(
        clause.name, "programs", "courses", None, None,
        "补充课程名称（专业表“课程”列）",
        "course names (column courses of programs)",
    )  # fmt: skip
    yield Needed(
        clause.name, "programs", "goal", None, characters,
        f"或补充培养目标、培养规格，至少 {characters} 字",
        f"or its goal and abilities, at least {characters} more characters",
    )  # fmt: skip


def _retention(clause: Clause, facts: Facts, as_of: date) -> Iterator[Needed]:
    region = facts.region
    yield Needed(
        clause.name, "flows", "share", None, None,
        f"{region or '本地'}毕业生流向外地的占比，由人社等校外来源提供（毕业生流向表）",
        f"the share of graduates who leave {region or 'its region'}, from a source outside the college (flows)",
    )  # fmt: skip
    yield Needed(
        clause.name, "outcomes", "stayed_local", as_of.year, None,
        "或更正本地就业人数（招生就业数据表）",
        "or the corrected number of those who stayed (outcomes: stayed_local)",
    )  # fmt: skip


_SETTLED_BY: dict[str, Callable[[Clause, Facts, date], Iterator[Needed]]] = {
    "few_graduates": _graduates,
    "no_recent_source": _source,
    "thin_text": _text,
    "retention_unproved": _retention,
}
