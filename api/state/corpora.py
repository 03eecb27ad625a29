"""Uploaded tables; a caller sees its own, whoever is not scoped sees all from planner up."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.access import Caller
from api.state.audit import Audit
from api.state.models import CorpusRow


class Corpora:
    """Repository of uploaded tables."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def add(self, row: CorpusRow) -> CorpusRow:
        self._session.add(row)
        self._session.flush()
        Audit(self._session, self._caller).append("corpus.upload", row.id, kind=row.kind, sha256=row.sha256)
        return row

    def get(self, corpus_id: str) -> CorpusRow | None:
        return self._session.scalars(self._visible().where(CorpusRow.id == corpus_id)).one_or_none()

    def page(self, kind: str | None, offset: int, limit: int) -> tuple[Sequence[CorpusRow], int]:
        """Tables, the latest first, and how many there are."""
        found = self._visible() if kind is None else self._visible().where(CorpusRow.kind == kind)
        total = self._session.scalar(select(func.count()).select_from(found.subquery())) or 0
        order = found.order_by(CorpusRow.created_at.desc(), CorpusRow.id)
        return self._session.scalars(order.offset(offset).limit(limit)).all(), total

    def _visible(self) -> Select[CorpusRow]:
        if self._caller.is_at_least("planner") and not self._caller.scoped:
            return select(CorpusRow)
        return select(CorpusRow).where(CorpusRow.key_id == self._caller.key_id)
