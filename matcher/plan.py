"""The intake planner on an assessment: which programs to cut by how much so that every rate reaches a target.

Intake becomes graduates looking for work by the ratio each program has shown: its supply over its mean intake of the
same latest years. The plan is a record of exact figures that `check_plan` adds up from the file alone.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from corpora.faults import Unusable
from corpora.frames import empty, rows, word
from corpora.schema import empty_frame
from matcher.assessment import Assessment
from matcher.folder import as_shown
from matcher.placement.fair import place_fairly
from matcher.placement.plan_check import bounds, check_plan, text
from matcher.placement.plan_closings import Choice, solve_with_closings
from matcher.placement.planner import Conflict, Intake, Measure, Solution, Task
from matcher.plan_words import COLUMNS, program_sentence, summary

__all__ = ["Plan", "PlanFault", "check_plan", "make_plan", "recheck_plan"]
RATE_DIGITS = 4
# How many years a yearly limit is followed before the answer is "never".
MILLIONTHS = 10**6
MOST_YEARS = 30


class PlanFault(Unusable):
    """A question the planner cannot take; the message says what to ask instead."""


@dataclass(frozen=True)
class Plan:
    """The answer: `record` is what the JSON file holds, exact figures as texts; `programs` is one row a program.

    `record["status"]` is reached or impossible; of an impossible target `record["conflict"]` is the proof.
    """

    record: Mapping[str, Any]

    @property
    def reached(self) -> bool:
        return bool(self.record["status"] == "reached")

    @property
    def programs(self) -> pd.DataFrame:
        """program_id, name, institution, present, intake, change (places), relative_change, rate_now (assessed),
        rate_present (at the present intake), rate_after, closed, sentence, sentence_en; the largest cut first."""
        frame = pd.DataFrame([{c: row.get(c) for c in COLUMNS} for row in self.record["programs"]], columns=[*COLUMNS])
        if "change" in frame and len(frame):
            frame = frame.sort_values(["change", "program_id"], kind="stable")
        return frame.reset_index(drop=True)

    def summary(self, language: str = "zh") -> list[str]:
        """The plan in sentences."""
        return list(self.record["summary"][language])

    def check(self) -> list[str]:
        """What does not add up; see `check_plan`."""
        return check_plan(self.record)

    def _repr_html_(self) -> str:
        from matcher.showing import plan_html

        return plan_html(self)

    def write(self, file: str | Path, language: str = "zh") -> Path:
        """Writes the record (.json, the one that can be checked) or the table of programs (.csv).

        Raises:
            PlanFault: another suffix.
        """
        path = Path(file)
        if path.suffix.lower() not in (".json", ".csv"):
            raise PlanFault(f"{path}：请用 .json 或 .csv", f"{path}: end it in .json or .csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".json":
            path.write_text(
                json.dumps(self.record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
            )
        else:
            heads = {c: names[language] for c, names in COLUMNS.items()}
            path.write_text(as_shown(self.programs.rename(columns=heads)), encoding="utf-8-sig", newline="\n")
        return path


def make_plan(
    assessment: Assessment,
    target: float | str = 0.9,
    *,
    yearly_limit: float | str | None = None,
    min_class: int | None = None,
    measure: Measure = "places",
    hold: Collection[str] = (),
    seconds: float = 60.0,
) -> Plan:
    """The smallest change of intake that brings every program's placeable rate to the target.

    Smallest: least total of |change|, then the least largest relative change, then the second largest and so on.

    Args:
        target: share of its graduates that the posts can take at once, for every program, above 0 and at most 1.
        yearly_limit: largest relative change of one program in one year; None for no limit. With a limit below 1 no
            program is closed.
        min_class: an intake is 0 or at least this many; a class already smaller may stay as it is.
        measure: whether the total counts places, or graduates looking for work (then programs that share posts are
            cut by equal shares, whatever their ratios).
        hold: programs whose intake may not change.
        seconds: how long to search for the best closings.

    Raises:
        PlanFault: a target or limit out of range, or an unknown program to hold.
    """
    goal, limit = _share("target", target), None if yearly_limit is None else _share("yearly_limit", yearly_limit)
    if min_class is not None and min_class < 1:
        raise PlanFault("最小班额应为 1 人或以上", "min_class must be 1 or more")
    if unknown := sorted(set(hold) - set(assessment.programs["program_id"])):
        raise PlanFault(f"结果中没有专业点 {unknown[0]}（hold）", f"hold names {unknown[0]}, which is no program here")
    record: dict[str, Any] = {
        "kind": "duikou plan",
        "as_of": assessment.manifest["as_of"],
        "target": text(goal),
        "measure": measure,
        "yearly_limit": None if limit is None else text(limit),
        "min_class": min_class,
    }
    record["programs"], record["left_out"] = _program_rows(assessment, set(hold))
    for row in record["programs"]:
        row["low"], row["high"], row["closable"] = bounds(row, record)
    linked = {d for row in record["programs"] for d in row["links"]}
    carried = [row for row in rows(assessment.demands) if row.demand_id in linked]
    record["posts"] = [{"demand_id": str(r.demand_id), "posts": text(Fraction(str(r.posts)))} for r in carried]
    if not record["programs"]:
        raise PlanFault(
            "没有可以安排的专业点：需要有对接岗位、有求职毕业生并报了招生数的专业点",
            "nothing to plan: it takes programs with links, with graduates looking for work and with an intake",
        )
    task = _task(record)
    _fill(record, task, solve_with_closings(task, seconds))
    record["summary"] = {"zh": summary(record, "zh"), "en": summary(record, "en")}
    return Plan(record)


def recheck_plan(record: Mapping[str, Any], assessment: Assessment) -> list[str]:
    """`check_plan`, and whether the plan's intakes, ratios, links and posts are those of the assessment.

    Rates are computed anew, and every sentence is written anew from the figures.
    """
    faults = check_plan(record)
    held = {row["program_id"] for row in record["programs"] if row["held"]}
    anew, left_out = _program_rows(assessment, held)
    given = ("program_id", "name", "institution", "present", "capacity", "held", "ratio", "links", "rate_now")
    written = {row["program_id"]: {key: row.get(key) for key in given} for row in record["programs"]}
    found = {row["program_id"]: {key: row[key] for key in given} for row in anew}
    for program in sorted(written.keys() | found.keys()):
        if written.get(program) != found.get(program):
            faults.append(f"{program}: intake, ratio or links are not those of the assessment")
    if [row["program_id"] for row in record["left_out"]] != [row["program_id"] for row in left_out]:
        faults.append("left_out does not name the programs that the assessment leaves without a plan")
    linked = {d for row in anew for d in row["links"]}
    posts = {str(r.demand_id): text(Fraction(str(r.posts))) for r in rows(assessment.demands) if r.demand_id in linked}
    if posts != {row["demand_id"]: row["posts"] for row in record["posts"]}:
        faults.append("posts are not those of the assessment")
    return faults or _recheck_words(record)


def _recheck_words(record: Mapping[str, Any]) -> list[str]:
    """Rates and sentences of a record whose figures hold."""
    task = _task(record)
    expected: dict[str, Mapping[str, float | None]] = {
        "rate_present": _rates(task, {i.program_id: i.present for i in task.intakes})
    }
    faults = []
    if record["status"] == "reached":
        whole = {row["program_id"]: Fraction(row["intake"]) for row in record["programs"]}
        expected["rate_after"] = _rates(task, whole)
        for row in record["programs"]:
            for key, language in (("sentence", "zh"), ("sentence_en", "en")):
                if row[key] != program_sentence(row, language):
                    faults.append(f"{row['program_id']}: {key} does not say what its figures say")
    for key, rates in expected.items():
        for row in record["programs"]:
            if row[key] != rates[row["program_id"]]:
                faults.append(f"{row['program_id']}: {key} is {row[key]}, its figures give {rates[row['program_id']]}")
    if record["summary"] != {"zh": summary(record, "zh"), "en": summary(record, "en")}:
        faults.append("summary does not say what the figures say")
    return faults


def _share(name: str, value: float | str) -> Fraction:
    try:
        found = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if not 0 < found <= 1:
        raise PlanFault(f"{name} 是 {value}；应大于 0 且不超过 1", f"{name} is {value}; expected above 0 and at most 1")
    return found


def _program_rows(assessment: Assessment, hold: set[str]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Rows of the programs that can be planned, and the others with the reason."""
    years = int(assessment.manifest["policy"]["parameters"]["supply.years"]["value"])
    intake = _intakes(assessment, years)
    capacity = assessment.inputs["programs"].set_index("program_id")["capacity"]
    links = _links(assessment)
    planned: list[dict[str, Any]] = []
    left_out: list[dict[str, str]] = []
    for row in rows(assessment.programs.sort_values("program_id")):
        program = str(row.program_id)
        present, mean = intake.get(program, (None, None))
        known = present is not None
        supply = Fraction(0) if empty(row.supply) else Fraction(str(row.supply))
        if not known and supply:
            # Held where it is: what it takes in is taken to be what it lets out.
            present = math.ceil(supply)
            mean = Fraction(present)
        why = "no_link" if program not in links else "no_supply" if not supply else "no_intake" if not present else ""
        if why:
            left_out.append({"program_id": program, "name": word(row.name), "why": why})
            continue
        planned.append(
            {
                "program_id": program,
                "name": word(row.name),
                "institution": word(row.institution),
                "present": present,
                "capacity": None if empty(capacity[program]) else int(capacity[program]),
                "held": program in hold or not known,
                "intake_known": known,
                "ratio": text(supply / mean) if mean else "0",
                "links": links[program],
                "rate_now": None if empty(row.placeable_rate) else float(row.placeable_rate),
            }
        )
    return planned, left_out


def _intakes(assessment: Assessment, years: int) -> dict[str, tuple[int, Fraction]]:
    """Program -> its latest intake, and its mean over the latest years that report one (`enrolled`)."""
    day = int(str(assessment.manifest["as_of"])[:4])
    table = assessment.inputs.get("outcomes", empty_frame("outcomes"))
    known = table[(table["year"] <= day) & table["enrolled"].notna()].sort_values("year", ascending=False)
    found = {}
    for program, history in known.groupby("program_id"):
        numbers = [int(n) for n in history["enrolled"].head(years)]
        found[str(program)] = (numbers[0], Fraction(sum(numbers), len(numbers)))
    return found


def _links(assessment: Assessment) -> dict[str, list[str]]:
    carried = set(assessment.demands["demand_id"])
    found: dict[str, list[str]] = {}
    for row in rows(assessment.matches[assessment.matches["edge"]]):
        if row.demand_id in carried:
            found.setdefault(str(row.program_id), []).append(str(row.demand_id))
    return {program: sorted(demands) for program, demands in found.items()}


def _task(record: Mapping[str, Any]) -> Task:
    return Task(
        target=Fraction(record["target"]),
        intakes=tuple(
            Intake(
                row["program_id"],
                Fraction(row["present"]),
                Fraction(row["ratio"]),
                Fraction(row["low"]),
                Fraction(row["high"]),
                row["closable"],
            )
            for row in record["programs"]
        ),
        links={row["program_id"]: tuple(row["links"]) for row in record["programs"]},
        posts={row["demand_id"]: Fraction(row["posts"]) for row in record["posts"]},
        measure=record["measure"],
    )


def _fill(record: dict[str, Any], task: Task, choice: Choice) -> None:
    """Writes the outcome into the record."""
    present = _rates(task, {i.program_id: i.present for i in task.intakes})
    for row in record["programs"]:
        row["rate_present"] = present[row["program_id"]]
    if isinstance(choice.bound, Conflict):
        _fill_conflict(record, choice.task, choice.bound)
        return
    assert isinstance(choice.outcome, Solution)
    found = choice.outcome
    whole = {p: math.floor(places) for p, places in found.intake.items()}
    after = _rates(task, {p: Fraction(places) for p, places in whole.items()})
    for row in record["programs"]:
        program = row["program_id"]
        row["closed"] = program in choice.closed
        row["intake_exact"] = text(found.intake[program])
        row["intake"] = whole[program]
        row["change"] = whole[program] - row["present"]
        row["relative_change"] = round(row["change"] / row["present"], RATE_DIGITS)
        row["rate_after"] = after[program]
        row["sentence"], row["sentence_en"] = program_sentence(row, "zh"), program_sentence(row, "en")
    for row in record["posts"]:
        row["price"] = text(found.prices[row["demand_id"]])
        row["price_any_closings"] = text(choice.bound.prices[row["demand_id"]])
    record.update(
        status="reached",
        change=text(found.change),
        change_any_closings=text(choice.bound.change),
        closings_proved=choice.proved,
        largest=text(found.largest),
        witness=None
        if found.witness is None
        else {
            "program": found.witness.program,
            "programs": list(found.witness.programs),
            "posts": list(found.witness.posts),
        },
        assignment=[
            {"program_id": p, "demand_id": d, "persons": text(n)} for (p, d), n in found.assignment.items()
        ],
        change_in_whole_places=sum(row["present"] - row["intake"] for row in record["programs"]),
    )  # fmt: skip


def _fill_conflict(record: dict[str, Any], task: Task, conflict: Conflict) -> None:
    least = {i.program_id: i.low for i in task.intakes}
    rates = [rate for rate in _rates(task, least).values() if rate is not None]
    record.update(
        status="impossible",
        conflict={
            "programs": list(conflict.programs),
            "posts": list(conflict.posts),
            "needed": text(conflict.needed),
            "available": text(conflict.available),
        },
        highest_target=min(rates, default=1.0),
        years_needed=_years_needed(record, task),
    )


def _years_needed(record: Mapping[str, Any], task: Task) -> int | None:
    """After how many years of the yearly limit the target is within reach; None where it never is."""
    if record["yearly_limit"] is None:
        return None
    least = {row["program_id"]: row["low"] for row in record["programs"]}
    for year in range(2, MOST_YEARS + 1):
        for row in record["programs"]:
            least[row["program_id"]] = min(
                least[row["program_id"]], bounds({**row, "present": least[row["program_id"]]}, record)[0]
            )
        lowered = tuple(
            replace(i, low=Fraction(least[i.program_id]), high=Fraction(least[i.program_id])) for i in task.intakes
        )
        rates = _rates(task, {i.program_id: i.low for i in lowered})
        if all(rate is None or Fraction(str(rate)) >= task.target for rate in rates.values()):
            return year
    return None


def _rates(task: Task, intake: Mapping[str, Fraction]) -> dict[str, float | None]:
    """Fair rates at these intakes, rounded down to four decimals; None without intake."""
    supply = {i.program_id: i.ratio * intake[i.program_id] for i in task.intakes}
    edges = [(p, d) for p, demands in task.links.items() for d in demands]
    # Ratios of supply to intake are fractions with any denominator: millionths of a person, rounded down, keep the sums in
    # 64 bits and put a rate at most some ten-millionths too high, which four decimals do not show.
    fair = place_fairly(
        {p: math.floor(s * MILLIONTHS) for p, s in supply.items()},
        {d: math.floor(n * MILLIONTHS) for d, n in task.posts.items()},
        edges,
    )
    step = 10**RATE_DIGITS
    return {p: math.floor(fair.rates[p] * step) / step if p in fair.rates else None for p in supply}
