"""The job that compares two assessments."""

from api.answers.comparison import files_of
from api.store import write_folder
from api.work.tasks import Outcome, Work
from matcher.comparison import compare


def compare_assessments(work: Work) -> Outcome:
    """Kept once a pair, for whoever asks."""
    first, second = work.request["from"], work.request["to"]
    found = compare(work.store.load(first), work.store.load(second), work.progress)
    write_folder(work.store.comparison(first, second), files_of(found))
    return Outcome({"from": first, "to": second})
