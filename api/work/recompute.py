"""The job that assesses again with what reviewers decided; the texts are not compared again, the original stays."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from sqlalchemy import select

from api.state.models import AssessmentRow, Review
from api.work.assess import write_assessment
from api.work.tasks import Outcome, Work
from corpora.schema import empty_frame
from matcher.rerun import recipe_of

TITLE = "{title}（复核后 / after review）"


def recompute(work: Work) -> Outcome:
    """The assessment of the request with the reviews of the request, in the order they were made."""
    with work.database.read() as session:
        row = session.get_one(AssessmentRow, work.request["assessment"])
        named = select(Review).where(Review.id.in_(work.request["reviews"])).order_by(Review.created_at, Review.id)
        reviews = session.scalars(named).all()
    work.progress("place", 0, 1)
    recipe = recipe_of(work.store.load(row.id))
    table = pd.concat([recipe.tables["reviews"], review_table(reviews)], ignore_index=True)
    table = table.drop_duplicates(["program_id", "demand_id"], keep="last", ignore_index=True)
    found = replace(recipe, tables={**recipe.tables, "reviews": table}).run()
    work.progress("place", 1, 1)
    return write_assessment(work, found, TITLE.format(title=row.title)[:200], parent=row.id)


def review_table(reviews: Sequence[Review]) -> pd.DataFrame:
    """The bureau's reviews of matches as the table of the contract.

    The reviewer is the id of a key: a name could be a school's, whose reviews count as statements (docs/method.md, section 9).
    """
    records = [
        (r.program_id, r.demand_id, r.decision, r.text, f"bureau:{r.key_id}", r.created_at.date().isoformat())
        for r in reviews
    ]
    empty = empty_frame("reviews")
    return pd.DataFrame(records, columns=list(empty.columns)).astype(empty.dtypes.to_dict())
