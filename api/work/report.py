"""The job that writes the annual report of an assessment as its owner may see it."""

from dataclasses import replace
from typing import cast

from sqlalchemy.orm import Session

from api.access import Role
from api.state.models import Report
from api.store import write_folder
from api.views import view_of
from api.work.tasks import Outcome, Work
from reports.annual import annual_report
from reports.content import Edition
from reports.write import rendered


def write_report(work: Work) -> Outcome:
    """The public edition masks the figures of all programs that its owner may know of; nobody else's are read."""
    with work.database.read() as session:
        row = session.get_one(Report, work.request["report"])
    # Masking sums what it leaves out, so it starts from the whole; a viewer reads no other edition.
    role: Role = "planner" if work.caller.role == "viewer" else work.caller.role
    work.progress("report", 0, 1)
    whole = work.store.load(row.assessment_id)
    view = view_of(whole, replace(work.caller, role=role))
    document = annual_report(view, cast(Edition, row.edition), row.lang, market=whole)
    name = f"duikou-{row.assessment_id}-{row.edition}-{row.lang}.{row.format}"
    write_folder(work.store.report(row.id), {name: rendered(document, row.format)})
    work.progress("report", 1, 1)

    def keep(session: Session) -> None:
        session.get_one(Report, row.id).file = name

    return Outcome({"report": row.id}, keep)
