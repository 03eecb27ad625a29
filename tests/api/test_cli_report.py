"""`duikou report` on the pilot city's folder."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import cli
from matcher import Assessment
from reports.annual import Material
from reports.dossier import to_withdraw


@pytest.fixture(scope="module")
def folder(city: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city.write(tmp_path_factory.mktemp("reports") / "city")


def test_forms_go_beside_the_folder_and_are_named_on_stdout(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["report", str(folder), "--format", "xlsx,html", "--edition", "internal"])
    assert done.exit_code == 0, done.output
    files = [Path(line) for line in done.output.split()]
    assert [f.name for f in files] == ["report-internal-zh.xlsx", "report-internal-zh.html"]
    assert all(f.stat().st_size > 10_000 for f in files)
    assert files[0].parent == folder.with_name("city-report")


def test_dossiers_are_one_file_a_program(folder: Path, city: Assessment, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["report", str(folder), "--format", "html", "--dossier", "all", "--lang", "en", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert {f.name for f in tmp_path.iterdir()} == {
        f"dossier-{p}-en.html" for p in to_withdraw(Material(city, "internal", "en"))
    }


def test_an_unknown_form_is_refused_with_those_there_are(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["report", str(folder), "--format", "odt"])
    assert done.exit_code != 0
    assert "docx, xlsx, pdf, html" in str(done.exception)
