"""Placement under doubt: the market drawn many times over, each draw placed exactly (docs/method.md, section 6).

What is not known for sure - whether a text really fits an occupation, how many posts will open, how many will graduate -
is drawn; rates, headroom and indispensability follow by the same exact computation as for the point result. Shares of
draws are then probabilities: P(rate < 0.7), P(headroom >= 0.1 supply).
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv, expit, logit, ndtri

from corpora.frames import empty, words
from matcher.placement.keyed import keys, paired, uniforms
from matcher.placement.market import Market, connected_with, divide, headroom, indispensability, part_of

# What "openings_cv" is where a row does not say, unless another figure is given for its basis.
USUAL_CV = 0.3
# Draws that a thread takes on at a time.
_TASK = 10
# Links of all draws together that are kept, some 100 MB.
_MANY_LINKS = 4_000_000


@dataclass(frozen=True)
class Doubt:
    """How much is unknown.

    Attributes:
        draws: how many; seed: of the assessment.
        logit_error: standard error of the calibration on the logit scale; one offset a draw, level and major group.
        openings_cv: basis -> coefficient of variation of openings where the row gives none; else USUAL_CV.
        headroom_limit: headroom is looked for up to this multiple of the drawn supply.
    """

    draws: int = 200
    seed: int = 0
    logit_error: float = 0.0
    openings_cv: Mapping[str, float] = field(default_factory=dict)
    headroom_limit: float = 1.0


@dataclass(frozen=True)
class Draws:
    """What every draw gave; B draws, n programs.

    Attributes:
        programs: ids, sorted: the columns.
        rate: float64 (B, n); nan where the drawn supply is 0.
        rate_high: the same on posts grossed up to what the sources do not see.
        headroom: int64 (B, n), hundredths of persons, at most headroom_limit x supply.
        supply, indispensability: int64 (B, n), hundredths of persons; the latter 0 where it was not asked for.
    """

    programs: tuple[str, ...]
    rate: np.ndarray
    rate_high: np.ndarray
    headroom: np.ndarray
    supply: np.ndarray
    indispensability: np.ndarray

    def of(self, programs: Sequence[str]) -> "Draws":
        """The same draws with these columns; a program that was not drawn has no rate and no supply."""
        column = {program: i for i, program in enumerate(self.programs)}
        rows = [i for i, program in enumerate(programs) if program in column]
        drawn = [column[programs[i]] for i in rows]

        def aligned(values: np.ndarray, otherwise: float) -> np.ndarray:
            found = np.full((len(values), len(programs)), otherwise, values.dtype)
            found[:, rows] = values[:, drawn]
            return found

        return Draws(
            tuple(programs),
            aligned(self.rate, np.nan),
            aligned(self.rate_high, np.nan),
            aligned(self.headroom, 0),
            aligned(self.supply, 0),
            aligned(self.indispensability, 0),
        )

    def below(self, limit: float) -> np.ndarray:
        """P(rate < limit), float64 (n,); a draw without supply is not below anything."""
        return np.asarray((self.rate < limit).mean(axis=0))

    def headroom_of(self, share: float) -> np.ndarray:
        """P(headroom >= share x supply), float64 (n,); a draw without supply has none."""
        # A hair less than the product: 0.1 x 30 persons is 3 persons, whatever the last binary digit says.
        wanted = np.ceil(share * self.supply - 1e-6)
        return np.asarray(((self.headroom >= wanted) & (self.supply > 0)).mean(axis=0))

    def rate_between(self, low: float = 0.05, high: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Quantiles of the rate over the draws that have one, two float64 (n,); nan where none has."""
        known = np.sort(self.rate, axis=0)
        counted = (~np.isnan(known)).sum(axis=0)
        columns = np.arange(known.shape[1])
        # Sorting puts nan last; a quantile is one of the rates drawn, never a mean of two.
        found = [known[np.maximum(0, np.ceil(q * counted).astype(int) - 1), columns] for q in (low, high)]
        return found[0], found[1]


def draw_placements(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    matches: pd.DataFrame,
    doubt: Doubt | None = None,
    *,
    asked: Collection[str] = (),
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Draws:
    """Draws markets and places each; the same bytes for any order of rows and any number of workers.

    Args:
        programs: program_id; supply (expected, hundredths a year, before agreements are served); text, what was matched;
            level, major_group. Optional: served (hundredths under agreements, 0 if left out); kept and kept_sd, the
            share of graduates who look for work here and its standard deviation where it is estimated (0 elsewhere).
        demands: demand_id; posts (hundredths, as placement reads them); text, an occupation code or what was matched.
            Optional: high (hundredths, posts grossed up to what the sources do not see; posts if left out); taken (hundredths
            already taken off: other supply, agreements); openings_cv; basis.
        matches: program_id, demand_id, p: every kept pair of acceptable level and region, not only those above the
            threshold. Pairs of other programs or demands are not read.
        doubt: its defaults if None; asked: as `place_draws` takes it.
        workers, progress: as `place_draws` takes them.

    Raises:
        ValueError: an id is listed twice.
    """
    table = Chances.read(programs, demands, matches, doubt or Doubt())
    return place_draws(table, asked=asked, workers=workers, progress=progress)


def place_draws(
    table: "Chances",
    *,
    asked: Collection[str] = (),
    before: "Before | None" = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Draws:
    """Draws a market and places each draw; the same bytes with and without `before`.

    Args:
        asked: programs whose indispensability is wanted: in one large market that costs more than all the rest.
        before: of a market with other figures here and there: in every draw only what is connected with them is placed.
        workers: threads; as many as there are processors if None.
        progress: called with (done, of).
    """
    doubt = table.doubt
    n, b = len(table.programs), doubt.draws
    wanted = np.isin(np.array(table.programs, dtype=object), list(asked))
    touched = None if before is None else _touched(before, table, wanted)
    found = Draws(
        programs=table.programs,
        rate=np.empty((b, n)),
        rate_high=np.empty((b, n)),
        headroom=np.empty((b, n), np.int64),
        supply=np.empty((b, n), np.int64),
        indispensability=np.zeros((b, n), np.int64),
    )
    if before is not None and touched is not None:
        for name in ("rate", "rate_high", "headroom", "supply"):
            getattr(found, name)[:] = getattr(before.draws, name)
        found.indispensability[:, wanted] = before.draws.indispensability[:, wanted]
        if not any(map(len, touched)):
            return found

    def one(draw: int) -> None:
        market = table.market(draw)
        high = table.grossed_up(market, draw)
        own: slice | np.ndarray = slice(None)
        if touched is not None:
            own, demands = connected_with(market, *touched)
            market = part_of(market, own, demands)
            high = None if high is None else part_of(high, own, demands)
        division = divide(market)
        limit = np.ceil(doubt.headroom_limit * market.supply - 1e-6).astype(np.int64)
        rates, alone = division.rates(market), np.zeros(len(market.supply), np.int64)
        here = np.flatnonzero(wanted[own])
        alone[here] = indispensability(market, division, here)
        found.rate[draw, own] = rates
        found.rate_high[draw, own] = rates if high is None else divide(high).rates(high)
        found.supply[draw, own] = market.supply
        found.headroom[draw, own] = headroom(market, division, limit)
        found.indispensability[draw, own] = alone

    def some(first: int) -> int:
        last = min(b, first + _TASK)
        for draw in range(first, last):
            one(draw)
        return last

    with ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1) as pool:
        for done in pool.map(some, range(0, b, _TASK)):
            if progress:
                progress(done, b)
    return found


@dataclass(frozen=True)
class Before:
    """What was drawn before: of which market, asked for whose indispensability."""

    table: "Chances"
    asked: Collection[str]
    draws: Draws


def _touched(before: Before, table: "Chances", wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Programs and demands with other figures, or asked for more; None where links, texts or doubt differ as well."""
    then = before.table
    if (then.doubt, then.programs, then.demands) != (table.doubt, table.programs, table.demands) or not all(
        np.array_equal(getattr(then, name), getattr(table, name))
        for name in ("rows", "head", "p", "pair_keys", "group", "group_keys", "program_keys", "demand_keys")
    ):
        return None
    # Where posts are grossed up at all, every draw places them once more.
    if np.array_equal(then.high, then.posts) != np.array_equal(table.high, table.posts):
        return None
    programs = wanted & ~np.isin(np.array(table.programs, dtype=object), list(before.asked))
    for name in ("graduates", "kept", "kept_sd", "served"):
        programs |= getattr(then, name) != getattr(table, name)
    demands = np.zeros(len(table.demands), bool)
    for name in ("posts", "high", "taken", "sigma"):
        demands |= getattr(then, name) != getattr(table, name)
    return np.flatnonzero(programs), np.flatnonzero(demands)


@dataclass(frozen=True)
class Chances:
    """The expected market, ready to be drawn: arrays over programs, demands and pairs, all sorted by id."""

    doubt: Doubt
    programs: tuple[str, ...]
    graduates: np.ndarray
    kept: np.ndarray
    kept_sd: np.ndarray
    served: np.ndarray
    program_keys: np.ndarray
    group: np.ndarray
    group_keys: np.ndarray
    demands: tuple[str, ...]
    posts: np.ndarray
    high: np.ndarray
    taken: np.ndarray
    sigma: np.ndarray
    demand_keys: np.ndarray
    rows: np.ndarray
    head: np.ndarray
    p: np.ndarray
    pair_keys: np.ndarray

    @classmethod
    def read(cls, programs: pd.DataFrame, demands: pd.DataFrame, matches: pd.DataFrame, doubt: Doubt) -> "Chances":
        """From the tables of `draw_placements`."""
        own, names = _by_id(programs, "program_id")
        wanted, posted = _by_id(demands, "demand_id")
        kept = _numbers(own, "kept", 1.0)
        supply = own["supply"].to_numpy(np.float64) / 100
        labels = [f"{a}|{b}" for a, b in zip(words(own, "level"), words(own, "major_group"), strict=True)]
        groups = sorted(set(labels))
        place = {label: i for i, label in enumerate(groups)}
        stated: Iterable[tuple[Any, Any]] = zip(_column(wanted, "openings_cv"), _column(wanted, "basis"), strict=True)
        spread = [float(cv) if not empty(cv) else doubt.openings_cv.get(basis, USUAL_CV) for cv, basis in stated]
        rows, head, p = _pairs(matches, names, posted)
        program_text, demand_text = keys(words(own, "text")), keys(words(wanted, "text"))
        return cls(
            doubt=doubt,
            programs=tuple(names),
            graduates=supply / np.where(kept > 0, kept, 1.0),
            kept=kept,
            kept_sd=_numbers(own, "kept_sd", 0.0),
            served=_numbers(own, "served", 0.0).astype(np.int64),
            program_keys=keys(names),
            group=np.array([place[label] for label in labels], np.int64),
            group_keys=keys(groups),
            demands=tuple(posted),
            # Copies: whoever writes into the table afterwards must not change what was read.
            posts=wanted["posts"].to_numpy(np.int64, copy=True),
            high=wanted["high" if "high" in wanted else "posts"].to_numpy(np.int64, copy=True),
            taken=_numbers(wanted, "taken", 0.0).astype(np.int64),
            sigma=np.sqrt(np.log1p(np.array(spread, np.float64) ** 2)),
            demand_keys=keys(posted),
            rows=rows,
            head=head,
            p=p,
            pair_keys=paired(program_text[rows], demand_text[head]),
        )

    def market(self, draw: int) -> Market:
        """The market of one draw; kept for who asks again, unless all draws would take much memory."""
        if self.doubt.draws * len(self.p) > _MANY_LINKS:
            return self._market(draw)
        if (known := self._markets.get(draw)) is None:
            known = self._markets[draw] = self._market(draw)
        return known

    @cached_property
    def _markets(self) -> dict[int, Market]:
        return {}

    def _market(self, draw: int) -> Market:
        supply, posts, present = self.supply(draw), self.openings(self.posts, draw), self.present(draw)
        start = np.zeros(len(supply) + 1, np.int64)
        np.cumsum(np.bincount(self.rows[present], minlength=len(supply)), out=start[1:])
        return Market(supply, posts, start, self.head[present])

    def grossed_up(self, market: Market, draw: int) -> Market | None:
        """The market of a draw with the posts that the sources do not see; None where they see all."""
        if np.array_equal(self.high, self.posts):
            return None
        return Market(market.supply, self.openings(self.high, draw), market.start, market.head)

    def present(self, draw: int) -> np.ndarray:
        """Which pairs are edges, bool (pairs,): one chance for every program text and occupation."""
        chance = uniforms(self.doubt.seed, draw, "edge", self.pair_keys)
        if self.doubt.logit_error == 0:
            return np.asarray(chance < self.p)
        offset = self.doubt.logit_error * ndtri(uniforms(self.doubt.seed, draw, "calibration", self.group_keys))
        with np.errstate(divide="ignore"):
            return np.asarray(chance < expit(logit(self.p) + offset[self.group][self.rows]))

    def supply(self, draw: int) -> np.ndarray:
        """Graduates who look for work here, int64 (n,), hundredths, less those under agreements.

        Poisson graduates of whom each stays with the same probability are Poisson again (thinning), so one quantile
        serves where every share is reported; an estimated share is drawn first, beta with its mean and deviation.
        """
        share = drawn_shares(self.kept, self.kept_sd, uniforms(self.doubt.seed, draw, "share", self.program_keys))
        chance = uniforms(self.doubt.seed, draw, "graduates", self.program_keys)
        return drawn_supply(self.graduates * share, chance, self.served)

    def openings(self, posts: np.ndarray, draw: int) -> np.ndarray:
        """Posts, int64 (m,), hundredths: openings lognormal around their figure, less what is taken off."""
        chance = uniforms(self.doubt.seed, draw, "openings", self.demand_keys)
        return drawn_posts(posts, self.taken, self.sigma, chance)


def drawn_shares(kept: np.ndarray, kept_sd: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Shares of graduates who look for work here, float64: beta where they are estimated, as they are elsewhere."""
    share = kept.copy()
    unsure = (kept_sd > 0) & (share > 0) & (share < 1)
    if unsure.any():
        mean, most = share[unsure], share[unsure] * (1 - share[unsure])
        weight = most / np.minimum(kept_sd[unsure] ** 2, 0.9 * most) - 1
        share[unsure] = betaincinv(mean * weight, (1 - mean) * weight, chance[unsure])
    return share


def drawn_supply(expected: np.ndarray, chance: np.ndarray, served: np.ndarray) -> np.ndarray:
    """Hundredths of persons, int64: Poisson around what is expected, less those under agreements."""
    from matcher.placement.kernel_draw import poisson_quantiles

    seekers = np.empty(len(expected), np.int64)
    poisson_quantiles(expected, chance, seekers)
    return np.maximum(0, seekers * 100 - served)


def drawn_posts(posts: np.ndarray, taken: np.ndarray, sigma: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Hundredths of posts, int64: lognormal with the figure as its mean, less what is taken off."""
    gross = (posts + taken) * np.exp(sigma * ndtri(chance) - sigma**2 / 2)
    return np.maximum(0, np.floor(gross + 0.5).astype(np.int64) - taken)


def _by_id(table: pd.DataFrame, key: str) -> tuple[pd.DataFrame, list[str]]:
    names = table[key].astype(str)
    if names.duplicated().any():
        raise ValueError(f"{key} {names[names.duplicated()].iloc[0]} is listed twice")
    return table.assign(**{key: names}).sort_values(key), sorted(names)


def _pairs(
    matches: pd.DataFrame, programs: Sequence[str], demands: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(program, demand, p), sorted, each pair once with the larger p."""
    rows = pd.Index(programs).get_indexer(pd.Index(matches["program_id"].astype(str)))
    head = pd.Index(demands).get_indexer(pd.Index(matches["demand_id"].astype(str)))
    p = matches["p"].to_numpy(np.float64)
    known = (rows >= 0) & (head >= 0)
    rows, head, p = rows[known].astype(np.int64), head[known].astype(np.int64), p[known]
    order = np.lexsort((-p, head, rows))
    rows, head, p = rows[order], head[order], p[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (head[1:] != head[:-1])
    return rows[first], head[first], p[first]


def _numbers(table: pd.DataFrame, column: str, otherwise: float) -> np.ndarray:
    if column not in table:
        return np.full(len(table), otherwise)
    return table[column].astype("Float64").fillna(otherwise).to_numpy(np.float64)


def _column(table: pd.DataFrame, column: str) -> list[Any]:
    return list(table[column].astype(object)) if column in table else [None] * len(table)
