"""Which cells of a table stay unpublished: the small ones, and enough others that no sum gives them away."""

from collections.abc import Sequence

import pandas as pd


def suppressed(values: pd.Series, small: pd.Series, groups: Sequence[pd.Series]) -> pd.Series:
    """Cells to leave out where the sums of groups are published: no group is left with exactly one cell out.

    Of a group with a single small cell the next smallest is left out as well, again and again until it holds for
    every grouping. A group that has only one cell at all cannot hide it: its sum is to be left out (`lone_sums`).

    Args:
        values: (n,) the cells, for their order; missing counts as least. small: (n,) bool, cells that must not be shown.
        groups: labels (n,) of each way in which the cells are summed; missing labels are in no sum.

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
                hidden = out.loc[members]
                if hidden.sum() == 1 and len(hidden) > 1:
                    others = size.loc[hidden.index[~hidden]]
                    out.loc[others.sort_values(kind="stable").index[0]] = True
                    changed = True
    return out


def lone_sums(out: pd.Series, labels: pd.Series) -> set[str]:
    """Groups whose sum would give away its only cell that is left out."""
    hidden = out.groupby(labels).sum()
    return {str(label) for label, number in hidden.items() if number == 1}
