"""What became of the advice between two assessments: from which flag to which."""

import altair as alt
import pandas as pd

from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES
from reports.charts.chart import INK, Chart, drawn, styled
from reports.words import word

ORDER = ("prioritize", "expand", "upgrade", "maintain", "phase_out", "insufficient_evidence")
ABSENT = "absent"


def flag_changes(before: Assessment, after: Assessment) -> pd.DataFrame:
    """How many programs went from which flag to which.

    Returns:
        flag_from, flag_to ("absent": not in that assessment), programs; pairs that occur alone.
    """
    columns = ["program_id", "flag"]
    both = before.programs[columns].merge(
        after.programs[columns], on="program_id", how="outer", suffixes=("_from", "_to")
    )
    both = both.assign(flag_from=both["flag_from"].fillna(ABSENT), flag_to=both["flag_to"].fillna(ABSENT))
    return both.groupby(["flag_from", "flag_to"], as_index=False).size().rename(columns={"size": "programs"})


def change_table(before: Assessment, after: Assessment, language: str = "zh") -> Chart:
    """Flags of the earlier assessment down, of the later one across, numbers of programs in the cells."""
    table = flag_changes(before, after)
    days = f"{before.manifest['as_of']} → {after.manifest['as_of']}"
    title = f"{word('change', language)} {days}"
    return drawn(title, word("change_note", language), table, change_spec, language)


def change_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `change_table`."""
    names = {
        **{flag: FLAG_NAMES[flag][language] for flag in ORDER},
        ABSENT: word("absent", language),
    }
    table = table.assign(
        source=table["flag_from"].map(names),
        target=table["flag_to"].map(names),
        kind=["same" if a == b else "moved" for a, b in zip(table["flag_from"], table["flag_to"], strict=True)],
    )
    seen = {*table["flag_from"], *table["flag_to"]}
    order = [names[flag] for flag in (*ORDER, ABSENT) if flag in seen]
    domain = alt.Scale(domain=order)
    base = alt.Chart(table).encode(
        x=alt.X(
            "target:N",
            scale=domain,
            title=word("later", language),
            axis=alt.Axis(orient="top", labelAngle=0, labelLimit=150, domain=False, ticks=False),
        ),
        y=alt.Y("source:N", scale=domain, title=word("earlier", language), axis=alt.Axis(domain=False, ticks=False)),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color("kind:N", scale=alt.Scale(domain=["same", "moved"], range=["#EEF1F4", "#F3C9A5"]), legend=None)
    )
    figures = base.mark_text(fontSize=13, color=INK).encode(
        text="programs:Q",
    )
    moved = base.transform_filter("datum.kind == 'moved'").mark_text(fontSize=13, color=INK, fontWeight="bold")
    figures = figures.transform_filter("datum.kind == 'same'")
    width = 96 if language == "zh" else 132
    return styled(
        (cells + figures + moved.encode(text="programs:Q")).properties(width=alt.Step(width), height=alt.Step(34))
    )
