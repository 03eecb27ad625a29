"""A map of programs and demands by meaning: near each other where their texts match, with the flags on it.

It is drawn from the matches of the assessment (every p from the floor up, whatever level and region), so that a folder
is enough and no encoder is needed. The matrix of p, scaled by the sums of its rows and columns as in correspondence
analysis, is split into its directions (singular vectors), all counting alike, and laid out by t-SNE. The first two
directions alone would not do: fields that share no posts are each a direction of their own. Neighbours mean something on this map; axes, and how far
apart two fields lie, do not.
"""

import altair as alt
import numpy as np
import pandas as pd

from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES
from reports.charts.chart import FLAG_COLOURS, FLAG_SHAPES, INK, Chart, drawn, styled
from reports.words import word

DIRECTIONS = 200
NEIGHBOURS = 15
GROUPS = 14
ROUNDS = 500
LEAST = 8
WIDTH, HEIGHT = 620, 460


def meaning_points(assessment: Assessment) -> pd.DataFrame:
    """Programs and demands with a match, placed by whom they match.

    Returns:
        id, kind (program or demand), name, group (major group of a program, else ""), flag (of a program, else ""), x, y.
        Empty where there are too few matches to lay out.
    """
    found = assessment.matches[assessment.matches["demand_id"].isin(assessment.demands["demand_id"])]
    found = found[found["p"] > 0]
    programs, demands = sorted(set(found["program_id"])), sorted(set(found["demand_id"]))
    columns = ["id", "kind", "name", "group", "flag", "x", "y"]
    if len(programs) < LEAST or len(demands) < LEAST:
        return pd.DataFrame(columns=columns).astype({c: float if c in "xy" else "string" for c in columns})
    place = _layout(found, programs, demands)
    own = assessment.programs.set_index("program_id").loc[programs]
    wanted = assessment.demands.set_index("demand_id").loc[demands]
    frame = pd.DataFrame(
        {
            "id": [*programs, *demands],
            "kind": ["program"] * len(programs) + ["demand"] * len(demands),
            "name": [*own["name"].astype(str), *wanted["occupation"].astype(str)],
            "group": [*own["major_group"].fillna("").astype(str), *[""] * len(demands)],
            "flag": [*own["flag"].astype(str), *[""] * len(demands)],
        }
    )
    return frame.assign(x=place[:, 0], y=place[:, 1])[columns]


def meaning_map(assessment: Assessment, language: str = "zh", ids: bool = True) -> Chart:
    """Programs by flag among the posts that their texts match.

    Args:
        ids: whether points carry the ids of programs and demands; a public report leaves them out.
    """
    table = meaning_points(assessment)
    if not ids:
        table = table.assign(id="")
    return drawn(word("map", language), word("map_note", language), table, meaning_map_spec, language)


def meaning_map_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `meaning_map`."""
    programs, demands = table[table["kind"] == "program"], table[table["kind"] == "demand"]
    flags = [flag for flag in FLAG_SHAPES if (programs["flag"] == flag).any()]
    names = [FLAG_NAMES[flag][language] for flag in flags]
    programs = programs.assign(flag_name=programs["flag"].map(dict(zip(flags, names, strict=True))))
    bare = alt.Axis(labels=False, ticks=False, grid=False, domain=False, title=None)
    x, y = alt.X("x:Q", axis=bare), alt.Y("y:Q", axis=bare)
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolSize=90)
    posts = (
        alt.Chart(demands).mark_point(shape="circle", size=16, filled=True, color="#C3CAD2", opacity=0.9).encode(x, y)
    )
    points = (
        alt.Chart(programs)
        .mark_point(size=62, filled=True, opacity=0.95, stroke="white", strokeWidth=0.6)
        .encode(
            x,
            y,
            color=alt.Color(
                "flag_name:N", scale=alt.Scale(domain=names, range=[FLAG_COLOURS[f] for f in flags]), legend=legend
            ),
            shape=alt.Shape(
                "flag_name:N", scale=alt.Scale(domain=names, range=[FLAG_SHAPES[f] for f in flags]), legend=legend
            ),
            tooltip=["id", "name", "flag_name"] if (table["id"] != "").any() else ["name", "flag_name"],
        )
    )
    named = alt.Chart(_group_places(programs))
    halo = named.mark_text(fontSize=12, fontWeight="bold", dy=-13, stroke="white", strokeWidth=4).encode(
        x, y, text="group:N"
    )
    labels = named.mark_text(fontSize=12, fontWeight="bold", dy=-13, color=INK).encode(x, y, text="group:N")
    return styled((posts + points + halo + labels).properties(width=WIDTH, height=HEIGHT))


def _layout(found: pd.DataFrame, programs: list[str], demands: list[str]) -> np.ndarray:
    """(programs + demands, 2) places, the same for the same matches in any order of rows."""
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import svds
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    row = found["program_id"].map({p: i for i, p in enumerate(programs)}).to_numpy()
    column = found["demand_id"].map({d: i for i, d in enumerate(demands)}).to_numpy()
    p = coo_matrix((found["p"].to_numpy(float), (row, column)), shape=(len(programs), len(demands))).tocsr()
    left = diags(1 / np.sqrt(np.asarray(p.sum(axis=1)).ravel()))
    right = diags(1 / np.sqrt(np.asarray(p.sum(axis=0)).ravel()))
    directions = min(DIRECTIONS, min(p.shape) - 1)
    # A few thousand points: threads that wait for each other cost more than they bring, and one gives one result.
    with threadpool_limits(1):
        u, strength, v = svds(left @ p @ right, k=directions, v0=np.ones(min(p.shape)))
    order = np.argsort(-strength, kind="stable")
    points = np.vstack([u[:, order], v.T[:, order]])
    # The sign of a direction is arbitrary; its largest entry is made positive so that every machine draws one map.
    points *= np.sign(points[np.abs(points).argmax(axis=0), np.arange(points.shape[1])])
    points /= np.linalg.norm(points, axis=1, keepdims=True) + 1e-12
    around = min(NEIGHBOURS, (len(points) - 1) // 3)
    layout = TSNE(2, init="pca", random_state=0, perplexity=around, metric="cosine", n_jobs=1, max_iter=ROUNDS)
    with threadpool_limits(1):
        return np.asarray(layout.fit_transform(points.astype(np.float32)), dtype=float)


def _group_places(programs: pd.DataFrame) -> pd.DataFrame:
    """Where the names of the largest major groups go: at the program nearest to the middle of its group, moved down
    where another name stands already."""
    named = programs[programs["group"] != ""]
    records: list[dict[str, object]] = []
    # What a letter takes of the picture, in units of the map.
    letter = 13 * (programs["x"].max() - programs["x"].min()) / WIDTH
    line = 17 * (programs["y"].max() - programs["y"].min()) / HEIGHT
    boxes: list[tuple[float, float, float]] = []
    for group in named["group"].value_counts().index[:GROUPS]:
        members = named[named["group"] == group]
        middle = members[["x", "y"]].median()
        nearest = ((members[["x", "y"]] - middle) ** 2).sum(axis=1).idxmin()
        x, y = float(members.loc[nearest, "x"]), float(members.loc[nearest, "y"])
        name = str(group).removesuffix("大类")
        half = letter * len(name) / 2
        while any(abs(x - a) < half + b and abs(y - c) < line for a, b, c in boxes):
            y -= line / 2
        boxes.append((x, half, y))
        records.append({"group": name, "x": x, "y": y})
    return pd.DataFrame(records, columns=["group", "x", "y"]).astype({"group": "string", "x": float, "y": float})
