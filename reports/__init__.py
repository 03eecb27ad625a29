"""Reports of an assessment: `write_report(result, "报告.docx")`, and its charts."""

from reports import charts
from reports.batch import run_batch
from reports.write import write_report

__all__ = ["charts", "run_batch", "write_report"]
