"""A result of all benchmarks -> figures: what was measured, beside what, and whether the target holds.

The same figures whatever a result holds: what a part did not give is shown as not measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Goal:
    """What is aimed at and what is asked at least, in `unit`; `at_most` where less is better."""

    aim: float
    least: float
    unit: str
    at_most: bool = False

    def told(self, value: float) -> str:
        return f"{spelled(value)}x" if self.unit == "times" else f"{spelled(value)} {self.unit}".strip()


@dataclass(frozen=True)
class Figure:
    """One row of the page.

    Attributes:
        area: its heading; what: what was measured.
        own: the product's figure; beside: that of the peer or limit in the same run; both as shown, empty if there is none.
        value: what the goal is compared with; None where it was not measured.
        goal: None where nothing was promised.
    """

    area: str
    what: str
    own: str
    beside: str
    value: float | None
    goal: Goal | None = None

    @property
    def verdict(self) -> str:
        """`not measured`, `aim held`, `least held`, `missed`, or nothing where there is no goal."""
        if self.value is None:
            return "not measured"
        if self.goal is None:
            return ""
        for name, bound in (("aim held", self.goal.aim), ("least held", self.goal.least)):
            if self.value <= bound if self.goal.at_most else self.value >= bound:
                return name
        return "missed"

    @property
    def of_aim(self) -> float | None:
        """How many times as good as its aim: 1 and more is held."""
        if self.value is None or self.goal is None:
            return None
        return self.goal.aim / self.value if self.goal.at_most else self.value / self.goal.aim


def spelled(value: float | None) -> str:
    """A number with three significant digits, no exponent."""
    if value is None:
        return "?"
    digits = max(0, 2 - (len(str(int(abs(value)))) - 1)) if abs(value) >= 1 else 3
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Found:
    """What the parts gave, read by path."""

    def __init__(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        self._parts = parts

    def __call__(self, part: str, *path: str) -> Any:
        """What lies there; None where the part was not measured or did not give it."""
        told: Any = self._parts.get(part, {})
        here: Any = told.get("found") if told.get("status") == "measured" else None
        for step in path:
            here = here.get(step) if isinstance(here, Mapping) else None
        return here

    def text(self, form: str, part: str, *paths: tuple[str, ...]) -> str:
        """`form` with what lies at the paths, spelled; nothing where one of them is missing."""
        values = [self(part, *path) for path in paths]
        return "" if None in values else form.format(*(spelled(v) if isinstance(v, int | float) else v for v in values))


def figures(parts: Mapping[str, Mapping[str, Any]]) -> list[Figure]:
    """All figures of a result's `parts`."""
    found = Found(parts)
    return [*texts(found), *vectors(found), *decisions(found), *service(found)]


def texts(found: Found) -> list[Figure]:
    area, part = "Texts", "encoding"
    ways = ("many", "ways")
    rates = ("many", "texts_a_second")
    rows = [
        Figure(
            area,
            "encoding many texts",
            found.text("{} texts/s", part, (*rates, "duikou")),
            found.text("SentenceTransformer: {} texts/s", part, (*rates, "sentence_transformers")),
            found(part, *ways, "duikou", "times_sentence_transformers"),
            Goal(8, 4, "times"),
        ),
        Figure(
            area,
            "the same against the model's matrix products alone, fp32",
            found.text("{} s", part, (*ways, "duikou", "wall_s")),
            found.text("products alone: {} s", part, (*ways, "matrix_products", "wall_s")),
            found(part, "many", "share_of_limit"),
        ),
        Figure(
            area,
            "interpreter to first vector",
            found.text("{} s", part, ("start", "ways", "duikou", "wall_s")),
            found.text("SentenceTransformer: {} s", part, ("start", "ways", "sentence_transformers", "wall_s")),
            found(part, "start", "ways", "duikou", "times_sentence_transformers"),
            Goal(25, 15, "times"),
        ),
        Figure(
            area,
            "`import matcher`",
            found.text("{} s", "import", ("matcher",)),
            found.text("interpreter: {} s, pandas: {} s", "import", ("interpreter",), ("pandas",)),
            found("import", "matcher"),
            Goal(0.6, 0.6, "s", at_most=True),
        ),
    ]
    part = "text_search"
    number = found.text(", {} texts", part, ("texts",))
    rows.append(
        Figure(
            area,
            f"texts to an index on disk{number}",
            found.text(
                "{} s, {} of it encoding, {} MB at most",
                part,
                ("build", "duikou", "wall_s"),
                ("build", "duikou", "share_of_encoding"),
                ("build", "duikou", "peak_mb"),
            ),
            found.text(
                "txtai: {} s, {}, {} MB",
                part,
                ("build", "txtai", "wall_s"),
                ("build", "txtai", "share_of_encoding"),
                ("build", "txtai", "peak_mb"),
            ),
            found(part, "build", "times_txtai"),
            Goal(6, 3.5, "times"),
        )
    )
    for key, what in (
        ("one_at_a_time", "one question to its ten nearest"),
        ("64_together", "64 questions together, of each"),
    ):
        ms = ("query", key, "ms_a_question")
        beside = found.text("txtai: {} ms", part, (*ms, "txtai"))
        rows.append(
            Figure(
                area,
                what,
                found.text("{} ms", part, (*ms, "duikou")),
                beside,
                found(part, "query", key, "ways", "duikou", "times_txtai") if beside else None,
                Goal(8, 4, "times"),
            )
        )
    for key, what in (
        ("txtai_reading_all_lists", "top-10 overlap with txtai reading all lists"),
        ("txtai", "top-10 overlap with txtai's defaults"),
    ):
        rows.append(
            Figure(
                area,
                what,
                found.text("{}", part, ("overlap", key)),
                "",
                found(part, "overlap", key),
                Goal(0.985, 0.985, "") if key != "txtai" else None,
            )
        )
    return rows


def vectors(found: Found) -> list[Figure]:
    rows = []
    for part, area in (
        ("index", "Vectors, first set (settings of the index were chosen by it)"),
        ("index-second", "Vectors, second set (nothing was chosen by it)"),
    ):
        number = found.text(" of {}", part, ("rows",))
        exact = (("matching", "ways", "duikou", "wall_s"), ("matching", "ways", "sgemm", "wall_s"))
        rows += [
            Figure(
                area,
                f"one query{number}, one thread",
                found.text("{} ms at recall {}", part, ("near", "near_ms"), ("near", "recall_100_held_out")),
                found.text("flat: {} ms", part, ("near", "flat_ms")),
                found(part, "near", "times_flat"),
                Goal(150, 60, "times"),
            ),
            Figure(
                area,
                "its recall@100 on queries held out",
                found.text("{}", part, ("near", "recall_100_held_out")),
                "",
                found(part, "near", "recall_100_held_out"),
                Goal(0.99, 0.99, ""),
            ),
            Figure(
                area,
                "opening the index",
                found.text("{} ms", part, ("map", "median_ms")),
                "",
                found(part, "map", "median_ms"),
                Goal(0.3, 1, "ms", at_most=True),
            ),
            Figure(
                area,
                "exact top-100 of 2,000 queries",
                found.text("{} s", part, exact[0]),
                found.text("sgemm alone: {} s", part, exact[1]),
                found(part, "matching", "ways", "duikou", "times_sgemm"),
                Goal(1.5, 0.9, "times"),
            ),
        ]
    part = "vector_search"
    number = found.text(" of {}", part, ("rows",))
    for kind in ("flat", "hnswlib", "usearch"):
        own, other = ("ways", "duikou"), ("ways", kind)
        rows.append(
            Figure(
                "Vectors, beside peers",
                f"one query{number}, one thread, against {kind}",
                found.text(
                    "{} ms at recall {}, built in {} s, {} MB on disk",
                    part,
                    (*own, "ms"),
                    (*own, "recall_100"),
                    (*own, "build_s"),
                    (*own, "disk_mb"),
                ),
                found.text(
                    "{} ms at {}, {} s, {} MB",
                    part,
                    (*other, "ms"),
                    (*other, "recall_100"),
                    (*other, "build_s"),
                    (*other, "disk_mb"),
                ),
                found(part, *other, "ms_over_that_of_duikou"),
            )
        )
    return rows


def decisions(found: Found) -> list[Figure]:
    rows = []
    for name, what, aim, least in (
        ("city", "200 draws of a city", 20, 60),
        ("province", "20 draws of a province", 300, 600),
    ):
        rows.append(
            Figure(
                "Decisions",
                what,
                found.text("{} s, {} GB", "placement", (name, "median", "wall_s"), (name, "median", "memory_gb")),
                "",
                found("placement", name, "median", "wall_s"),
                Goal(aim, least, "s", at_most=True),
            )
        )
    for name in ("limit", "openings", "graduates"):
        rows.append(
            Figure(
                "Decisions",
                f"a what-if: {name}",
                found.text("{} s", "what_if", (name,)),
                "",
                found("what_if", name),
                Goal(1, 1, "s", at_most=True),
            )
        )
    ads = ("run", "minutes_a_million")
    return [
        *rows,
        Figure(
            "Decisions",
            "report of 1,000 programs in four forms",
            found.text("{} s of processor time, {} GB", "report", ("processor_seconds",), ("gigabytes",)),
            "",
            found("report", "processor_seconds"),
            Goal(60, 60, "s", at_most=True),
        ),
        Figure(
            "Decisions",
            "its memory",
            found.text("{} GB", "report", ("gigabytes",)),
            "",
            found("report", "gigabytes"),
            Goal(1.5, 1.5, "GB", at_most=True),
        ),
        Figure(
            "Decisions",
            "a million advertisements to demands, by the rate of those read",
            found.text("{} min, {} GB for {} of them", "job_ads", ads, ("run", "memory_gb"), ("run", "ads")),
            "",
            found("job_ads", *ads),
            Goal(30, 90, "min", at_most=True),
        ),
        Figure(
            "Decisions",
            "a worker killed, time over that of workers nobody killed, less one chunk",
            found.text("{} s", "cluster", ("one_killed_s",)),
            found.text("nobody killed: {} s, one machine alone: {} s", "cluster", ("workers_s",), ("alone_s",)),
            found("cluster", "times_workers_less_a_chunk"),
            Goal(1.1, 1.1, "times", at_most=True),
        ),
    ]


def service(found: Found) -> list[Figure]:
    rows = []
    for clients, together in (("1 clients", 1), ("32 clients", 16)):
        alone = ("encoding_alone", f"{together}_together_per_second")
        rows += [
            Figure(
                "Service",
                f"questions by text, {clients.removesuffix('s') if together == 1 else clients}, against the empty endpoint",
                found.text("{} a second", "match", (clients, "match", "per_second")),
                found.text("empty: {} a second; encoding alone: {}", "match", (clients, "empty", "per_second"), alone),
                found("match", clients, "of_empty"),
                Goal(0.25, 0.12, "times"),
            ),
            Figure(
                "Service",
                "half of its answers within",
                found.text("{} ms", "match", (clients, "match", "p50_ms")),
                "",
                found("match", clients, "match", "p50_ms"),
                Goal(4, 8, "ms", at_most=True) if together == 1 else None,
            ),
        ]
    rows.append(
        Figure(
            "Service",
            "its memory with all demands",
            found.text("{} GB", "match", ("server_peak_gb",)),
            "",
            found("match", "server_peak_gb"),
        )
    )
    for kind in ("read", "match", "what-if"):
        rows.append(
            Figure(
                "Service",
                f"200 clients at once, {kind}",
                found.text(
                    "{} answers, half within {} ms, 95 in 100 within {} ms",
                    "load",
                    (kind, "answers"),
                    (kind, "p50"),
                    (kind, "p95"),
                ),
                "",
                found("load", kind, "p50"),
            )
        )
    return rows
