"""What people say about an assessment: reviews of matches, overrides, schools' statements, replies, announcement rounds."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.access import Caller
from api.state.audit import Audit
from api.state.models import AssessmentRow, Review, Round


class Reviews:
    """Repository of reviews; a caller sees those about programs of its scope."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def add(self, review: Review) -> Review:
        self._session.add(review)
        self._session.flush()
        Audit(self._session, self._caller).append(
            f"review.{review.kind}", review.id, assessment=review.assessment_id, program=review.program_id,
            demand=review.demand_id, decision=review.decision, answers=review.answers,
        )  # fmt: skip
        return review

    def get(self, assessment_id: str, review_id: str) -> Review | None:
        found = self._visible(assessment_id).where(Review.id == review_id)
        return self._session.scalars(found).one_or_none()

    def all(self, assessment_id: str, program_id: str | None = None) -> Sequence[Review]:
        """Reviews of an assessment, or of one of its programs, in the order they were made."""
        found = self._visible(assessment_id)
        if program_id is not None:
            found = found.where(Review.program_id == program_id)
        return self._session.scalars(found.order_by(Review.created_at, Review.id)).all()

    def open_round(self, row: Round) -> Round:
        """Announces withdrawals: schools may state their case until a day."""
        self._session.add(row)
        self._session.flush()
        Audit(self._session, self._caller).append(
            "round.open", row.id, assessment=row.assessment_id, until=row.statements_until
        )
        return row

    def rounds(self, assessment_id: str) -> Sequence[Round]:
        found = select(Round).where(Round.assessment_id == assessment_id)
        return self._session.scalars(found.order_by(Round.announced_on, Round.id)).all()

    def round_on(self, assessment_id: str, day: date) -> Round | None:
        """The announcement in which statements may be made on a day."""
        return next(
            (r for r in self.rounds(assessment_id) if r.announced_on <= day.isoformat() <= r.statements_until), None
        )

    def stamp(self, assessment_id: str) -> str:
        """Changes whenever something is said beside the assessment, or it is recomputed."""
        counts = (
            select(func.count()).select_from(table).where(column == assessment_id).scalar_subquery()
            for table, column in (
                (Review, Review.assessment_id),
                (Round, Round.assessment_id),
                (AssessmentRow, AssessmentRow.parent),
            )
        )
        return "-".join(map(str, self._session.execute(select(*counts)).one()))

    def _visible(self, assessment_id: str) -> Select[Review]:
        found = select(Review).where(Review.assessment_id == assessment_id)
        if self._caller.regions:
            found = found.where(Review.region.in_(self._caller.regions))
        if self._caller.institutions:
            found = found.where(Review.institution.in_(self._caller.institutions))
        return found
