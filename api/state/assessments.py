"""Assessments that are there; a caller sees those that hold programs of its scope."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from api.access import Caller
from api.state.models import AssessmentRow, AssessmentShare


class Assessments:
    """Repository of assessments."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def add(self, row: AssessmentRow, shares: Sequence[tuple[str, str, str, int]]) -> None:
        """Keeps an assessment whose folder is there.

        Args:
            shares: (region, institution, flag, programs), each combination once.
        """
        self._session.add(row)
        self._session.flush()
        self._session.add_all(
            AssessmentShare(assessment_id=row.id, region=region, institution=institution, flag=flag, programs=number)
            for region, institution, flag, number in shares
        )

    def get(self, assessment_id: str) -> AssessmentRow | None:
        return self._session.scalars(self._visible().where(AssessmentRow.id == assessment_id)).one_or_none()

    def page(self, offset: int, limit: int) -> tuple[Sequence[AssessmentRow], int]:
        """Assessments, the latest first, and how many there are."""
        found = self._visible()
        total = self._session.scalar(select(func.count()).select_from(found.subquery())) or 0
        order = found.order_by(AssessmentRow.created_at.desc(), AssessmentRow.id)
        return self._session.scalars(order.offset(offset).limit(limit)).all(), total

    def children(self, assessment_id: str) -> Sequence[AssessmentRow]:
        """Assessments that were recomputed from this one."""
        found = self._visible().where(AssessmentRow.parent == assessment_id)
        return self._session.scalars(found.order_by(AssessmentRow.created_at)).all()

    def flags(self, assessment_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """Assessment -> flag -> programs, within the caller's scope."""
        share = AssessmentShare
        counted = (
            select(share.assessment_id, share.flag, func.sum(share.programs))
            .where(share.assessment_id.in_(assessment_ids), self._within())
            .group_by(share.assessment_id, share.flag)
        )
        found: dict[str, dict[str, int]] = {}
        for assessment_id, flag, number in self._session.execute(counted):
            found.setdefault(assessment_id, {})[flag] = int(number)
        return found

    def _visible(self) -> Select[AssessmentRow]:
        if not self._caller.scoped:
            return select(AssessmentRow)
        shares = exists().where(AssessmentShare.assessment_id == AssessmentRow.id, self._within())
        return select(AssessmentRow).where(shares)

    def _within(self) -> ColumnElement[bool]:
        found: Any = true()
        if self._caller.regions:
            found &= AssessmentShare.region.in_(self._caller.regions)
        if self._caller.institutions:
            found &= AssessmentShare.institution.in_(self._caller.institutions)
        return found
