"""Who says what: a college's review of a match is a statement, only the bureau's changes anything (method, section 9)."""

import pandas as pd

from corpora.frames import rows, word


def bureau_reviews(reviews: pd.DataFrame, programs: pd.DataFrame) -> pd.DataFrame:
    """Reviews whose reviewer names no institution of the tables; the others stay on file and change nothing.

    Args:
        reviews: program_id, demand_id, decision, reviewer; programs: institution.
    """
    schools = {word(row.institution) for row in rows(programs)} - {""}
    bureau = [not any(school in word(row.reviewer) for school in schools) for row in rows(reviews)]
    return reviews[pd.Series(bureau, index=reviews.index, dtype=bool)]
