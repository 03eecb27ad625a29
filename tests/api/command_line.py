"""The command line run as a user would, and small tables for it."""

import os
import re
import subprocess
import sys
from pathlib import Path

Result = subprocess.CompletedProcess[str]
CHINESE = re.compile(r"[\u3400-\u9fff]")
PROGRAMS = [
    ["专业编号", "专业名称", "院校名称", "层次", "课程"],
    ["P1", "护理", "甲学院", "高职", "基础护理学；内科护理；外科护理；急救护理技术；老年护理"],
    ["P2", "大数据与会计", "甲学院", "高职", "财务会计；成本核算；税务申报；财务报表分析；审计基础"],
    ["P3", "工业机器人技术", "乙学院", "高职", "工业机器人编程与调试；电气控制与PLC；机器人维护；传感器技术"],
]
OUTCOMES = [
    ["专业编号", "年份", "毕业生数", "就业人数"],
    *[[p, year, n, k] for year in (2024, 2025, 2026) for p, n, k in (("P1", 40, 36), ("P2", 50, 20), ("P3", 30, 27))],
]
DEMANDS = [
    ["岗位编号", "岗位名称", "招聘人数", "年份", "岗位描述", "技能"],
    ["D1", "病房护士", 60, 2026, "在病房为患者提供护理，观察病情，执行医嘱", "静脉输液；生命体征监测；急救护理"],
    ["D2", "会计", 5, 2026, "负责记账、报税和编制财务报表", "财务会计；税务申报；报表分析"],
    ["D3", "工业机器人运维员", 40, 2026, "安装、编程、调试和维护工业机器人", "机器人编程；PLC；故障诊断"],
]
LINKS = [["专业编号", "岗位编号"], ["P1", "D1"], ["P2", "D2"], ["P3", "D3"], ["P3", "D2"]]


def duikou(cwd: Path, *words: object, **environment: str) -> Result:
    """Runs the command as a user would; whatever happens, no traceback and a code of the contract."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DUIKOU_") or k == "DUIKOU_CACHE"}
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, words)],
        cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, encoding="utf-8", timeout=600,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert done.returncode in (0, 1, 2, 3)
    return done


def done(result: Result, code: int = 0) -> str:
    """What was said on stdout, once the exit code is the one expected."""
    assert result.returncode == code, f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def refused(result: Result, *named: str) -> None:
    """Unusable input: exit 2, nothing on stdout, a short text on stderr that names what is wrong."""
    assert done(result, 2) == ""
    for word in named:
        assert word in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 8
