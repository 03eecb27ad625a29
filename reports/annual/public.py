"""What a public report withholds: small cells, and whatever would let a reader work them out (docs/reports.md).

A cell that counts fewer than LEAST_PERSONS persons is withheld (nought is shown: nobody is in it). Where a total is
published beside the cells, one withheld cell could be had by subtraction; then the next smallest is withheld too, and
so on until the withheld cells together hold LEAST_PERSONS or more.
"""

from collections.abc import Sequence

import pandas as pd

from corpora.frames import empty
from reports.content import HIDDEN, Row, Table

LEAST_PERSONS = 10
LEAST_EMPLOYERS = 3


def withheld(values: Sequence[float | None], least: int = LEAST_PERSONS) -> list[bool]:
    """Which of the cells that add up to a published total are not shown.

    Args:
        values: persons in each cell; None where nothing is known.
        least: fewest persons that a cell may show.
    """
    known = {i: float(v) for i, v in enumerate(values) if not empty(v)}
    hidden = {i for i, v in known.items() if 0 < v < least}
    if not hidden:
        return [False] * len(values)
    # Nought says nothing about the others, so it cannot serve as the second cell.
    rest = sorted((i for i in known if i not in hidden and known[i] > 0), key=lambda i: (known[i], i))
    while rest and (len(hidden) < 2 or sum(known[i] for i in hidden) < least):
        hidden.add(rest.pop(0))
    return [i in hidden for i in range(len(values))]


def masked(table: Table, persons: Sequence[str], follow: Sequence[str] = ()) -> Table:
    """The table with its small cells withheld, column by column; a total below them stays.

    Args:
        persons: keys of the columns that count persons.
        follow: keys of columns, such as shares, that are withheld wherever the first of `persons` is.
    """
    keys = [column.key for column in table.columns]
    body = [i for i, row in enumerate(table.rows) if row.role == "body"]
    cells = [list(row.values) for row in table.rows]
    for key in persons:
        place = keys.index(key)
        for i, hidden in zip(body, withheld([cells[i][place] for i in body]), strict=True):
            if hidden:
                cells[i][place] = HIDDEN
                if key == persons[0]:
                    for other in follow:
                        cells[i][keys.index(other)] = HIDDEN
    rows = tuple(Row(tuple(values), row.role) for values, row in zip(cells, table.rows, strict=True))
    return Table(table.key, table.caption, table.columns, rows, table.note, table.bars, table.sheet)


def pooled(frame: pd.DataFrame, persons: str, small: pd.Series, least: int = LEAST_PERSONS) -> tuple[pd.DataFrame, float, int]:
    """The rows that may be named, and the persons and number of the others as one sum, so that a certificate adds up.

    Args:
        frame: one row a name, with a column `persons`.
        small: which rows may not be named.
        least: fewest persons of a row that may be named.
    """
    hidden = small | ((frame[persons] > 0) & (frame[persons] < least))
    order = frame[persons].sort_values(kind="stable").index
    while hidden.any() and not hidden.all() and (hidden.sum() < 2 or frame.loc[hidden, persons].sum() < least):
        hidden = hidden | (frame.index == next(i for i in order if not hidden[i]))
    return frame[~hidden], round(float(frame.loc[hidden, persons].sum()), 2), int(hidden.sum())
