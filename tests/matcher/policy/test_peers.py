"""What a school opened this year, and what of it only replaces another of its programs."""

from datetime import date

import pandas as pd

from matcher.policy.pack import load_pack
from matcher.policy.peers import peers

YEAR = 2026


def test_a_program_that_replaces_another_this_year_is_no_net_addition() -> None:
    programs = pd.DataFrame(
        {
            "program_id": ["new", "renamed", "merged", "old"],
            "name": ["甲", "乙", "丙", "丁"],
            "code": None,
            "institution": "一校",
            "region": "城区",
            "level": "secondary",
            # A successor is as old as its predecessor.
            "year_opened": [YEAR, 2010, 2011, 2000],
        }
    )
    predecessors = pd.DataFrame(
        {
            "program_id": ["renamed", "merged", "merged", "old"],
            "from_program_id": ["gone", "gone too", "old", "long gone"],
            "year": [YEAR, YEAR, YEAR, 2005],
        }
    )
    found = peers(programs, {}, load_pack("default").on(date(YEAR, 10, 1)), YEAR, predecessors)["new"]
    # Opened: new, renamed, merged. Withdrawn: gone, gone too; "old" is still offered.
    assert (found.opened_here, found.net_opened_here) == (3, 1)
