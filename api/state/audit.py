"""The audit log: who did what when, each line chained to the one before by its hash. Appended to, never changed.

Details name ids, decisions and digests, never a value of a table.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Caller
from api.state.models import AuditHead, Entry, now

START = "0" * 64


class Audit:
    """Repository of the audit log."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def append(self, action: str, subject: str, **detail: Any) -> Entry:
        """One line more, in the transaction of what it tells of."""
        # The lock on the head lets one writer append at a time.
        head = self._session.scalars(select(AuditHead).with_for_update()).one()
        entry = Entry(
            number=head.number + 1,
            at=now().isoformat(timespec="milliseconds"),
            key_id=self._caller.key_id,
            action=action,
            subject=subject,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
            previous=head.hash,
        )
        entry.hash = digest(entry)
        head.number, head.hash = entry.number, entry.hash
        self._session.add(entry)
        return entry

    def page(self, offset: int, limit: int) -> Sequence[Entry]:
        """Lines, the latest first."""
        order = select(Entry).order_by(Entry.number.desc())
        return self._session.scalars(order.offset(offset).limit(limit)).all()

    def faults(self) -> tuple[int, list[Mapping[str, str]]]:
        """Lines read, and what does not hold (zh, en): a line that was changed, removed or put in."""
        found: list[Mapping[str, str]] = []
        number, previous = 0, START
        for entry in self._session.scalars(select(Entry).order_by(Entry.number).execution_options(yield_per=1000)):
            if entry.number != number + 1:
                found.append(
                    {
                        "zh": f"第 {number + 1} 条至第 {entry.number - 1} 条缺失",
                        "en": f"lines {number + 1} to {entry.number - 1} are missing",
                    }
                )
            elif entry.previous != previous:
                found.append(
                    {
                        "zh": f"第 {entry.number} 条与上一条不相接",
                        "en": f"line {entry.number} does not follow the one before",
                    }
                )
            if entry.hash != digest(entry):
                found.append({"zh": f"第 {entry.number} 条已被改动", "en": f"line {entry.number} was changed"})
            number, previous = entry.number, entry.hash
        head = self._session.scalars(select(AuditHead)).one()
        if (head.number, head.hash) != (number, previous):
            found.append(
                {
                    "zh": f"日志应到第 {head.number} 条，实到第 {number} 条",
                    "en": f"the log should end at line {head.number}, not {number}",
                }
            )
        return number, found


def digest(entry: Entry) -> str:
    """The hash of a line: of everything it says, and of the line before."""
    said = [entry.number, entry.at, entry.key_id, entry.action, entry.subject, entry.detail, entry.previous]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
