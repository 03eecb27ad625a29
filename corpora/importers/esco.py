"""ESCO's occupations as its portal ships them (occupations_en.csv, any language) -> demands without openings.

ESCO counts nobody: these rows can be matched, not assessed. Each occupation is one demand, its id and occupation code
being the ESCO code (such as 2654.1.7, whose first four digits are the ISCO group); relations to skills come in another
file and are not read. Source: ESCO, European Commission; reuse with acknowledgement.
"""

from typing import Any, Final

from corpora.frames import rows as each
from corpora.frames import word
from corpora.importers.common import Imported, as_table, column, counted, read_form, usable
from corpora.issues import Words
from corpora.read import Paths
from corpora.tables import Table

SOURCE: Final = "ESCO"
FORM: Final = Table(
    "esco",
    "ESCO 职业表",
    "ESCO occupations",
    (
        column("uri", "text", "conceptUri", required=True),
        column("title", "text", "preferredLabel", required=True),
        column("code", "code", "code", required=True),
        column("description", "text", "description"),
        column("definition", "text", "definition"),
        column("status", "text", "status"),
        column("isco", "code", "iscoGroup"),
        column("concept", "text", "conceptType"),
        column("labels", "text", "altLabels"),
    ),
    ("code",),
)


def import_esco(paths: Paths, accept_good_rows: bool = False) -> Imported:
    """Demands to match from ESCO's occupations.

    Raises:
        BadTable: with every fault; with `accept_good_rows` only where no row could be used.
    """
    corpus = read_form(paths, FORM)
    usable([corpus], accept_good_rows)
    released = corpus.rows["status"].isna() | (corpus.rows["status"] == "released")
    rows = corpus.rows[released]
    found: list[dict[str, Any]] = [
        {
            "demand_id": row.code,
            "occupation": row.title,
            "occupation_code": row.code,
            "description": word(row.description) or word(row.definition) or None,
            "source": SOURCE,
        }
        for row in each(rows)
    ]
    said = [
        *counted(
            len(corpus.rows) - len(rows),
            "{n} 个职业已不再发布，未读入",
            "{n} occupations are not released any more and were left out",
        ),
        Words("没有需求人数：可用于匹配，不能用于分析", "no openings: these demands can be matched, not assessed"),
    ]
    return Imported({"demands": as_table("demands", found)}, (corpus,), tuple(said))
