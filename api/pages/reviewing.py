"""What people said about a program, and what this reader may say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.access import Caller
from api.http.reviews import ReviewBody, RoundBody
from api.pages.program import Program
from api.pages.work import moment
from matcher.policy.verdict import FLAGS

CONFIRMABLE = 40


@dataclass(frozen=True)
class Record:
    """One review; `flag` where it is an override, `about` the posts it is about; its replies follow it."""

    id: str
    kind: str
    reviewer: str
    at: str
    flag: str
    decision: str
    about: str
    text: str
    replies: tuple["Record", ...]


@dataclass(frozen=True)
class ReviewsView:
    """Everything said so far, and the forms that are open to the reader.

    Attributes:
        readable: whether the reader may read them; else `records` is empty.
        override: the flag that the bureau set beside the advice; "" where it set none.
        posts: (demand_id, occupation) of the matches that may be confirmed or rejected.
        statements_until: the last day of the announcement round; "" where none is open.
        action: where reviews are sent; rounds, recompute: likewise, of the whole assessment.
    """

    records: tuple[Record, ...]
    readable: bool
    override: str
    posts: tuple[tuple[str, str], ...]
    statements_until: str
    may_state: bool
    may_decide: bool
    may_announce: bool
    may_recompute: bool
    action: str
    rounds: str
    recompute: str


def reviews_view(
    view: Program,
    said: Sequence[ReviewBody],
    rounds: Sequence[RoundBody],
    who: Caller,
    action: str,
    base: str,
    today: date,
) -> ReviewsView:
    """The last section of a program's page.

    Args:
        base: path of the assessment.
        today: the day that decides whether an announcement round is open.
    """
    names = {match.demand_id: f"{match.occupation} {match.region}".strip() for match in view.matches}
    records = tuple(_record(one, said, names) for one in said if one.kind != "reply")
    open_now = next((r.statements_until for r in rounds if r.announced_on <= today <= r.statements_until), None)
    overrides = [r.flag for r in records if r.flag]
    override = overrides[-1] if overrides else ""
    withdrawn = (override or view.flag) == "phase_out" or (not override and view.measure is not None)
    bureau = who.is_at_least("bureau")
    return ReviewsView(
        records=records,
        readable=who.is_at_least("planner"),
        override=override,
        posts=tuple(names.items())[:CONFIRMABLE],
        statements_until=open_now.isoformat() if open_now else "",
        may_state=who.is_at_least("planner") and open_now is not None and withdrawn,
        may_decide=bureau,
        may_announce=bureau and not who.scoped and open_now is None,
        may_recompute=bureau and not who.scoped and any(r.kind == "match" for r in records),
        action=action,
        rounds=f"{base}/rounds",
        recompute=f"{base}/recompute",
    )


def _record(one: ReviewBody, said: Sequence[ReviewBody], names: dict[str, str]) -> Record:
    replies = tuple(_record(r, (), names) for r in said if r.kind == "reply" and r.answers == one.id)
    decision = one.decision or ""
    return Record(
        id=one.id,
        kind=one.kind,
        reviewer=one.reviewer,
        at=moment(one.created_at),
        flag=decision if decision in FLAGS else "",
        decision="" if decision in FLAGS else decision,
        about=names.get(one.demand_id or "", one.demand_id or ""),
        text=one.text,
        replies=replies,
    )
