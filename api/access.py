"""Who may do what: roles, scopes and keys. Data only; the database and HTTP ask here."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "planner", "bureau", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
TOKEN_PREFIX = "duikou_"


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request.

    Attributes:
        key_id: of the key; "open" where none is asked for.
        role: viewer reads public figures; planner assesses, asks what-if and writes statements; bureau reviews,
            overrides and reads data check notices; admin also keeps keys and reads the audit log.
        regions, institutions: what its programs may belong to; empty means all. Both must agree.
    """

    key_id: str
    name: str
    role: Role
    regions: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()

    @property
    def scoped(self) -> bool:
        """Whether anything is hidden from it."""
        return bool(self.regions or self.institutions)

    def is_at_least(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, region: str, institution: str) -> bool:
        """Whether a program of this region and institution is within its scope."""
        return (not self.regions or region in self.regions) and (
            not self.institutions or institution in self.institutions
        )


# Jobs act within the scope of whoever asked for them; this is the service itself, at start and on the command line.
SERVICE = Caller("service", "duikou", "admin")
OPEN = Caller("open", "loopback", "admin")


def new_token() -> str:
    """A key as its owner sees it, once: 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token.

    A plain SHA-256 suffices: slow hashes protect what people make up, and nobody guesses 256 random bits.
    """
    return hashlib.sha256(token.encode()).hexdigest()
