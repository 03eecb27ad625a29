"""Tables of a public edition: small cells withheld, and small names pooled so that certificates still add up."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from reports.content import HIDDEN, Row, Table
from reports.masking import LEAST_GRADUATES
from reports.suppression import suppressed


def masked(table: Table, persons: Sequence[str], follow: Sequence[str] = ()) -> Table:
    """The table with cells of fewer than LEAST_GRADUATES persons withheld, column by column; a total below them stays.

    Nought is shown: nobody is in it.

    Args:
        persons: keys of the columns that count persons.
        follow: keys of columns, such as shares, that are withheld wherever the first of `persons` is.
    """
    keys = [column.key for column in table.columns]
    body = [i for i, row in enumerate(table.rows) if row.role == "body"]
    cells = [list(row.values) for row in table.rows]
    for key in persons:
        place = keys.index(key)
        values = pd.Series([cells[i][place] for i in body], index=body, dtype="Float64")
        # Nought gives nobody away and hides nobody: it takes no part.
        counted = values[values.fillna(0) > 0]
        together = pd.Series("all", index=counted.index)
        hidden = suppressed(counted, counted < LEAST_GRADUATES, [together], LEAST_GRADUATES)
        for i in counted.index[hidden]:
            cells[i][place] = HIDDEN
            if key == persons[0]:
                for other in follow:
                    cells[i][keys.index(other)] = HIDDEN
    rows = tuple(Row(tuple(values), row.role) for values, row in zip(cells, table.rows, strict=True))
    return replace(table, rows=rows)


def pooled(values: pd.Series, small: pd.Series, least: float = 0) -> tuple[pd.Series, float, int]:
    """The values that may be named, and the sum and number of the others, so that what is published still adds up.

    Args:
        values: persons or posts by name.
        small: bool of the same index, names that may not be shown.
        least: what the others hold at the least, together.
    """
    hidden = suppressed(values, small, [pd.Series("all", index=values.index)], least)
    return values[~hidden], round(float(values[hidden].sum()), 2), int(hidden.sum())
