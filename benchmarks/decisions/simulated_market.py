"""Markets whose truth is known, and the tables that a bureau would have of them (docs/method.md, sections 0 to 6).

Truth is the year ahead of the assessment, the year that advice is about:
- true links: graduates of a program text can start in an occupation or they cannot. Each pair that the matches list with
  probability p is a true link with probability p; pairs that are not listed are none. With errors shared by a level and
  major group, the logit of all its pairs is moved by one normal offset that nobody sees;
- true posts: those that open in that year, whether the source sees them or not: what was expected, times lognormal noise
  of mean 1 and the row's openings_cv;
- true supply: graduates of that year who look for work here, Poisson around what is expected;
- true employment: theta, the chance of those who look for work to find any. Low below 0.6.

Tables are drawn from the same market. p as above; openings as a source states them, that is the expected posts, or the part
of them that it sees; three cohorts (graduates Poisson; further study, employed and those who stay binomial; theta wanders
from year to year); matched jobs by placing those who stay on the true posts of their own year, some of which others fill; one
coverage row a region and field. Shares of p, edges a program and openings_cv are like those of the illustrative pilot city.

`World` says what is wrong with the tables. All worlds of one seed are drawn from the same random numbers: the same market.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import beta, binom, poisson

from matcher.placement.edges import classify_matches
from matcher.placement.fair import place_fairly

AS_OF, YEARS = "2026-10-15", (2024, 2025, 2026)
SOURCE = "simulated survey"
REGIONS, FLOW = ("east", "west"), ("east", "west")
FIELDS = tuple(f"field {i}" for i in range(6))
LEVELS = ("secondary", "associate")
CATALOGUE_PROGRAMS, LARGEST_OFFER = 5, 4
OCCUPATIONS_A_FIELD = 10
# Kept pairs of a text with occupations of its own field and of each other one, and how p is spread over them: as in the
# illustrative pilot city.
OWN_FIELD, OTHER_FIELD, FLOOR = 7.0, 0.4, 0.05
P_BINS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.999)
P_SHARES = np.array([2.8, 2.0, 0.8, 1.0, 0.4, 0.6, 1.4]) / 9.0
# How much theta wanders on the logit scale from one year to the next.
WANDERING = 0.1
# Chance that a post is filled by one of these graduates rather than by somebody else.
FILLED = 0.7
# Mean and standard deviation of the logarithm of posts a graduate, over fields and regions.
TIGHTNESS = (0.1, 0.55)
GOAL = "：到企业从事相关岗位的具体工作，掌握设备操作、质量检查与安全规程，能独立完成一个班次的任务并填写记录。"
COURSES = "、".join(f"课程{c}" for c in "甲乙丙丁戊己庚辛")


@dataclass(frozen=True)
class World:
    """What is wrong with the tables.

    Attributes:
        logit_error: standard deviation of the offset that all true links of a level and major group share.
        seen: share of the posts that the source sees, on average; rows differ unless it is 1.
        honest: whether coverage declares the share seen (by region and field, rounded down) or claims all of it.
        telling: whether theta is lower in crowded programs; else it is as low as often, for reasons of its own.
        miscounted: the noise lies in what the source states, not in what opens: expected posts open as they are.
    """

    name: str
    logit_error: float = 0.0
    seen: float = 1.0
    honest: bool = True
    telling: bool = True
    miscounted: bool = False


@dataclass(frozen=True)
class Truth:
    """The year ahead.

    Attributes:
        supply, posts: hundredths, of every program and demand row; edges: (program, demand) pairs that are true, of an
            accepted level and within reach; theta: program -> employment rate.
    """

    supply: Mapping[str, int]
    posts: Mapping[str, int]
    edges: tuple[tuple[str, str], ...]
    theta: Mapping[str, float]


@dataclass(frozen=True)
class Simulated:
    """One market.

    Attributes:
        tables: keyword arguments of `assess`; truth: what they were drawn from.
    """

    tables: dict[str, pd.DataFrame]
    truth: Truth


def simulate(world: World, seed: int) -> Simulated:
    """Draws one market; the same seed gives the same market in every world."""
    rng = np.random.default_rng(seed)
    programs = _programs(rng)
    pairs, demands = _pairs(rng, programs), _demands(rng)
    seekers = programs["graduates"] * (1 - programs["further"]) * programs["stays"]
    expected = _expected_posts(rng, programs, demands, seekers)
    offset = rng.normal(size=(len(LEVELS), len(FIELDS)))
    shift = offset[pairs["level"].map(LEVELS.index), pairs["major_group"].map(FIELDS.index)]
    pairs["true"] = rng.random(len(pairs)) < expit(logit(pairs["p"]) + world.logit_error * shift)
    matches = programs[["program_id", "goal"]].merge(pairs, on="goal").merge(demands, on="occupation_code")
    matches = matches[["program_id", "demand_id", "p", "true"]]
    linked = classify_matches(matches[matches["true"]].assign(p=1.0), programs, demands, 0.5, [FLOW])
    linked = linked[linked["edge"]]
    edges = tuple(sorted(zip(linked["program_id"], linked["demand_id"], strict=True)))

    # What opens in each of three past years and in the year ahead, and theta of the year ahead, walked back year by year.
    sigma = np.sqrt(np.log1p(demands["openings_cv"].to_numpy() ** 2))
    *opened, ahead = np.round(expected * np.exp(sigma * rng.normal(size=(4, len(sigma))) - sigma**2 / 2))
    theta = _theta(rng, world, programs, place_fairly(
        _hundredths(programs["program_id"], seekers), _hundredths(demands["demand_id"], expected), edges
    ).rates)  # fmt: skip
    steps = rng.normal(0, WANDERING, (len(YEARS), len(theta)))
    outcomes = pd.concat(
        _cohort(rng, programs, demands, edges, opened[k], expit(theta + steps[k:].sum(axis=0)), year)
        for k, year in enumerate(YEARS)
    )
    true_posts, stated = (expected, ahead) if world.miscounted else (ahead, expected)
    truth = Truth(
        _hundredths(programs["program_id"], poisson.ppf(rng.random(len(seekers)), seekers)),
        _hundredths(demands["demand_id"], true_posts),
        edges,
        dict(zip(programs["program_id"], expit(theta).tolist(), strict=True)),
    )
    openings, coverage = _source(rng, world, demands, stated)
    tables = {
        "programs": programs.drop(columns=["graduates", "further", "stays"]),
        "outcomes": outcomes,
        "demands": demands.drop(columns="size").assign(openings=openings),
        "coverage": coverage,
        "flows": pd.DataFrame({"from_region": [FLOW[0]], "to_region": [FLOW[1]], "share": [0.2]}),
        "matches": matches[["program_id", "demand_id", "p"]],
    }
    return Simulated(tables, truth)


def _programs(rng: np.random.Generator) -> pd.DataFrame:
    """Points of catalogue programs; half of them file a text of their own, the others share the catalogue's."""
    rows = []
    for field in FIELDS:
        for level in LEVELS:
            for k in range(CATALOGUE_PROGRAMS):
                for school in range(rng.integers(1, LARGEST_OFFER + 1)):
                    region = REGIONS[int(rng.random() < 0.4)]
                    rows.append((f"{field} {level} {k}", field, level, region, f"school {region} {level} {school}"))
    table = pd.DataFrame(rows, columns=["name", "major_group", "level", "region", "institution"])
    n = len(table)
    ids = pd.Series([f"P{i:03d}" for i in range(n)])
    return table.assign(
        program_id=ids,
        goal=(table["name"] + " " + ids.where(rng.random(n) < 0.5, "")).str.strip() + GOAL,
        courses=COURSES,
        year_opened=2010,
        graduates=np.maximum(14.0, rng.lognormal(np.log(45), 0.45, n)),
        further=beta.ppf(rng.random(n), 2, 14),
        stays=beta.ppf(rng.random(n), 12, 4),
    )


def _pairs(rng: np.random.Generator, programs: pd.DataFrame) -> pd.DataFrame:
    """Texts and occupations with p, one row a pair; p of points of one catalogue program are alike."""
    rows = []
    for (name, field, level), points in programs.groupby(["name", "major_group", "level"]):
        near = np.where(np.arange(len(FIELDS)) == FIELDS.index(field), OWN_FIELD, OTHER_FIELD)
        count = rng.poisson(near)
        for other, asked in enumerate(count):
            for o in rng.choice(OCCUPATIONS_A_FIELD, min(asked, OCCUPATIONS_A_FIELD), replace=False):
                bin_ = rng.choice(len(P_SHARES), p=P_SHARES)
                base = logit(rng.uniform(P_BINS[bin_], P_BINS[bin_ + 1]))
                for text in points["goal"].unique():
                    own = 0.0 if text == name + GOAL else rng.normal(0, 0.5)
                    rows.append((text, level, field, f"{other}-{o}", round(float(expit(base + own)), 3)))
    table = pd.DataFrame(rows, columns=["goal", "level", "major_group", "occupation_code", "p"])
    return table[table["p"].between(FLOOR, 0.999)].reset_index(drop=True)


def _demands(rng: np.random.Generator) -> pd.DataFrame:
    """A row an occupation and region, with the levels it accepts."""
    rows = []
    for f, field in enumerate(FIELDS):
        for o in range(OCCUPATIONS_A_FIELD):
            levels = ("secondary", "associate", "secondary;associate")[rng.choice(3, p=(0.25, 0.35, 0.4))]
            rows += [(f"{f}-{o}", field, levels, region) for region in REGIONS]
    table = pd.DataFrame(rows, columns=["occupation_code", "field", "levels", "region"])
    n = len(table)
    return table.assign(
        demand_id=[f"D{i:03d}" for i in range(n)],
        occupation="岗位" + table["occupation_code"],
        year=YEARS[-1],
        source=SOURCE,
        openings_cv=rng.choice([0.2, 0.3], n),
        size=rng.lognormal(0, 0.6, n),
    )


def _expected_posts(
    rng: np.random.Generator, programs: pd.DataFrame, demands: pd.DataFrame, seekers: pd.Series
) -> np.ndarray:
    """Posts expected a year: those of a field and region are as many as its graduates, times how tight it is."""
    due = seekers.groupby([programs["major_group"], programs["region"]]).sum()
    posts = np.zeros(len(demands))
    for (field, region), rows in demands.groupby(["field", "region"]).groups.items():
        size = demands.loc[rows, "size"].to_numpy()
        posts[rows] = rng.lognormal(*TIGHTNESS) * due.get((field, region), 20.0) * size / size.sum()
    return np.maximum(1.0, np.round(posts))


def _theta(rng: np.random.Generator, world: World, programs: pd.DataFrame, rates: Mapping[str, Fraction]) -> np.ndarray:
    """Logit of theta in the year ahead: lower where the expected market is crowded, and scattered."""
    rate = np.array([float(rates[p]) for p in programs["program_id"]])
    shuffled = rng.permutation(rate)
    return logit(0.82) - 1.6 * (1 - (rate if world.telling else shuffled)) + rng.normal(0, 0.6, len(rate))


def _cohort(
    rng: np.random.Generator,
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    edges: tuple[tuple[str, str], ...],
    opened: np.ndarray,
    theta: np.ndarray,
    year: int,
) -> pd.DataFrame:
    """Outcomes of one year; those who stay take the posts of that year that nobody else fills, as evenly as they can be."""
    n = len(programs)
    graduates = poisson.ppf(rng.random(n), programs["graduates"])
    further = binom.ppf(rng.random(n), graduates, programs["further"])
    employed = binom.ppf(rng.random(n), graduates - further, theta)
    stayed = binom.ppf(rng.random(n), employed, programs["stays"])
    taken = binom.ppf(rng.random(len(opened)), opened, FILLED)
    placed = dict.fromkeys(programs["program_id"], 0)
    assignment = place_fairly(
        _hundredths(programs["program_id"], stayed), _hundredths(demands["demand_id"], taken), edges
    ).assignment
    for (program, _), persons in assignment.items():
        placed[program] += persons
    local = np.array([placed[p] for p in programs["program_id"]]) / 100
    # Matched jobs are counted wherever they are; those elsewhere are as frequent as here.
    matched = np.floor(local * employed / np.maximum(stayed, 1))
    return pd.DataFrame(
        {
            "program_id": programs["program_id"],
            "year": year,
            "enrolled": graduates.astype(int),
            "students": (3 * graduates).astype(int) + 1,
            "graduates": graduates.astype(int),
            "further_study": further.astype(int),
            "employed": employed.astype(int),
            "stayed_local": stayed.astype(int),
            "matched_job": matched.astype(int),
        }
    )


def _source(
    rng: np.random.Generator, world: World, demands: pd.DataFrame, stated: np.ndarray
) -> tuple[np.ndarray, pd.DataFrame]:
    """What the source states, and what it declares to see."""
    uniform = rng.random(len(demands))
    seen = np.ones(len(demands)) if world.seen == 1 else beta.ppf(uniform, 8 * world.seen, 8 * (1 - world.seen))
    openings = np.round(stated * seen)
    total = pd.DataFrame({"region": demands["region"], "field": demands["field"], "all": stated, "seen": openings})
    declared = total.groupby(["region", "field"], as_index=False).sum()
    # Rounded down: a declaration is the least that is sure.
    share = np.floor(100 * declared["seen"] / declared["all"]) / 100 if world.honest else 1.0
    coverage = declared[["region", "field"]].assign(
        source=SOURCE, year=YEARS[-1], share_low=np.clip(share, 0.01, 1.0), share_high=1.0
    )
    return openings, coverage


def _hundredths(names: pd.Series, figures: "np.ndarray | pd.Series") -> dict[str, int]:
    return {str(name): round(100 * float(figure)) for name, figure in zip(names, figures, strict=True)}
