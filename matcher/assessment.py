"""The facade: tables in, an `Assessment` out. Notebook, command line, HTTP and batch all call `assess`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from corpora import BadTable, check_together, inspect_frame
from corpora.faults import Unusable
from corpora.frames import rows
from corpora.schema import empty_frame
from corpora.starter import catalogue
from indexes.encoder import Encoder
from matcher.matching.match import given_matches, match_texts
from matcher.matching.records import MatchGraph, SkillCoverage
from matcher.matching.skills import skill_coverage
from matcher.placement.certificate import block_records, persons
from matcher.placement.demand_years import demand_roles, read_coverage
from matcher.placement.edges import classify_matches, reachable_regions
from matcher.placement.place import Placement, place, reach_of
from matcher.placement.quantities import demand_posts, expected_graduates, observed_placements, supply
from matcher.policy.assemble import Evidence, all_facts, study_years
from matcher.policy.employment import Employment, estimate_employment
from matcher.policy.facts import Facts
from matcher.policy.pack import Value, Values, load_pack
from matcher.policy.reasons import trace_record
from matcher.policy.verdict import FLAGS, Verdict, decide

Progress = Callable[[str, int, int], None]
RATE_DIGITS = 4
# What the figures depend on, besides the inputs.
RUNTIME = ("duikou", "pandas", "numpy", "faiss-cpu", "sentence-transformers", "torch")
# Kinds of tables an assessment can take, in the order of the command line.
INPUTS = (
    "programs", "outcomes", "demands", "students", "chains", "coverage", "flows", "other_supply", "agreements",
    "predecessors", "matches", "reviews",
)  # fmt: skip
# Filled by draws, packs with regulations and counterfactual search; empty until those are asked for.
PROGRAM_COLUMNS = (
    "program_id", "flag", "flag_probability", "measure", "also_fires", "notices", "rule_verdict", "rule_clause",
    "supply", "placeable_rate", "placeable_low", "placeable_high", "headroom", "indispensability", "employment_mean",
    "employment_low", "employment_high", "employment_below_probability", "raw_rate_by_year", "block", "own_gap",
    "completers_share_gap", "counterfactual", "name", "institution", "region", "level", "major_group", "reason",
    "reason_en",
)  # fmt: skip


class AssessmentError(Unusable):
    """Tables that cannot be assessed together; the message says which and what to do."""


@dataclass(frozen=True)
class Assessment:
    """The result: data only. See docs/contract.md for the columns.

    Attributes:
        programs: one row a program; demands: one row a demand that carries; matches; placement: program_id, demand_id,
            persons a year.
        blocks: records with certificates; traces: one verdict a record.
        manifest: versions, pack, dates, encoder, counts, warnings.
        inputs: kind -> the validated table.
    """

    programs: pd.DataFrame
    demands: pd.DataFrame
    matches: pd.DataFrame
    placement: pd.DataFrame
    blocks: list[dict[str, Any]]
    traces: list[dict[str, Any]]
    manifest: dict[str, Any]
    inputs: Mapping[str, pd.DataFrame] = field(repr=False)

    def flag_counts(self) -> dict[str, int]:
        """Flag -> number of programs, all six, in the order of the method."""
        counts = self.programs["flag"].value_counts()
        return {flag: int(counts.get(flag, 0)) for flag in FLAGS}

    def write(self, folder: str | Path, extra: Mapping[str, str] | None = None) -> Path:
        """Writes the assessment's folder (docs/contract.md), whole or not at all.

        Args:
            extra: further text files, name -> content, such as a page made from this assessment.
        """
        from matcher.folder import write_folder

        return write_folder(self, Path(folder), extra or {})

    def explain(self, program_id: str, language: str = "zh") -> str:
        """Why a program has its flag: reason, trace, certificate and best matches, as Markdown.

        Raises:
            KeyError: no such program.
        """
        from matcher.explain import explain

        return explain(self, program_id, language)


def load_assessment(folder: str | Path) -> Assessment:
    """Reads an assessment's folder back."""
    from matcher.folder import load_folder

    return load_folder(Path(folder))


def match(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    top: int | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Matches of programs and demands with p and the two sentences that carry each.

    Args:
        programs, demands: as the contract names them; other tables are not needed.
        top: only so many a program.
        encoder: the default one if None.
    """
    tables = _validated({"programs": programs, "demands": demands})
    return match_texts(tables["programs"], tables["demands"], encoder, top=top, progress=progress).matches


def assess(
    programs: pd.DataFrame,
    outcomes: pd.DataFrame,
    demands: pd.DataFrame,
    *,
    students: pd.DataFrame | None = None,
    chains: pd.DataFrame | None = None,
    coverage: pd.DataFrame | None = None,
    flows: pd.DataFrame | None = None,
    other_supply: pd.DataFrame | None = None,
    agreements: pd.DataFrame | None = None,
    predecessors: pd.DataFrame | None = None,
    matches: pd.DataFrame | None = None,
    reviews: pd.DataFrame | None = None,
    policy: str = "default",
    as_of: date | str | None = None,
    horizon: int | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    label: Mapping[str, str] | None = None,
) -> Assessment:
    """Assesses every program: matches, fair placement, certificates, employment and a flag with its trace.

    Args:
        programs, outcomes, demands, ...: tables of the contract; those left out count as empty.
        matches: given links in place of text matching.
        policy: name of a pack.
        as_of: the day the assessment speaks for; today if None.
        horizon: graduation year to assess, from the students table, in place of past cohorts.
        encoder: texts -> vectors; the default one if None.
        progress: called with (step, done, of).
        label: a sentence (zh, en) that every report of this assessment carries, such as that its data are made up.

    Raises:
        corpora.BadTable: a table with faults, every one named.
        AssessmentError: tables that do not fit together.
    """
    given = {
        "programs": programs, "outcomes": outcomes, "demands": demands, "students": students, "chains": chains,
        "coverage": coverage, "flows": flows, "other_supply": other_supply, "agreements": agreements,
        "predecessors": predecessors, "matches": matches, "reviews": reviews,
    }  # fmt: skip
    tables = _validated({kind: table for kind, table in given.items() if table is not None})
    for kind in INPUTS:
        tables.setdefault(kind, empty_frame(kind))
    day = read_day(as_of) if isinstance(as_of, str) else as_of or date.today()
    values = load_pack(policy).on(day)
    warnings: list[str] = []
    year = horizon or day.year
    if horizon is not None and tables["students"].empty:
        raise AssessmentError(
            f"按 {horizon} 届分析需要在校生表（students）：专业编号、毕业年份、学生数",
            f"a horizon ({horizon}) needs the students table: program_id, graduation_year, students",
        )
    if tables["demands"]["openings"].isna().all():
        raise AssessmentError(
            "岗位需求表没有需求人数（openings）：分析需要它（仅匹配则不需要）",
            "demands have no openings: they are needed to assess (they are not, to match)",
        )

    own = completed(tables["programs"], warnings)
    wanted = prepared_demands(tables["demands"], year, values)
    known = cohorts(tables["outcomes"], own, warnings)
    if matches is not None:
        graph = given_matches(tables["matches"])
    else:
        graph = match_texts(
            own, wanted, encoder, values.number("match.floor"), values.number("match.threshold"), progress=progress
        )
    classified = classified_matches(graph.matches, own, wanted, tables["flows"], tables["reviews"], values)
    if progress:
        progress("place", 0, 1)
    placement, estimated = placed(tables, own, wanted, known, classified, values, day, horizon)
    employment = estimate_employment(
        known[known["year"] <= day.year],
        own,
        values.weights("employment.year_weights"),
        values.number("employment.low_rate"),
    )
    skills: Mapping[str, SkillCoverage] = {}
    current_edges = classified[
        classified["edge"] & classified["demand_id"].isin(wanted.loc[wanted["role"] == "current", "demand_id"])
    ]
    if matches is None:
        asked = int(values.number("upgrade.min_employers"))
        step = (lambda done, of: progress("skills", done, of)) if progress else None
        skills = skill_coverage(own, wanted, current_edges, asked, encoder, step)
    earlier = demand_posts(wanted[wanted["role"] != "current"], empty_frame("other_supply"))
    evidence = Evidence(
        own, known, wanted, tables["chains"], tables["students"], classified, {**earlier, **placement.posts},
        employment.programs, estimated, skills, read_coverage(tables["coverage"]),
    )  # fmt: skip
    facts = all_facts(evidence, placement, values, day)
    verdicts = [decide(f, values, day) for f in facts]
    traces = [trace_record(v, f, values, day) for v, f in zip(verdicts, facts, strict=True)]
    _warn(warnings, graph, tables)
    if progress:
        progress("place", 1, 1)
    return Assessment(
        programs=_program_frame(own, known, facts, verdicts, traces, employment, placement),
        demands=_demand_frame(wanted, placement),
        matches=classified,
        placement=_placement_frame(placement),
        blocks=_blocks(placement),
        traces=traces,
        manifest={
            **_manifest(tables, values, day, horizon, graph, verdicts, wanted, warnings),
            "label": dict(label) if label else None,
        },
        inputs=tables,
    )


def read_day(text: str) -> date:
    """A day such as 2026-10-15 or 2026/10/15.

    Raises:
        AssessmentError: anything else.
    """
    try:
        return date(*(int(part) for part in re.split(r"[-/.]", text.strip())))
    except (TypeError, ValueError):
        raise AssessmentError(
            f"分析日期是“{text}”；应为 2026-10-15 这样的日期", f"as_of is {text!r}; expected a date such as 2026-10-15"
        ) from None


def completed(programs: pd.DataFrame, warnings: list[str]) -> pd.DataFrame:
    """Programs with what the national catalogue says of their code (level, major group, class) where it is empty.

    `region` becomes the region of the campus where one is given: that is where the students are.
    """
    known = catalogue().drop_duplicates("code").set_index("code")
    found = programs.copy()
    codes = found["code"].where(found["code"].isin(known.index))
    filled = 0
    for column in ("level", "major_group"):
        looked_up = codes.map(known[column]).astype("string")
        filled += int((found[column].isna() & looked_up.notna()).sum())
        found[column] = found[column].fillna(looked_up)
    found["class"] = codes.map(known["class"]).astype("string")
    found["region"] = found["campus_region"].fillna(found["region"])
    if filled:
        warnings.append(f"{filled} empty levels or major groups were filled from the national catalogue by code")
    return found


def prepared_demands(demands: pd.DataFrame, year: int, values: Values) -> pd.DataFrame:
    """Demands with a year in every row and the role each row plays."""
    found = demands.assign(year=demands["year"].fillna(year).astype("Int64"))
    return found.assign(role=demand_roles(found, year, values.names("demand.basis_order")))


def one_rate_basis(outcomes: pd.DataFrame, warnings: list[str]) -> pd.DataFrame:
    """Outcomes of one rate basis: initial and year-end rates are never mixed; the basis with more rows is kept."""
    bases = outcomes["rate_basis"].dropna().value_counts()
    if len(bases) < 2:
        return outcomes
    kept = sorted(bases.index, key=lambda b: (-bases[b], b))[0]
    other = outcomes["rate_basis"].notna() & (outcomes["rate_basis"] != kept)
    warnings.append(f"{int(other.sum())} outcome rows of another rate basis than {kept} keep only their head counts")
    cleared = outcomes.copy()
    cleared.loc[other, ["employed", "rate_basis"]] = pd.NA
    return cleared


def cohorts(outcomes: pd.DataFrame, programs: pd.DataFrame, warnings: list[str]) -> pd.DataFrame:
    """Outcomes as the method reads them: of one rate basis, and without the years before a program's first cohort.

    A young program's zeros are no cohorts: they would halve its supply and hide it from the guard on its age.
    """
    found = one_rate_basis(outcomes, warnings)
    first = {
        str(row["program_id"]): int(row["year_opened"]) + study_years(row)
        for _, row in programs.dropna(subset=["year_opened"]).iterrows()
    }
    start = found["program_id"].map(first)
    early = (found["graduates"] == 0).fillna(False) & (found["year"] < start).fillna(False).astype(bool)
    found = found.copy()
    found.loc[early, "graduates"] = pd.NA
    return found


def classified_matches(
    matches: pd.DataFrame,
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    flows: pd.DataFrame,
    reviews: pd.DataFrame,
    values: Values,
) -> pd.DataFrame:
    """Matches with `edge` and `why_not`; a rejected pair of the reviews is no edge."""
    rejected = reviews[reviews["decision"] == "reject"]
    return classify_matches(
        matches,
        programs,
        demands,
        values.number("match.threshold"),
        reachable_regions(flows, values.number("flows.min_share")),
        set(zip(rejected["program_id"], rejected["demand_id"], strict=True)),
    )


def placed(
    tables: Mapping[str, pd.DataFrame],
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    outcomes: pd.DataFrame,
    matches: pd.DataFrame,
    values: Values,
    as_of: date,
    horizon: int | None,
) -> tuple[Placement, frozenset[str]]:
    """Supply, posts and placement from validated tables; also used to re-check an assessment from its folder."""
    years = int(values.number("supply.years"))
    expected = None
    if horizon is not None:
        expected = expected_graduates(tables["students"], outcomes, horizon)
    found = supply(outcomes, programs, as_of.year, years, expected)
    figures = {str(p): int(s) for p, s in zip(found["program_id"], found["supply"], strict=True)}
    estimated = frozenset(str(p) for p, e in zip(found["program_id"], found["estimated"], strict=True) if e)
    flows = reachable_regions(tables["flows"], values.number("flows.min_share"))
    current = demands[demands["role"] == "current"]
    placement = place(
        figures,
        estimated,
        observed_placements(outcomes, as_of.year, years),
        current,
        matches,
        reach_of(programs, demands, matches, flows),
        read_coverage(tables["coverage"]),
        tables["other_supply"],
        values.share("surplus.rate"),
    )
    return placement, estimated


def _validated(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    corpora = {kind: inspect_frame(table, kind) for kind, table in tables.items()}
    for kind, corpus in corpora.items():
        if corpus.issues:
            raise BadTable(kind, corpus.issues)
    if issues := check_together(corpora):
        raise BadTable(", ".join(corpora), issues)
    return {kind: corpus.rows for kind, corpus in corpora.items()}


def _warn(warnings: list[str], graph: MatchGraph, tables: Mapping[str, pd.DataFrame]) -> None:
    if not graph.calibrated:
        warnings.append("matches are uncalibrated: this encoder has no graded pairs; p ranks, but is no probability")
    if tables["coverage"].empty:
        warnings.append("no coverage was declared: no surplus can be certified and no absence counts")
    if graph.missed_by_candidates:
        warnings.append(
            f"a full scoring of {graph.sampled_programs} program texts found {graph.missed_by_candidates} more pairs"
        )


def _program_frame(
    programs: pd.DataFrame,
    outcomes: pd.DataFrame,
    facts: list[Facts],
    verdicts: list[Verdict],
    traces: list[dict[str, Any]],
    employment: Employment,
    placement: Placement,
) -> pd.DataFrame:
    rows = programs.set_index("program_id")
    posterior = employment.programs.set_index("program_id")
    raw = _raw_rates(outcomes)
    own_gap, shared_gap = _naive_gaps(placement)
    records = []
    for fact, verdict, trace in zip(facts, verdicts, traces, strict=True):
        program = fact.program_id
        row = rows.loc[program]
        work: Any = posterior.loc[program] if program in posterior.index else None
        records.append(
            {
                "program_id": program,
                "flag": verdict.flag,
                "also_fires": ";".join(verdict.also_fires),
                "notices": ";".join(verdict.notices),
                "supply": _persons(fact.supply),
                "placeable_rate": None if fact.rate is None else round(float(fact.rate), RATE_DIGITS),
                "headroom": _persons(fact.headroom) if fact.supply is not None else None,
                "indispensability": _persons(fact.indispensability) if fact.supply is not None else None,
                "employment_mean": None if work is None else round(float(work["mean"]), RATE_DIGITS),
                "employment_low": None if work is None else round(float(work["low"]), RATE_DIGITS),
                "employment_high": None if work is None else round(float(work["high"]), RATE_DIGITS),
                "employment_below_probability": None
                if work is None
                else round(float(work["below_probability"]), RATE_DIGITS),
                "raw_rate_by_year": raw.get(program, ""),
                "block": fact.block,
                "own_gap": own_gap.get(program),
                "completers_share_gap": shared_gap.get(program),
                **{column: row[column] for column in ("name", "institution", "region", "level", "major_group")},
                "reason": trace["reason"]["zh"],
                "reason_en": trace["reason"]["en"],
            }
        )
    numbers = ("flag_probability", "supply", "placeable_rate", "placeable_low", "placeable_high", "headroom",
               "indispensability", "employment_mean", "employment_low", "employment_high",
               "employment_below_probability", "own_gap", "completers_share_gap")  # fmt: skip
    frame = pd.DataFrame(records, columns=list(PROGRAM_COLUMNS))
    return frame.astype({c: "Float64" if c in numbers else "string" for c in PROGRAM_COLUMNS})


def _raw_rates(outcomes: pd.DataFrame) -> dict[str, str]:
    """Program -> "2026: 41/50; 2025: ..." as reported: employed of graduates, nothing smoothed."""
    known = outcomes.dropna(subset=["graduates", "employed"]).sort_values("year", ascending=False)
    found: dict[str, list[str]] = {}
    for row in rows(known):
        found.setdefault(str(row.program_id), []).append(f"{row.year}: {row.employed}/{row.graduates}")
    return {program: "; ".join(rates) for program, rates in found.items()}


def _naive_gaps(placement: Placement) -> tuple[dict[str, float], dict[str, float]]:
    """The two figures planners know, in persons: linked posts less graduates, and posts split by graduates."""
    seekers: dict[str, int] = {}
    for program, demand in placement.edges:
        seekers[demand] = seekers.get(demand, 0) + placement.supply[program]
    linked = dict.fromkeys(placement.supply, 0)
    shared = dict.fromkeys(placement.supply, Fraction(0))
    for program, demand in placement.edges:
        linked[program] += placement.posts[demand]
        if seekers[demand]:
            shared[program] += Fraction(placement.posts[demand] * placement.supply[program], seekers[demand])
    return (
        {p: (linked[p] - s) / 100 for p, s in placement.supply.items()},
        {p: round(float(shared[p] - s) / 100, 2) for p, s in placement.supply.items()},
    )


def _demand_frame(demands: pd.DataFrame, placement: Placement) -> pd.DataFrame:
    current = demands[demands["role"] == "current"].sort_values("demand_id")
    filled: dict[str, int] = {}
    for (_, demand), number in placement.fair.assignment.items():
        filled[demand] = filled.get(demand, 0) + number
    block_of = {d: block for block in placement.fair.blocks for d in block.demands}
    linked = {demand for _, demand in placement.edges}
    ids = current["demand_id"].astype(str)
    blocks = [block_of.get(d) for d in ids]
    # Posts that stay empty because nobody is trained for them, or because their block has too few graduates.
    spare = [
        placement.posts[d] - filled.get(d, 0) if d not in linked or block is None or block.posts > block.supply else 0
        for d, block in zip(ids, blocks, strict=True)
    ]
    columns = ["demand_id", "occupation", "region", "levels", "year", "openings", "entry_share"]
    return (
        current[columns]
        .assign(
            posts=[persons(placement.posts[d]) for d in ids],
            placed=[persons(filled.get(d, 0)) for d in ids],
            block=pd.array([block.id if block else None for block in blocks], dtype="string"),
            whitespace=[persons(n) for n in spare],
        )
        .reset_index(drop=True)
    )


def _placement_frame(placement: Placement) -> pd.DataFrame:
    rows = [(p, d, persons(n)) for (p, d), n in sorted(placement.fair.assignment.items())]
    frame = pd.DataFrame(rows, columns=["program_id", "demand_id", "persons"])
    return frame.astype({"program_id": "string", "demand_id": "string", "persons": "float64"})


def _blocks(placement: Placement) -> list[dict[str, Any]]:
    records = block_records(placement.fair, placement.supply, placement.posts)
    for record in records:
        finding = placement.surplus[record["block"]]
        record["observed_placed"] = None if finding.observed_placed is None else persons(finding.observed_placed)
        record["certified"] = finding.certified
        record["why_not_certified"] = list(finding.why_not_certified)
        record["undercounted_by"] = persons(finding.undercounted_by)
        highest = max(float(placement.high_rates[row["program_id"]]) for row in record["programs"])
        record["rate_at_high_posts"] = round(highest, RATE_DIGITS)
    return records


def _manifest(
    tables: Mapping[str, pd.DataFrame],
    values: Values,
    as_of: date,
    horizon: int | None,
    graph: MatchGraph,
    verdicts: list[Verdict],
    demands: pd.DataFrame,
    warnings: list[str],
) -> dict[str, Any]:
    counts = {flag: sum(v.flag == flag for v in verdicts) for flag in FLAGS}
    return {
        "product": "duikou",
        "versions": {name: version(name) for name in RUNTIME},
        "as_of": as_of.isoformat(),
        "horizon": horizon,
        "policy": {
            "pack": values.pack.name,
            "status": values.pack.status,
            "title": dict(values.pack.title),
            "parameters": {
                name: {"value": _plain(values.dated(name).value), "reference": values.dated(name).reference}
                for name in sorted(values.pack.parameters)
            },
        },
        "draws": 0,
        "seed": None,
        "encoder": {"fingerprint": graph.encoder, "calibrated": graph.calibrated},
        "matching": {
            "pairs": len(graph.matches),
            "sampled_programs": graph.sampled_programs,
            "missed_by_candidates": graph.missed_by_candidates,
        },
        "counts": {kind: len(table) for kind, table in tables.items() if len(table)},
        "demand_roles": {str(k): int(n) for k, n in demands["role"].value_counts().items()},
        "flags": counts,
        "warnings": warnings,
    }


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _persons(hundredths: int | None) -> float | None:
    return None if hundredths is None else persons(hundredths)
