"""Jobs that assess: tables that were uploaded, or the illustrative city."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from api.state.assessments import Assessments
from api.state.corpora import Corpora
from api.state.models import AssessmentRow
from api.work.tasks import Outcome, Work
from corpora.faults import Unusable
from corpora.frames import rows, word
from corpora.read import read
from corpora.snapshot import load_snapshot
from corpora.starter import ILLUSTRATIVE, example
from matcher.assessment import Assessment, assess

# The day the illustrative city speaks for.
DEMO_DAY = "2026-10-15"
DEMO_TITLE = "示例城市 / illustrative city"
OPTIONS = ("policy", "as_of", "horizon", "scope", "draws", "seed", "counterfactuals")


def demo(work: Work) -> Outcome:
    """The illustrative city, so that a newcomer has something to look at."""
    tables: dict[str, Any] = {kind: read(file, kind) for kind, file in example("city").items()}
    found = assess(**tables, as_of=DEMO_DAY, label=ILLUSTRATIVE, progress=work.progress)
    return write_assessment(work, found, DEMO_TITLE)


def assess_tables(work: Work) -> Outcome:
    """Uploaded tables; several of one kind are read as one."""
    request = work.request
    tables = _tables(work, request["corpora"])
    found = assess(**tables, **{k: request[k] for k in OPTIONS if request.get(k) is not None}, progress=work.progress)
    return write_assessment(work, found, request["title"])


def write_assessment(work: Work, found: Assessment, title: str, parent: str | None = None) -> Outcome:
    """Writes the folder; its row is kept with the end of the job. The id is the job's, so doing it twice gives one."""
    found.write(work.store.assessment(work.job_id))
    row = AssessmentRow(
        id=work.job_id,
        title=title,
        as_of=found.manifest["as_of"],
        policy=found.manifest["policy"]["pack"],
        label=found.manifest["label"],
        parent=parent,
        job_id=work.job_id,
        key_id=work.caller.key_id,
    )
    places = Counter((word(r.region), word(r.institution), str(r.flag)) for r in rows(found.programs))
    shares = [(*place, number) for place, number in places.items()]

    def keep(session: Session) -> None:
        Assessments(session, work.caller).add(row, shares)

    return Outcome({"assessment": work.job_id}, keep)


def _tables(work: Work, corpora: Mapping[str, list[str]]) -> dict[str, Any]:
    tables = {}
    with work.database.read() as session:
        for kind, ids in corpora.items():
            found = [Corpora(session, work.caller).get(corpus_id) for corpus_id in ids]
            for corpus_id, row in zip(ids, found, strict=True):
                if row is None or row.kind != kind or row.snapshot is None:
                    raise Unusable(
                        f"{kind} 表 {corpus_id} 尚未通过检查或不存在",
                        f"{kind} {corpus_id} is not there, or has not passed its check",
                    )
            frames = [load_snapshot(work.store.snapshots, row.snapshot) for row in found if row and row.snapshot]
            tables[kind] = pd.concat(frames, ignore_index=True)
    return tables
