"""What a file is, when it is not what it was given as: told by its columns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from corpora.headers import locate
from corpora.issues import NOTHING, Issue, Words
from corpora.read import Paths
from corpora.sheets import Sheet, Unreadable, read_sheets
from corpora.tables import TABLES, Table


def known_forms() -> Iterator[Table]:
    """Every form that an importer reads, and every table of the contract."""
    # Importers use this module through `common`, so it can know them only when it is called.
    from corpora.importers import ad_form, enterprise_survey, esco, labour_form, us_forms

    yield from (*us_forms.FORMS, esco.FORM, enterprise_survey.FORM, labour_form.FORM, ad_form.FORM, *TABLES.values())


def recognise_form(sheets: Sequence[Sheet]) -> Table | None:
    """The form whose required columns are all there and that knows most of the others; None if there is none."""
    from corpora.importers import us_forms

    best: tuple[int, Table] | None = None
    for form in known_forms():
        for sheet in sheets:
            seen = us_forms.without_years(sheet, []) if form is us_forms.BLS else sheet
            header = locate(form, seen.cells)
            found = set(header.names.values()) if header else set()
            complete = found and all(column.name in found for column in form.columns if column.required)
            if complete and (best is None or len(found) > best[0]):
                best = len(found), form
    return best[1] if best else None


def wrong_files(paths: Paths, expected: Table) -> list[Issue]:
    """One fault for every file that is plainly of another form."""
    issues = []
    for path in [Path(p) for p in ([paths] if isinstance(paths, (str, Path)) else paths)]:
        try:
            sheets, _ = read_sheets(path, path.name)
        except Unreadable:
            continue
        found = recognise_form(sheets)
        if found is None or found.kind == expected.kind:
            continue
        zh, en = _where(found.kind)
        remedy = Words(
            f"看列名，这是“{found.zh}”，不是“{expected.zh}”{zh}。",
            f"By its columns this is the {found.en}, not the {expected.en}{en}.",
        )
        issues.append(Issue(path.name, None, None, None, "wrong_file", None, NOTHING, remedy))
    return issues


def _where(kind: str) -> tuple[str, str]:
    """Where a file of a form belongs; the options of `duikou import cip-onet` stand in the titles of its forms."""
    if kind in TABLES:
        return f"；它已是本产品的 {kind} 表，无需导入", f"; it is a table of {kind} already and needs no import"
    if kind in ("labour-office", "enterprise-survey", "job-ads", "esco"):
        return f"；请用 duikou import {kind}", f"; use duikou import {kind}"
    return "", ""
