"""The job that writes a report of an assessment as its owner may see it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from api.state.models import Report
from api.store import write_folder
from api.views import view_of
from api.work.tasks import Outcome, Work
from matcher.assessment import Assessment
from reports.page import page

# Format -> (assessment, language) -> content.
WRITERS: Mapping[str, Callable[[Assessment, str], bytes]] = {
    "html": lambda assessment, lang: page(assessment, lang).encode(),
}


def write_report(work: Work) -> Outcome:
    """The public edition is what a viewer sees, whoever asks for it."""
    with work.database.read() as session:
        row = session.get_one(Report, work.request["report"])
    who = replace(work.caller, role="viewer") if row.edition == "public" else work.caller
    work.progress("report", 0, 1)
    view = view_of(work.store.load(row.assessment_id), who)
    name = f"duikou-{row.assessment_id}-{row.edition}-{row.lang}.{row.format}"
    write_folder(work.store.report(row.id), {name: WRITERS[row.format](view, row.lang)})
    work.progress("report", 1, 1)

    def keep(session: Session) -> None:
        session.get_one(Report, row.id).file = name

    return Outcome({"report": row.id}, keep)
