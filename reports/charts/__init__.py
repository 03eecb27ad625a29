"""Charts of an assessment for pages, reports and notebooks: `chain_heatmap(result)` and its kin give a `Chart`."""

from reports.charts.blocks import block_bars
from reports.charts.chains import STAGES, chain_balance, chain_bars, chain_heatmap
from reports.charts.change import change_table
from reports.charts.chart import Chart
from reports.charts.employment import employment_intervals
from reports.charts.meaning import meaning_map
from reports.charts.regions import region_flags
from reports.charts.waterfall import flag_waterfall, match_waterfall

__all__ = [
    "STAGES",
    "Chart",
    "block_bars",
    "chain_balance",
    "chain_bars",
    "chain_heatmap",
    "change_table",
    "employment_intervals",
    "flag_waterfall",
    "match_waterfall",
    "meaning_map",
    "region_flags",
]
