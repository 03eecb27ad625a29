"""From the declared tables to frames and rows: what every other room may rely on about a validated table."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model, model_validator
from pydantic_core import PydanticCustomError

from corpora.cells import BadCell, Column, parse_cell
from corpora.tables import TABLES, Table

__all__ = ["TABLES", "Column", "Table", "empty_frame", "row_model", "spellings", "table"]


def table(kind: str) -> Table:
    """The declaration of a kind of table.

    Raises:
        ValueError: no such kind.
    """
    if kind not in TABLES:
        raise ValueError(f"no such kind of table: {kind!r}; expected one of {', '.join(TABLES)}")
    return TABLES[kind]


def empty_frame(kind: str | Table) -> pd.DataFrame:
    """A frame of 0 rows with every column of the kind and its dtype."""
    declared = table(kind) if isinstance(kind, str) else kind
    return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in declared.columns})


def spellings(kind: str) -> Mapping[str, str]:
    """Bare spelling of a header (`cells.plain`) -> column name."""
    return table(kind).spellings


_TYPES: Final = {"string": str, "Int64": int, "Float64": float, "boolean": bool}


@cache
def row_model(kind: str) -> type[BaseModel]:
    """A pydantic model of one row, for rows that come one by one (HTTP): the same reading of cells as for files.

    `TypeAdapter(list[row_model(kind)])` reports every fault of a list; error types are the codes of issues. Checks
    between rows (duplicate keys) need the whole table: `corpora.validate`.
    """
    declared = table(kind)

    def reader(column: Column) -> BeforeValidator:
        def parse(raw: Any) -> Any:
            try:
                return parse_cell(column, raw)
            except BadCell as fault:
                remedy = {"zh": fault.remedy.zh, "en": fault.remedy.en}
                raise PydanticCustomError(fault.code, "{en}", remedy) from None

        return BeforeValidator(parse)

    class Row(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid")

        @model_validator(mode="after")
        def _in_order(self) -> "Row":
            for low, high in declared.ordered:
                a, b = getattr(self, low), getattr(self, high)
                if a is not None and b is not None and a > b:
                    raise PydanticCustomError("contradiction", "{low} > {high}", {"low": low, "high": high})
            return self

    fields: dict[str, Any] = {
        column.name: (
            Annotated[_TYPES[column.dtype] if column.required else _TYPES[column.dtype] | None, reader(column)],
            ... if column.required else None,
        )
        for column in declared.columns
    }
    return create_model(f"{kind.title().replace('_', '')}Row", __base__=Row, **fields)
