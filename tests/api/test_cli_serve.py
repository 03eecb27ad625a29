"""`duikou serve`, `keys` and `audit` as whoever runs the service uses them."""

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import cli
from api.settings import Settings

ROOT = Path(__file__).parents[2]
Run = Callable[..., Result]
DEPLOY = ROOT / "docs" / "deploy"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DUIKOU_DATA", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(cli, list(arguments))


def test_a_key_is_made_listed_and_ended(run: Run) -> None:
    made = run("keys", "create", "某学院", "--role", "planner", "--institution", "某学院", "--days", "30")
    token = made.stdout.strip()
    assert re.fullmatch(r"duikou_[\w-]{43}", token)
    listed = run("keys", "list").stdout
    assert "planner" in listed
    assert "某学院" in listed
    assert token not in listed
    key_id = listed.split()[0]
    assert run("keys", "revoke", key_id).exit_code == 0
    assert "已吊销" in run("keys", "list").stdout
    missing = run("keys", "revoke", "0" * 16, "--lang", "en")
    assert "no key" in str(missing.exception)


def test_audit_verify_finds_what_was_changed_behind_it(run: Run, tmp_path: Path) -> None:
    for name in "abc":
        run("keys", "create", name, "--role", "viewer")
    sound = run("audit", "verify")
    assert (sound.exit_code, "3" in sound.stdout) == (0, True)
    with sqlite3.connect(tmp_path / "duikou.sqlite") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET detail = replace(detail, 'viewer', 'admin') WHERE number = 2")
    broken = run("audit", "verify")
    assert (broken.exit_code, "第 2 条已被改动" in broken.stdout) == (1, True)


def test_a_fresh_start_says_what_to_open_and_ends_when_told(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from api.cli import main; main()",
        "serve",
        "--data",
        str(tmp_path),
        "--port",
        "0",
    ]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert refused.returncode == 2
    open_everywhere = [*command[:-2], "--host", "0.0.0.0", "--open"]
    refused = subprocess.run(open_everywhere, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (refused.returncode, "0.0.0.0" in refused.stderr) == (2, True)
    running = subprocess.Popen(
        [*command[:-2], "--port", "18437", "--workers", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=ROOT,
    )  # fmt: skip
    assert running.stdout
    watchdog = threading.Timer(120, running.kill)
    watchdog.start()
    try:
        said = [running.stdout.readline() for _ in range(5)]
    finally:
        running.terminate()
        code = running.wait()
        watchdog.cancel()
    assert "http://127.0.0.1:18437/" in said[0]
    assert "duikou_" in said[1]
    assert code in (0, -15)


def test_the_examples_for_servers_name_commands_and_settings_that_exist() -> None:
    for file in ("duikou.service", "Dockerfile"):
        text = (DEPLOY / file).read_text(encoding="utf-8")
        for name in re.findall(r"DUIKOU_([A-Z_]+)", text):
            assert name.lower() in Settings.model_fields or name in ("CACHE", "ENCODER", "LANG"), name
        commands = re.findall(r'duikou (\w+)$|"duikou", "(\w+)"', text, flags=re.MULTILINE)
        assert commands
        assert {c for pair in commands for c in pair if c} <= set(cli.commands)
    copied = re.findall(r"-[cr] ([\w.-]+\.txt)", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    assert copied
    assert all((ROOT / name).is_file() for name in copied)
