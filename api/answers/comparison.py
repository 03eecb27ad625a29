"""A comparison as it is kept, and the part of it that a caller may read."""

import json
from typing import Any

import pandas as pd

from api.access import Caller
from api.answers.tables import records
from api.store import Store
from api.views import programs_seen
from matcher.comparison import Comparison

PROGRAMS, REST = "programs.parquet", "comparison.json"
# What a public reader learns of a change: that the advice is another one.
_PUBLIC = ("program_id", "name", "changed", "flag_a", "flag_b")
# Of a change, what may name rows of other programs.
_OF_OTHERS = ("details", "block_a", "block_b")


def files_of(found: Comparison) -> dict[str, bytes]:
    """Name -> content."""
    rest = {"inputs": records(found.inputs), "not_reproduced": list(found.not_reproduced)}
    return {
        PROGRAMS: found.programs.to_parquet(index=False),
        REST: json.dumps(rest, ensure_ascii=False).encode(),
    }


def compared(store: Store, first: str, second: str, who: Caller) -> dict[str, Any]:
    """programs, inputs, not_reproduced within the caller's scope; of inputs a scoped caller learns which, not what."""
    folder = store.comparison(first, second)
    table = pd.read_parquet(folder / PROGRAMS)
    rest = json.loads((folder / REST).read_text(encoding="utf-8"))
    if who.role == "viewer":
        table = table[list(_PUBLIC)]
    if who.scoped:
        seen = programs_seen(store.load(first), who) | programs_seen(store.load(second), who)
        table = table[table["program_id"].isin(seen)].drop(columns=list(_OF_OTHERS), errors="ignore")
    if who.scoped or who.role == "viewer":
        rest["inputs"] = [{"input": row["input"], "rows": row["rows"]} for row in rest["inputs"]]
    return {"programs": records(table), **rest}
