"""Many regions in one go: an assessment and a report set for each, an overview of all, and a record to go on from."""

from reports.batch.regions import Region, find_regions
from reports.batch.run import Batch, Outcome, Settings, run_batch

__all__ = ["Batch", "Outcome", "Region", "Settings", "find_regions", "run_batch"]
