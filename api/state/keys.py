"""API keys and browser sessions: tokens are kept as hashes, and shown once."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Caller, Role, new_token, token_hash
from api.state.audit import Audit
from api.state.models import BrowserSession, Key, now


class Keys:
    """Repository of keys; only an admin's request comes here, `caller_of` and sessions aside."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def create(
        self,
        name: str,
        role: Role,
        regions: Sequence[str] = (),
        institutions: Sequence[str] = (),
        expires_at: datetime | None = None,
    ) -> tuple[Key, str]:
        """A key and its token; the token is not kept."""
        token = new_token()
        key = Key(
            name=name,
            hash=token_hash(token),
            role=role,
            regions=list(regions),
            institutions=list(institutions),
            created_by=self._caller.key_id,
            expires_at=expires_at,
        )
        self._session.add(key)
        self._session.flush()
        Audit(self._session, self._caller).append(
            "key.create", key.id, name=name, role=role, regions=list(regions), institutions=list(institutions)
        )
        return key, token

    def all(self) -> Sequence[Key]:
        return self._session.scalars(select(Key).order_by(Key.created_at)).all()

    def revoke(self, key_id: str) -> Key | None:
        """Ends a key and its browser sessions at once; None if there is none."""
        key = self._session.get(Key, key_id)
        if key is not None and key.revoked_at is None:
            key.revoked_at = now()
            Audit(self._session, self._caller).append("key.revoke", key_id)
        return key


def caller_of(session: Session, token: str) -> Caller | None:
    """Whose token this is; None where it is nobody's, revoked or expired."""
    return _caller(session.scalars(select(Key).where(Key.hash == token_hash(token))).one_or_none())


def caller_by_id(session: Session, key_id: str) -> Caller:
    """Whose job this is: work that was accepted is done, though its key may have ended since."""
    key = session.get_one(Key, key_id)
    return Caller(key.id, key.name, key.role, tuple(key.regions), tuple(key.institutions))  # type: ignore[arg-type]


def open_session(session: Session, caller: Caller, hours: float) -> tuple[str, BrowserSession]:
    """Logs a browser in: its cookie, and the row with the token for its forms."""
    cookie = secrets.token_urlsafe(32)
    row = BrowserSession(
        hash=token_hash(cookie),
        key_id=caller.key_id,
        csrf=secrets.token_urlsafe(32),
        expires_at=now() + timedelta(hours=hours),
    )
    session.add(row)
    Audit(session, caller).append("session.open", caller.key_id)
    return cookie, row


def session_of(session: Session, cookie: str) -> tuple[Caller, str] | None:
    """Whose browser this is, and the token its forms must carry."""
    row = session.get(BrowserSession, token_hash(cookie))
    if row is None or row.expires_at <= now():
        return None
    caller = _caller(session.get(Key, row.key_id))
    return None if caller is None else (caller, row.csrf)


def close_session(session: Session, cookie: str) -> None:
    """Logs a browser out, and forgets sessions that have run out."""
    for row in session.scalars(
        select(BrowserSession).where((BrowserSession.hash == token_hash(cookie)) | (BrowserSession.expires_at <= now()))
    ):
        session.delete(row)


def _caller(key: Key | None) -> Caller | None:
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now()):
        return None
    role: Role = key.role  # type: ignore[assignment]
    return Caller(key.id, key.name, role, tuple(key.regions), tuple(key.institutions))
