"""Tables as files that Excel opens and `corpora.read` reads: CSV in UTF-8 with a byte order mark, XLSX or Parquet."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from corpora.faults import Unusable
from corpora.schema import table

SUFFIXES: Final = (".csv", ".xlsx", ".parquet")


def target_files(kinds: list[str], out: Path) -> dict[str, Path]:
    """Where each table goes: a file where `out` names one, else `out`/KIND.csv.

    Raises:
        Unusable: a file for several tables, or of a kind that is not written; a file that is there already.
    """
    if out.suffix:
        if out.suffix.lower() not in SUFFIXES:
            raise Unusable(
                f"{out}：请用 .csv、.xlsx、.parquet 或文件夹",
                f"{out}: end it in .csv, .xlsx or .parquet, or name a folder",
            )
        if len(kinds) > 1:
            raise Unusable(
                f"{out}：要写 {'、'.join(kinds)} 几张表，请给一个文件夹",
                f"{out}: there are several tables ({', '.join(kinds)}); name a folder",
            )
        found = {kinds[0]: out}
    else:
        found = {kind: out / f"{kind}.csv" for kind in kinds}
    there = next((file for file in found.values() if file.exists()), None)
    if there:
        raise Unusable(f"{there} 已存在：请换一个 --out", f"{there} exists: name another --out")
    return found


def write_tables(tables: Mapping[str, pd.DataFrame], out: Path) -> dict[str, Path]:
    """Writes tables and returns their files; columns that hold nothing are left out, whole numbers have no decimals.

    Raises:
        Unusable: see `target_files`.
    """
    files = target_files(list(tables), out)
    for kind, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        frame = tidy(tables[kind], kind)
        if file.suffix.lower() == ".parquet":
            frame.to_parquet(file, index=False)
        elif file.suffix.lower() == ".csv":
            frame.to_csv(file, index=False, encoding="utf-8-sig")
        else:
            plain = {"options": {"strings_to_urls": False, "strings_to_formulas": False}}
            with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs=plain) as book:
                frame.to_excel(book, index=False, sheet_name=kind)
    return files


def tidy(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The columns that hold anything; texts that a spreadsheet would run as formulas without their first mark."""
    found = {}
    for column in table(kind).columns:
        values = frame[column.name]
        if not column.required and values.isna().all():
            continue
        if column.dtype == "Float64" and (values.dropna() % 1 == 0).all():
            values = values.astype("Int64")
        elif column.kind == "text":
            values = values.str.replace(r"^[=@+\-\t\s]+", "", regex=True)
        found[column.name] = values
    return pd.DataFrame(found)
