"""Which cells of a table stay unpublished: the small ones, and enough others that no sum gives them away."""

from collections.abc import Sequence

import pandas as pd


def suppressed(values: pd.Series, small: pd.Series, groups: Sequence[pd.Series], least: float = 0) -> pd.Series:
    """Cells to leave out where the sums of groups are published.

    In every group with a small cell the next smallest are left out too, until two or more cells above nought are out
    and together hold `least`; again and again, until it holds for every grouping. A group too small for that cannot
    hide its cells: its sum is to be left out (`telling_sums`).

    Args:
        values: (n,) the cells. small: (n,) bool, cells that must not be shown.
        groups: labels (n,) of each way in which the cells are summed; cells with a missing label are in no sum.

    Returns:
        bool (n,), True wherever `small` is.
    """
    out = small.fillna(False).astype(bool).copy()
    size = values.astype("Float64").fillna(0)
    changed = True
    while changed:
        changed = False
        for labels in groups:
            for members in labels.dropna().groupby(labels.dropna()).groups.values():
                inside = size.loc[members]
                while _tells(inside, out.loc[members], least):
                    # Nought says nothing about the others, so it hides nothing.
                    rest = inside[~out.loc[members] & (inside > 0)]
                    if rest.empty:
                        break
                    out.loc[rest.sort_values(kind="stable").index[0]] = True
                    changed = True
    return out


def telling_sums(values: pd.Series, out: pd.Series, labels: pd.Series, least: float = 0) -> set[str]:
    """Groups whose sum would still give a cell away."""
    size = values.astype("Float64").fillna(0)
    groups = labels.dropna().groupby(labels.dropna()).groups
    return {str(label) for label, members in groups.items() if _tells(size.loc[members], out.loc[members], least)}


def _tells(size: pd.Series, out: pd.Series, least: float) -> bool:
    hidden = size[out & (size > 0)]
    return bool(len(hidden)) and (len(hidden) < 2 or float(hidden.sum()) < least)
