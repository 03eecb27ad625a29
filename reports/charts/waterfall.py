"""Which evidence carried it: all programs falling to the ground that decides each, and one match's probability."""

import math

import altair as alt
import pandas as pd

from corpora.frames import empty
from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES, GROUND_NAMES
from reports.charts.chart import FLAG_COLOURS, INK, PALE, SHORT, SURPLUS, Chart, drawn, styled
from reports.words import word

# Grounds in the order in which the rules ask for them (docs/method.md, section 7).
GROUNDS = (
    "no_enrolment", "vanished", "surplus_low_employment", "insufficient", "strategic", "shortage", "traditional",
    "traditional_rate", "skill_gap",
)  # fmt: skip
PARTS = ("by_meaning", "by_words", "by_occupation")
NEARLY = 0.9995


def flag_grounds(assessment: Assessment) -> pd.DataFrame:
    """How many programs each ground decides, in the order of the rules; the rest is maintained.

    A program that several grounds carry is counted at the first of them, so the column adds up to all programs.

    Returns:
        ground, flag, programs, start, end (programs still undecided before and after).
    """
    counts: dict[tuple[str, str], int] = {}
    for trace in assessment.traces:
        carried = [g for g in GROUNDS if g in trace["carried_by"]]
        ground = "guarded" if trace["blocked_by"] else carried[0] if carried else "none"
        key = (ground, trace["flag"])
        counts[key] = counts.get(key, 0) + 1
    order = [*GROUNDS, "guarded", "none"]
    left = len(assessment.traces)
    records = []
    for (ground, flag), number in sorted(counts.items(), key=lambda item: order.index(item[0][0])):
        records.append({"ground": ground, "flag": flag, "programs": number, "start": left, "end": left - number})
        left -= number
    return pd.DataFrame(records, columns=["ground", "flag", "programs", "start", "end"])


def flag_waterfall(assessment: Assessment, language: str = "zh") -> Chart:
    """From all programs down, ground by ground in the order of the rules, to those that are maintained."""
    table = flag_grounds(assessment)
    return drawn(word("waterfall", language), word("waterfall_note", language), table, flag_waterfall_spec, language)


def flag_waterfall_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `flag_waterfall`."""
    known = {**{g: GROUND_NAMES[g][language] for g in GROUNDS}, **{k: word(k, language) for k in ("guarded", "none")}}
    arrow = "→" if language == "zh" else " → "
    labels = [
        f"{known[g]}{arrow}{FLAG_NAMES[f][language]}" for g, f in zip(table["ground"], table["flag"], strict=True)
    ]
    total = int(table["programs"].sum())
    table = pd.concat(
        [
            pd.DataFrame(
                [
                    {
                        "ground": "all",
                        "flag": "all",
                        "programs": total,
                        "start": total,
                        "end": 0,
                        "label": word("all_points", language),
                    }
                ]
            ),
            table.assign(label=labels),
        ],
        ignore_index=True,
    )
    table = table.assign(middle=table[["start", "end"]].max(axis=1))
    rows = alt.Y("label:N", sort=list(table["label"]), title=None, axis=alt.Axis(labelLimit=330, ticks=False))
    base = alt.Chart(table)
    bars = base.mark_bar(height=15).encode(
        x=alt.X("start:Q", axis=alt.Axis(title=word("points_axis", language))),
        x2="end:Q",
        y=rows,
        color=alt.Color(
            "flag:N",
            scale=alt.Scale(domain=["all", *FLAG_COLOURS], range=[PALE, *FLAG_COLOURS.values()]),
            legend=None,
        ),
    )
    figures = base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(x="middle:Q", y=rows, text="programs:Q")
    return styled((bars + figures).properties(width=400, height=alt.Step(24)))


def match_parts(assessment: Assessment, program_id: str, demand_id: str) -> pd.DataFrame:
    """Where the probability of one match comes from, in log odds.

    Returns:
        part (random_pair, by_meaning, by_words, by_occupation, review, p), step, start, end (log odds), p (after it).

    Raises:
        KeyError: no such match, or one that was given and not made from texts.
    """
    table = assessment.matches
    found = table[(table["program_id"] == program_id) & (table["demand_id"] == demand_id)]
    if found.empty or empty(found["by_meaning"].iloc[0]):
        raise KeyError(f"no match from texts of {program_id!r} and {demand_id!r}")
    row = found.iloc[0]
    model, final = _log_odds(float(row["p_model"])), _log_odds(float(row["p"]))
    steps = {part: float(row[part]) for part in PARTS}
    start = model - sum(steps.values())
    records = [{"part": "random_pair", "step": start, "start": 0.0, "end": start}]
    at = start
    for part, step in steps.items():
        records.append({"part": part, "step": step, "start": at, "end": at + step})
        at += step
    if abs(final - model) > 1e-9:
        records.append({"part": "review", "step": final - model, "start": model, "end": final})
    records.append({"part": "p", "step": final, "start": 0.0, "end": final})
    frame = pd.DataFrame(records)
    return frame.assign(p=[1 / (1 + math.exp(-end)) for end in frame["end"]])


def match_waterfall(assessment: Assessment, program_id: str, demand_id: str, language: str = "zh") -> Chart:
    """Why a program and a demand match as they do: from a random pair by meaning, words and occupation to p.

    Raises:
        KeyError: no such match, or one that was given and not made from texts.
    """
    table = match_parts(assessment, program_id, demand_id)
    name = dict(zip(assessment.programs["program_id"], assessment.programs["name"], strict=True))[program_id]
    demands = assessment.inputs["demands"]
    post = dict(zip(demands["demand_id"], demands["occupation"], strict=True))[demand_id]
    title = f"{word('match_parts', language)} {program_id} {name} – {demand_id} {post}"
    return drawn(title, word("match_parts_note", language), table, match_waterfall_spec, language)


def match_waterfall_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `match_waterfall`."""
    table = table.assign(
        label=[word(f"part_{part}", language) for part in table["part"]],
        kind=[
            "total" if p in ("random_pair", "p") else "up" if s >= 0 else "down"
            for p, s in zip(table["part"], table["step"], strict=True)
        ],
        figure=[
            f"p = {p:.3f}" if part == "p" else f"{s:+.2f}".replace("-", "−")
            for part, s, p in zip(table["part"], table["step"], table["p"], strict=True)
        ],
        side=table[["start", "end"]].max(axis=1),
    )
    rows = alt.Y("label:N", sort=list(table["label"]), title=None, axis=alt.Axis(labelLimit=240, ticks=False))
    base = alt.Chart(table)
    bars = base.mark_bar(height=16).encode(
        x=alt.X("start:Q", axis=alt.Axis(title=word("log_odds", language))),
        x2="end:Q",
        y=rows,
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["total", "up", "down"], range=["#9AA5B1", SHORT, SURPLUS]), legend=None
        ),
    )
    figures = base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(x="side:Q", y=rows, text="figure:N")
    zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=INK).encode(x="x:Q")
    return styled((bars + zero + figures).properties(width=400, height=alt.Step(26)))


def _log_odds(p: float) -> float:
    bounded = min(max(p, 1 - NEARLY), NEARLY)
    return math.log(bounded / (1 - bounded))
