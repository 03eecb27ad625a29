"""Reports that were asked for; a caller sees its own, the bureau without a scope sees all."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.access import Caller
from api.state.models import Report


class Reports:
    """Repository of reports."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def add(self, row: Report) -> Report:
        self._session.add(row)
        self._session.flush()
        return row

    def get(self, report_id: str) -> Report | None:
        return self._session.scalars(self._visible().where(Report.id == report_id)).one_or_none()

    def page(self, offset: int, limit: int) -> tuple[Sequence[Report], int]:
        """Reports, the latest first, and how many there are."""
        found = self._visible()
        total = self._session.scalar(select(func.count()).select_from(found.subquery())) or 0
        order = found.order_by(Report.created_at.desc(), Report.id)
        return self._session.scalars(order.offset(offset).limit(limit)).all(), total

    def _visible(self) -> Select[Report]:
        if self._caller.is_at_least("bureau") and not self._caller.scoped:
            return select(Report)
        return select(Report).where(Report.key_id == self._caller.key_id)
