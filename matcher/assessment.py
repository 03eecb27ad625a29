"""The facade: tables in, an `Assessment` out. Notebook, command line, HTTP and batch all call `assess`."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from corpora import BadTable, check_together, inspect_frame
from corpora.faults import Unusable
from corpora.schema import empty_frame
from indexes.encoder import Encoder
from indexes.fingerprint import runtime_of
from matcher.judging import Progress, Question, Read, Workings, judge, read_tables
from matcher.matching.match import given_matches, match_texts
from matcher.matching.records import GIVEN, MatchGraph, SkillCoverage
from matcher.matching.reviews import Correction, reviewed
from matcher.matching.skills import skill_coverage, skill_frame
from matcher.output import certified_blocks, demand_frame, placement_frame, program_frame
from matcher.policy.earlier import NOTHING_EARLIER, Earlier, earlier_of
from matcher.policy.kept import Kept
from matcher.policy.pack import PolicyPack, Value, load_pack, pack_warnings
from matcher.policy.statements import bureau_reviews
from matcher.policy.trace import trace_record
from matcher.policy.verdict import FLAGS
from matcher.prepare import Caveat

if TYPE_CHECKING:
    from matcher.explain import Explanation
    from matcher.plan import Plan
    from matcher.what_if import WhatIf

# What the figures depend on, besides the inputs.
RUNTIME = ("duikou", "pandas", "numpy", "faiss-cpu", "openvino", "sentence-transformers", "tokenizers", "torch")
# How often the market is drawn unless told otherwise (docs/method.md, section 6).
DRAWS = 200
# Kinds of tables an assessment can take, in the order of the command line.
INPUTS = (
    "programs", "outcomes", "demands", "students", "chains", "coverage", "flows", "other_supply", "agreements",
    "predecessors", "matches", "reviews",
)  # fmt: skip


class AssessmentError(Unusable):
    """Tables that cannot be assessed together; the message says which and what to do."""


@dataclass(frozen=True)
class Assessment:
    """The result: data only. See docs/contract.md for the columns.

    Attributes:
        programs: one row a program; demands: one row a demand that carries; matches; skills: one row a program and
            skill that its posts ask for, with the course that covers it; placement: program_id, demand_id, persons a year.
        blocks: records with certificates; traces: one verdict a record.
        manifest: versions, pack, dates, encoder, counts, warnings.
        inputs: kind -> the validated table.
        kept: what the last what-if computed, for the next one.
    """

    programs: pd.DataFrame
    demands: pd.DataFrame
    matches: pd.DataFrame
    skills: pd.DataFrame
    placement: pd.DataFrame
    blocks: list[dict[str, Any]]
    traces: list[dict[str, Any]]
    manifest: dict[str, Any]
    inputs: Mapping[str, pd.DataFrame] = field(repr=False)
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

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

    def _repr_html_(self) -> str:
        from matcher.showing import assessment_html

        return assessment_html(self)

    def explain(self, program_id: str, language: str = "zh") -> "Explanation":
        """Why a program has its flag: reason, trace, certificate and best matches, as Markdown that notebooks lay out.

        Raises:
            KeyError: no such program.
        """
        from matcher.explain import explain

        return explain(self, program_id, language)

    def memory(self) -> Earlier:
        """What a later assessment reads of this one: measures, and the filed texts with their links."""
        known = self.programs.dropna(subset=["measure"])
        measures = dict(zip(known["program_id"].astype(str), known["measure"].astype(str), strict=True))
        return earlier_of(self.inputs["programs"], self.inputs["demands"], self.matches, measures)

    def what_if(
        self,
        *,
        policy: str | Path | PolicyPack | None = None,
        parameters: Mapping[str, Value] | None = None,
        openings: Mapping[str, float] | None = None,
        intake: Mapping[str, int] | None = None,
        employed: Mapping[str, int] | None = None,
    ) -> "WhatIf":
        """What would be advised under other rules or figures, without comparing a text; see `matcher.what_if.what_if`."""
        from matcher.what_if import what_if

        return what_if(self, policy=policy, parameters=parameters, openings=openings, intake=intake, employed=employed)

    def plan(self, target: float = 0.9, **limits: Any) -> "Plan":
        """The smallest change of intake that brings every placeable rate to `target`; see `matcher.plan.make_plan`."""
        from matcher.plan import make_plan

        return make_plan(self, target, **limits)


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

    Beside MATCH_COLUMNS: `why_not` says below_threshold where p is under the default pack's `match.threshold`, and
    `calibrated` whether p is a probability of this encoder or only ranks.

    Args:
        programs, demands: as the contract names them; other tables are not needed.
        top: only so many a program.
        encoder: the default one if None.
    """
    tables = _validated({"programs": programs, "demands": demands})
    graph = match_texts(tables["programs"], tables["demands"], encoder, top=top, progress=progress)
    threshold = load_pack("default").on(date.today()).number("match.threshold")
    below = (graph.matches["p"] < threshold).map({True: "below_threshold", False: ""}).astype("string")
    return graph.matches.assign(why_not=below, calibrated=graph.calibrated)


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
    policy: str | Path | PolicyPack = "default",
    scope: str | None = None,
    earlier: "Assessment | Earlier | None" = None,
    as_of: date | str | None = None,
    horizon: int | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    counterfactuals: bool = True,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    label: Mapping[str, str] | None = None,
    skills: Mapping[str, SkillCoverage] | None = None,
) -> Assessment:
    """Assesses every program: matches, fair placement, certificates, employment and a flag with its trace.

    Args:
        programs, outcomes, demands, ...: tables of the contract; those left out count as empty.
        matches: given links in place of text matching.
        policy: name of a pack, path of a YAML file, or a pack.
        scope: "city" or "province" where the programs table holds all its points; rules that compare points need it.
        earlier: the assessment before, whose measures the next step follows and whose texts these ones are held against.
        as_of: the day the assessment speaks for; today if None.
        horizon: graduation year to assess, from the students table, in place of past cohorts.
        draws: how often to draw the market for probabilities and intervals; 0: clauses are decided on point values.
        seed: of the draws.
        counterfactuals: whether to search what would change each flag; about a tenth of a second a program.
        encoder: texts -> vectors; the default one if None.
        progress: called with (step, done, of).
        label: a sentence (zh, en) that every report of this assessment carries, such as that its data are made up.
        skills: skill coverage by program where it is known already, in place of comparing courses and skills.

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
    values = (policy if isinstance(policy, PolicyPack) else load_pack(policy)).on(day)
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

    before = earlier.memory() if isinstance(earlier, Assessment) else earlier or NOTHING_EARLIER
    question = Question(tables, values, day, horizon, scope, before, draws, seed)
    read = read_tables(question)
    if matches is not None:
        graph = given_matches(tables["matches"])
    else:
        floor, threshold = values.number("match.floor"), values.number("match.threshold")
        graph = match_texts(read.programs, read.demands, encoder, floor, threshold, progress=progress)

    def compared(edges: pd.DataFrame) -> Mapping[str, SkillCoverage]:
        asked = int(values.number("upgrade.min_employers"))
        step = (lambda done, of: progress("skills", done, of)) if progress else None
        return skill_coverage(read.programs, read.demands, edges, asked, encoder, step)

    found = skills if skills is not None else (compared if matches is None else {})
    return answered(question, read, graph, found, counterfactuals=counterfactuals, label=label, progress=progress)


def answered(
    question: Question,
    read: Read,
    graph: MatchGraph,
    skills: Mapping[str, SkillCoverage] | Callable[[pd.DataFrame], Mapping[str, SkillCoverage]],
    *,
    counterfactuals: bool = False,
    label: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> Assessment:
    """An assessment once its texts are matched; `assess` and whatever asks again come through here.

    Args:
        read: of `judging.read_tables`.
        graph: matches before reviews; those that were given are not cut at the pack's floor.
        skills: coverage by program, or how to find it.
        kept: of an earlier question on the same data.
    """
    kept = kept or Kept()
    tables, values, day = question.tables, question.values, question.as_of
    judged, correction = kept(
        reviewed,
        graph.matches,
        bureau_reviews(tables["reviews"], read.programs),
        0.0 if graph.encoder == GIVEN else values.number("match.floor"),
    )
    workings = judge(question, read, judged, skills, progress, kept)
    traces = [
        dict(kept(trace_record, verdict, facts, values, day, key=facts.program_id))
        for verdict, facts in zip(workings.verdicts, workings.facts, strict=True)
    ]
    if counterfactuals:
        _search(workings, traces, progress)
    warnings = [*read.warnings, *_caveats(graph, tables), *pack_warnings(values)]
    return Assessment(
        programs=program_frame(workings, traces, kept),
        demands=demand_frame(read.demands, workings.placement),
        matches=workings.matches,
        skills=skill_frame(workings.skills),
        placement=placement_frame(workings.placement),
        blocks=certified_blocks(workings.placement),
        traces=traces,
        manifest={
            **_manifest(question, graph, correction, workings, warnings),
            "label": dict(label) if label else None,
            "counterfactuals": counterfactuals,
        },
        inputs=tables,
    )


def _search(workings: Workings, traces: list[dict[str, Any]], progress: Progress | None) -> None:
    """Adds to each trace what would change its flag."""
    from matcher.counterfactual import Counterfactuals
    from matcher.counterfactual_words import records

    demands = workings.read.demands
    names = dict(zip(demands["demand_id"].astype(str), demands["occupation"].astype(str), strict=True))
    search = Counterfactuals(workings)
    for done, trace in enumerate(traces):
        if progress:
            progress("counterfactuals", done, len(traces))
        trace["counterfactuals"] = records(search.of(trace["program_id"]), names.__getitem__)


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


def _validated(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    corpora = {kind: inspect_frame(table, kind) for kind, table in tables.items()}
    for kind, corpus in corpora.items():
        if corpus.issues:
            raise BadTable(kind, corpus.issues)
    if issues := check_together(corpora):
        raise BadTable(", ".join(corpora), issues)
    return {kind: corpus.rows for kind, corpus in corpora.items()}


def _caveats(graph: MatchGraph, tables: Mapping[str, pd.DataFrame]) -> list[Caveat]:
    warnings: list[Caveat] = []
    if not graph.calibrated:
        warnings.append(
            {
                "zh": "匹配未校准：该编码模型没有评分配对，p 可用于排序，不是概率",
                "en": "matches are uncalibrated: this encoder has no graded pairs; p ranks, but is no probability",
            }
        )
    if tables["coverage"].empty:
        warnings.append(
            {
                "zh": "没有来源覆盖率声明：不能核定过剩，也不能以“查无岗位”为据",
                "en": "no coverage was declared: no surplus can be certified and no absence counts",
            }
        )
    if graph.missed_by_candidates:
        found, sampled = graph.missed_by_candidates, graph.sampled_programs
        warnings.append(
            {
                "zh": f"对 {sampled} 份专业文本全量打分，另发现 {found} 个达到阈值的配对",
                "en": f"a full scoring of {sampled} program texts found {found} more pairs",
            }
        )
    return warnings


def _manifest(
    question: Question, graph: MatchGraph, correction: Correction, workings: Workings, warnings: list[Caveat]
) -> dict[str, Any]:
    values = question.values
    counts = {flag: sum(v.flag == flag for v in workings.verdicts) for flag in FLAGS}
    return {
        "product": "duikou",
        "versions": versions(),
        "as_of": question.as_of.isoformat(),
        "horizon": question.horizon,
        "scope": question.scope,
        "earlier": question.earlier.record(question.tables["programs"]),
        "intake": dict(question.intake),
        "employed": dict(question.employed),
        "draws": question.draws,
        "seed": question.seed if question.draws else None,
        "policy": {
            "pack": values.pack.name,
            "status": values.pack.status,
            "title": dict(values.pack.title),
            "lineage": list(values.pack.lineage),
            "texts": dict(values.pack.texts or {}),
            "parameters": {
                name: {"value": _plain(values.dated(name).value), "reference": str(values.dated(name).reference)}
                for name in sorted(values.pack.parameters)
                if values.has(name)
            },
        },
        "encoder": {
            "fingerprint": graph.encoder,
            "runtime": runtime_of(graph.encoder),
            "calibrated": graph.calibrated,
        },
        "matching": {
            "pairs": len(graph.matches),
            "sampled_programs": graph.sampled_programs,
            "missed_by_candidates": graph.missed_by_candidates,
        },
        "reviews": {
            "confirmed": correction.confirmed,
            "rejected": correction.rejected,
            "changed_p_of_other_pairs": correction.learnt,
            "slope": correction.slope,
            "shift": correction.shift,
        },
        "counts": {kind: len(table) for kind, table in question.tables.items() if len(table)},
        "demand_roles": {str(k): int(n) for k, n in workings.read.demands["role"].value_counts().items()},
        "flags": counts,
        "warnings": warnings,
    }


def versions() -> dict[str, str]:
    """Of what the figures depend on besides the inputs; openvino is left out where it is not installed."""
    return dict(_installed())


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    found = []
    for name in RUNTIME:
        with suppress(PackageNotFoundError):
            found.append((name, version(name)))
    return tuple(found)


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
