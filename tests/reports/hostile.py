"""Tables whose texts try to be markup, formulas, templates or layout; given links, so that no encoder is needed."""

import pandas as pd

from matcher import Assessment, assess

NAMES = (
    '<script>alert("x")</script>',
    '=HYPERLINK("http://example.org","click")',
    "+1+1",
    "@SUM(A1:A9)",
    "-2+3 & <b>bold</b> ]]>",
    "{{ title }} {% for x in y %} {# note #}",
    '#eval("1+1") $x^2$ *strong* _low_ @ref \\u{1F600}',
    "机器人🤖应用👩🏽‍🔧技术",
    "تقنية \u202eذكية\u202c והנדסה",
    "长" * 300,
    "  spaces   and\ttabs ",
    "A/B:C*D?E[F]G'H",
)
LONG = "复杂工艺与设备维护，" * 400


def hostile_assessment() -> Assessment:
    """An assessment of these names, with years, regions and counts missing here and there."""
    programs = pd.DataFrame(
        {
            "program_id": [f"P{i:02d}" for i in range(len(NAMES))],
            "name": NAMES,
            "institution": [None if i % 5 == 4 else f"=院校{i % 3}<i>" for i in range(len(NAMES))],
            "region": [None if i % 4 == 3 else "东&区" for i in range(len(NAMES))],
            "level": [None if i % 6 == 5 else "associate" for i in range(len(NAMES))],
            "major_group": [None if i % 3 == 2 else "装备制造大类" for i in range(len(NAMES))],
            "cluster": [None if i % 2 else '=cmd|"/c calc"!A1' for i in range(len(NAMES))],
            "courses": [LONG[:4000]] * len(NAMES),
        }
    )
    outcomes = pd.DataFrame(
        [
            {"program_id": f"P{i:02d}", "year": year, "graduates": 5 + 10 * i, "employed": 3 + 5 * i if i % 3 else None}
            for i in range(len(NAMES) - 2)
            for year in (2024, 2025, 2026)
            if (i + year) % 4
        ]
    )
    demands = pd.DataFrame(
        {
            "demand_id": [f"D{i}" for i in range(6)],
            "occupation": ["=1+1<b>", "岗位🤖", "مهندس", "{{ x }}", "#let x = 1", "+SUM(A1)"],
            "region": ["东&区"] * 5 + [None],
            "chain": ["<链>", "=链", None, "链🤖", "<链>", "=链"],
            "stage": ["upstream", "midstream", None, "downstream", "downstream", "upstream"],
            "description": [LONG[:4000]] * 6,
            "openings": [3, 40, 5, 60, 7, 80],
            "employers": [1, 5, None, 2, 9, 4],
            "source": ["=来源&<x>"] * 6,
            "year": [2026] * 6,
        }
    )
    matches = pd.DataFrame(
        {
            "program_id": [f"P{i:02d}" for i in range(len(NAMES) - 1)],
            "demand_id": [f"D{i % 6}" for i in range(len(NAMES) - 1)],
        }
    )
    return assess(programs, outcomes, demands, matches=matches, as_of="2026-10-15")
