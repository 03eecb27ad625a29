"""Which detailed SOC 2018 codes each row of the BLS employment projections stands for.

The projections are published by National Employment Matrix (NEM) code. Most are detailed SOC codes; where the survey
behind them cannot tell neighbours apart, one row stands for several. Source: BLS, National Employment Matrix / SOC
crosswalk 2024.
"""

from collections.abc import Collection, Mapping
from typing import Final

# Combined codes that are not a broad SOC group; those that are end in 0 and cover what begins with their other digits.
COMBINED: Final[Mapping[str, tuple[str, ...]]] = {
    "21-1018": ("21-1011", "21-1014"),
    "25-2052": ("25-2055", "25-2056"),
    "25-9045": ("25-9042", "25-9043", "25-9049"),
    "51-2028": ("51-2022", "51-2023"),
    "53-1047": ("53-1042", "53-1043", "53-1044", "53-1049"),
}


def covered(nem: Collection[str], soc: Collection[str]) -> dict[str, str]:
    """Detailed SOC code -> the NEM code whose row counts it; codes that no row counts are absent.

    A code with a row of its own is never counted by a group.
    """
    found = {code: code for code in soc if code in nem}
    for group in nem:
        members = COMBINED.get(group) or (
            [code for code in soc if code[:6] == group[:6]] if group.endswith("0") and group not in found else []
        )
        for code in members:
            if code in soc:
                found.setdefault(code, group)
    return found
